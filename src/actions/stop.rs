//! Drops questions nobody waits for any more.

use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::state::console::Console;

/// Drops the question of this kind, if there is one.
pub(crate) fn stop(console: &mut Console, kind: Kind) -> Vec<Effect> {
    if console.pending.settle(kind) { vec![Effect::Cancel(kind)] } else { Vec::new() }
}

/// Drops the questions of these kinds.
pub(crate) fn stop_each(console: &mut Console, kinds: &[Kind]) -> Vec<Effect> {
    kinds.iter().flat_map(|kind| stop(console, *kind)).collect()
}
