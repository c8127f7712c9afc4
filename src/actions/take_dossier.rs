//! Takes over what the forge keeps around the opened pull. Conversations become rows in place; nothing under the reader moves.

use std::sync::Arc;

use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::message::ticket::Kind;
use crate::model::dossier::Dossier;
use crate::model::pull::{Origin, PullRef};
use crate::state::console::Console;
use crate::state::notice::Tone;

/// Asks for it, where there may be one.
pub(crate) fn ask(console: &mut Console, at: &PullRef) -> Option<Effect> {
    (at.origin == Origin::Github).then(|| Effect::ReadDossier(console.pending.ask(Kind::Dossier), at.clone()))
}

/// Takes it over; without it the diff can be read all the same.
pub(crate) fn take(console: &mut Console, answer: Result<Option<Arc<Dossier>>, Trouble>) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    match answer {
        Ok(Some(dossier)) => {
            session.around.trouble = None;
            session.take_dossier(dossier);
        }
        Ok(None) => {}
        Err(trouble) => {
            session.around.trouble = Some(trouble.clone());
            console.notices.say(Tone::Failure, trouble);
        }
    }
    Vec::new()
}
