//! AUTH: who may do what.

#[test]
fn nothing_of_it_is_lost_and_nothing_ordinary_is_accused() {
    super::holds("auth", 100, 30);
}
