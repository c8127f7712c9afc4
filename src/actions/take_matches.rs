//! Takes over where the searched text is and goes to the first place after the cursor.

use crate::actions::jump;
use crate::message::action::Command;
use crate::message::effect::Effect;
use crate::model::look::Match;
use crate::state::console::Console;
use crate::state::notice::Tone;

/// Takes over the matches.
pub(crate) fn take(console: &mut Console, hits: Vec<Match>, more: bool) -> Vec<Effect> {
    let Some(search) = console.session.as_mut().and_then(|session| session.search.as_mut()) else { return Vec::new() };
    let none = hits.is_empty();
    search.hits = Some(hits);
    search.more = more;
    if none {
        let says = format!("no line of the diff holds {}", search.needle);
        console.notices.say(Tone::Note, says);
        return Vec::new();
    }
    jump::to_match(console, Command::NextMatch)
}
