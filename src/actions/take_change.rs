//! Takes over an opened pull: shows its diff at once, then asks for everything else.

use std::sync::Arc;

use crate::actions::judge_waiting::judge_rest;
use crate::actions::{open_pull, take_dossier};
use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::message::ticket::Kind;
use crate::model::change::Change;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::Overlay;
use crate::state::place::Place;
use crate::state::session::Session;

/// Opens it.
pub(crate) fn take(console: &mut Console, answer: Result<Arc<Change>, Trouble>) -> Vec<Effect> {
    let change = match answer {
        Ok(change) => change,
        Err(trouble) => {
            console.notices.say(Tone::Failure, trouble);
            return judge_rest(console);
        }
    };
    let habits = console.habits;
    let former = console.session.take().filter(|former| former.change.pull.at == change.pull.at);
    let layout = former.as_ref().map_or(habits.layout, |former| former.view.choice);
    let mut session = Session::open(change.clone(), layout, layout.at(console.panes.diff_width, habits.split_from));
    session.story = !habits.blind;
    if let Some(former) = former {
        Place::of(&former).restore(&mut session);
        console.notices.say(
            Tone::Note,
            if former.change.digest == change.digest { "nothing changed in the diff" } else { "read again; your place and marks are kept" },
        );
    }
    console.looked = console.now;
    console.session = Some(session);
    console.overlay = Overlay::None;
    let draft = Effect::LoadDraft(console.pending.ask(Kind::Draft), change.clone());
    let analyse = Effect::Analyse(console.pending.ask(Kind::Analyse), change.clone());
    let mut effects = vec![draft, analyse];
    match change.dossier.clone() {
        Some(dossier) => {
            take_dossier::take(console, Ok(Some(Arc::from(dossier))));
        }
        None => effects.extend(take_dossier::ask(console, &change.pull.at)),
    }
    effects.extend(open_pull::ahead(console));
    effects
}
