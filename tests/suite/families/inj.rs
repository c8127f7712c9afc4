//! INJ: words made to steer an agent.

#[test]
fn nothing_of_it_is_lost_and_nothing_ordinary_is_accused() {
    super::holds("inj", 20, 30);
}
