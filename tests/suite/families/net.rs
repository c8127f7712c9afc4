//! NET: what leaves.

#[test]
fn nothing_of_it_is_lost_and_nothing_ordinary_is_accused() {
    super::holds("net", 50, 30);
}
