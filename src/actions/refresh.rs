//! Reads the queue again, and what waits to be sent. What was judged stays as long as its commits are the same.

use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::state::console::Console;

/// Reads the opened pull again, keeping place and marks, or the queue.
pub(crate) fn again(console: &mut Console) -> Vec<Effect> {
    match console.session.as_ref().map(|session| session.change.pull.at.clone()) {
        Some(at) => vec![Effect::Load(console.pending.ask(Kind::Load), at)],
        None => refresh(console),
    }
}

/// Reads the queue again.
pub(crate) fn refresh(console: &mut Console) -> Vec<Effect> {
    console.looked = console.now;
    (console.queue.whole, console.queue.touched, console.queue.spared) = (false, false, None);
    vec![Effect::List(console.pending.ask(Kind::List)), Effect::ReadWaiting(console.pending.ask(Kind::Waiting))]
}
