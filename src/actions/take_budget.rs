//! Takes over what the forge still allows.

use crate::message::effect::Effect;
use crate::model::forge::Budget;
use crate::state::console::Console;

/// Shows it from now on.
pub(crate) fn take(console: &mut Console, budget: Budget) -> Vec<Effect> {
    console.budget = Some(budget);
    Vec::new()
}
