//! AGT: what agents and editors do by themselves.

#[test]
fn nothing_of_it_is_lost_and_nothing_ordinary_is_accused() {
    super::holds("agt", 50, 30);
}
