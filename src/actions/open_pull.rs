//! Opens a pull: asks for its diff. What was asked before of another pull becomes stale.

use crate::actions::leave;
use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::model::pull::{Origin, PullRef};
use crate::state::console::Console;
use crate::state::notice::Tone;

/// Shows the pull at `at` as it was left, or asks for it.
pub(crate) fn open(console: &mut Console, at: PullRef) -> Vec<Effect> {
    if let Some(mut effects) = leave::come_back(console, &at) {
        effects.extend(ahead(console));
        return effects;
    }
    vec![Effect::Load(console.pending.ask(Kind::Load), at)]
}

/// Asks for the pull `by` rows further in the queue.
pub(crate) fn neighbour(console: &mut Console, by: isize) -> Vec<Effect> {
    console.queue.touched = true;
    let before = console.queue.cursor.at;
    let len = console.queue.order.len();
    console.queue.cursor.step(by, len, console.panes.queue);
    let at = console.queue.chosen().map(|entry| entry.pull.at.clone());
    match at.filter(|_| console.queue.cursor.at != before) {
        Some(at) => open(console, at),
        None => {
            console
                .notices
                .say(Tone::Note, if by > 0 { "this is the last pull of the queue" } else { "this is the first pull of the queue" });
            Vec::new()
        }
    }
}

/// Asks for the pull below in the queue ahead of time, where reading one takes a forge's answer.
pub(crate) fn ahead(console: &mut Console) -> Option<Effect> {
    let next = console.queue.order.get(console.queue.cursor.at + 1).and_then(|at| console.queue.entries.get(*at));
    let at = next.map(|entry| entry.pull.at.clone()).filter(|at| at.origin == Origin::Github)?;
    Some(Effect::ReadAhead(console.pending.ask(Kind::Ahead), at))
}
