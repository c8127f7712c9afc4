//! Leaves the pull on screen open, and comes back to one that was left: everything is as it was, and what moved is told.

use crate::actions::stop::stop_each;
use crate::actions::take_dossier;
use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::model::pull::{Origin, PullRef};
use crate::state::console::Console;
use crate::state::overlay::Overlay;
use crate::state::session::Session;

/// Everything that is asked about the pull on screen.
const ABOUT: [Kind; 9] =
    [Kind::Load, Kind::Analyse, Kind::Observe, Kind::Tint, Kind::Search, Kind::Draft, Kind::Dossier, Kind::Look, Kind::Ahead];

/// Leaves the pull on screen, if there is one.
pub(crate) fn leave(console: &mut Console) -> Vec<Effect> {
    let Some(session) = console.session.take() else { return Vec::new() };
    console.opened.leave(session);
    stop_each(console, &ABOUT)
}

/// Comes back to the pull at `at`, if it was left whole. What it still waits for is asked again.
pub(crate) fn come_back(console: &mut Console, at: &PullRef) -> Option<Vec<Effect>> {
    let session = console.opened.bring(at)?;
    let mut effects = leave(console);
    effects.extend(stop_each(console, &ABOUT));
    console.overlay = Overlay::None;
    if let Some(row) = console.queue.order.iter().position(|row| console.queue.entries.get(*row).is_some_and(|entry| entry.pull.at == *at))
    {
        console.queue.cursor.at = row;
    }
    effects.extend(ask_rest(console, &session));
    console.session = Some(session);
    if let Some(session) = &mut console.session {
        session.lay_out(session.view.choice.at(console.panes.diff_width, console.habits.split_from));
        if let Some(entry) = console.queue.find(at) {
            session.see_moved(&entry.pull);
        }
    }
    Some(effects)
}

fn ask_rest(console: &mut Console, session: &Session) -> Vec<Effect> {
    let (at, change) = (session.change.pull.at.clone(), session.change.clone());
    let mut effects = Vec::new();
    if !session.kept {
        effects.push(Effect::LoadDraft(console.pending.ask(Kind::Draft), change.clone()));
    }
    if session.known.report.is_none() {
        effects.push(Effect::Analyse(console.pending.ask(Kind::Analyse), change));
    }
    if session.around.dossier.is_none() {
        effects.extend(take_dossier::ask(console, &at));
    }
    if at.origin == Origin::Github {
        effects.push(Effect::LookAgain(console.pending.ask(Kind::Look), at));
    }
    effects
}
