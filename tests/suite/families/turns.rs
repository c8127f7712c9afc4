//! TURNS: what protected, and was turned into what does not.

#[test]
fn nothing_of_it_is_lost_and_nothing_ordinary_is_accused() {
    super::holds("turns", 15, 8);
}
