//! CI: what automation may do, and which of its gates hold.

#[test]
fn nothing_of_it_is_lost_and_nothing_ordinary_is_accused() {
    super::holds("ci", 50, 30);
}
