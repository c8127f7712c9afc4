//! Reads the queue again, and what waits to be sent. What was judged stays as long as its commits are the same.

use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::state::console::Console;

/// Reads the queue again.
pub(crate) fn refresh(console: &mut Console) -> Vec<Effect> {
    vec![Effect::List(console.pending.ask(Kind::List)), Effect::ReadWaiting(console.pending.ask(Kind::Waiting))]
}
