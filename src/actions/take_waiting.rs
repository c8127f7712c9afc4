//! Takes over which decisions wait to be sent.

use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::model::waiting::Waiting;
use crate::state::console::Console;
use crate::state::list::{List, Listed};
use crate::state::notice::Tone;
use crate::state::overlay::Overlay;

/// Counts them, and shows them if their list is open.
pub(crate) fn take(console: &mut Console, answer: Result<Vec<Waiting>, Trouble>) -> Vec<Effect> {
    match answer {
        Ok(waiting) => {
            console.waiting = waiting.len();
            if let Overlay::List(List { of: of @ Listed::Waiting(_), .. }) = &mut console.overlay {
                *of = Listed::Waiting(Some(waiting));
            }
        }
        Err(trouble) => console.notices.say(Tone::Failure, trouble),
    }
    Vec::new()
}
