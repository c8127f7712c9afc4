//! Takes over an opened pull: shows its diff at once, then asks for everything else.

use std::sync::Arc;

use crate::actions::judge_waiting::judge_rest;
use crate::actions::{leave, open_pull, take_dossier};
use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::message::ticket::Kind;
use crate::model::change::Change;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::opened::Bookmark;
use crate::state::overlay::Overlay;
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
    let same = console.session.as_ref().is_some_and(|former| former.change.pull.at == change.pull.at);
    let former = console.session.take_if(|_| same).map(|former| Bookmark::of(&former));
    let mut effects = leave::leave(console);
    let mark = console.opened.show(&change.pull.at);
    let former = former.or(mark);
    let layout = former.as_ref().map_or(habits.layout, |former| former.choice);
    let mut session = Session::open(change.clone(), layout, layout.at(console.panes.diff_width, habits.split_from));
    session.story = !habits.blind;
    if let Some(former) = former {
        let unchanged = former.digest == change.digest;
        former.restore(&mut session);
        console.notices.say(
            Tone::Note,
            match (same, unchanged) {
                (true, true) => "nothing changed in the diff",
                (true, false) => "read again; your place and marks are kept",
                (false, true) => "open again, where you left it",
                (false, false) => "its diff changed since you left it; your place and marks are kept where they still fit",
            },
        );
    }
    console.looked = console.now;
    console.session = Some(session);
    console.overlay = Overlay::None;
    let draft = Effect::LoadDraft(console.pending.ask(Kind::Draft), change.clone());
    let analyse = Effect::Analyse(console.pending.ask(Kind::Analyse), change.clone());
    effects.extend([draft, analyse]);
    effects.extend(take_dossier::ask(console, &change.pull.at));
    effects.extend(open_pull::ahead(console));
    effects
}
