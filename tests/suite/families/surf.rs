//! SURF: what can be reached for the first time: notes, no accusations.

#[test]
fn nothing_of_it_is_lost_and_nothing_ordinary_is_accused() {
    super::holds("surf", 20, 30);
}
