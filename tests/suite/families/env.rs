//! ENV: what keeps programs, networks and rights apart.

#[test]
fn nothing_of_it_is_lost_and_nothing_ordinary_is_accused() {
    super::holds("env", 100, 30);
}
