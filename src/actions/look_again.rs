//! Looks now and then whether something moved on the forge: only the opened pull, or the queue. What is shown is never swapped.

use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::message::ticket::Kind;
use crate::model::pull::{Origin, Pull};
use crate::state::console::Console;
use crate::state::overlay::Overlay;

/// Looks again, when it is time and nothing else waits for the forge.
pub(crate) fn tick(console: &mut Console) -> Vec<Effect> {
    let due = console.habits.poll > 0 && console.looked.until(console.now) >= console.habits.poll;
    if !due || !console.pending.is_idle() {
        return Vec::new();
    }
    console.looked = console.now;
    match &console.session {
        Some(session) if session.change.pull.at.origin == Origin::Github => {
            let at = session.change.pull.at.clone();
            vec![Effect::LookAgain(console.pending.ask(Kind::Look), at)]
        }
        None if console.queue.traits.forge && console.overlay == Overlay::None && console.queue.partial.is_none() => {
            vec![Effect::List(console.pending.ask(Kind::List))]
        }
        _ => Vec::new(),
    }
}

/// Takes over how the opened pull stands now. Nobody asked, so nobody is told that it could not be read.
pub(crate) fn take(console: &mut Console, answer: Result<Option<Pull>, Trouble>) -> Vec<Effect> {
    let Ok(Some(pull)) = answer else { return Vec::new() };
    if let Some(session) = console.session.as_mut().filter(|session| session.change.pull.at == pull.at) {
        session.see_moved(&pull);
    }
    if let Some(entry) = console.queue.entries.iter_mut().find(|entry| entry.pull.at == pull.at && entry.pull.revision == pull.revision) {
        entry.pull.standing = pull.standing;
    }
    Vec::new()
}
