//! TEST: tests that no longer test.

#[test]
fn nothing_of_it_is_lost_and_nothing_ordinary_is_accused() {
    super::holds("test", 150, 30);
}
