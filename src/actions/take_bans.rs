//! Takes over whom lazaret's own list stops: those that the pull meets come first.

use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::model::ban::{Ban, Banned};
use crate::state::console::Console;
use crate::state::list::{List, Listed};
use crate::state::notice::Tone;
use crate::state::overlay::Overlay;

/// Shows them if their list is open. Commits and patches are let go by a release, not by name.
pub(crate) fn take(console: &mut Console, answer: Result<Vec<Ban>, Trouble>) -> Vec<Effect> {
    let bans = match answer {
        Ok(bans) => bans,
        Err(trouble) => {
            console.notices.say(Tone::Failure, trouble);
            return Vec::new();
        }
    };
    let Overlay::List(List { of: Listed::Blocked(at, slot), .. }) = &mut console.overlay else { return Vec::new() };
    let named = |ban: &Ban| matches!(ban.what, Banned::Agent(_) | Banned::Session(_) | Banned::Server(_));
    let opened = console.session.as_ref().filter(|session| session.change.pull.at == *at).map(|session| &session.change);
    let listed = console.queue.find(at).map(|entry| &entry.pull);
    let meets = |ban: &Ban| match opened {
        Some(change) => ban.what.meets_change(change),
        None => listed.is_some_and(|pull| ban.what.meets(pull)),
    };
    let (mut first, others): (Vec<Ban>, Vec<Ban>) = bans.into_iter().filter(named).partition(meets);
    let met = first.len();
    first.extend(others);
    *slot = Some((first, met));
    Vec::new()
}
