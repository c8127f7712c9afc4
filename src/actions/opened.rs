//! The pulls that are open: lists them, goes from one to the next, lets go of one.

use crate::actions::open_pull;
use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::list::{List, Listed};
use crate::state::notice::Tone;
use crate::state::overlay::Overlay;

/// Lists them, the cursor on the one on screen.
pub(crate) fn list(console: &mut Console) -> Vec<Effect> {
    let here = console.session.as_ref().and_then(|session| console.opened.position(&session.change.pull.at));
    console.overlay = Overlay::List(List { of: Listed::Opened, at: here.unwrap_or(0) });
    Vec::new()
}

/// Goes to the next open pull, or the one before; from the queue to the one left last.
pub(crate) fn neighbour(console: &mut Console, forward: bool) -> Vec<Effect> {
    let here = console.session.as_ref().map(|session| &session.change.pull.at);
    match console.opened.neighbour(here, forward).cloned() {
        Some(at) => open_pull::open(console, at),
        None => {
            let says = if here.is_some() { "no other pull is open" } else { "no pull is open yet" };
            console.notices.say(Tone::Note, says);
            Vec::new()
        }
    }
}

/// Goes to the open pull in this row of the list.
pub(crate) fn open_row(console: &mut Console, row: usize) -> Vec<Effect> {
    console.overlay = Overlay::None;
    let here = console.session.as_ref().map(|session| session.change.pull.at.clone());
    match console.opened.all().get(row).map(|open| open.at.clone()).filter(|at| Some(at) != here.as_ref()) {
        Some(at) => open_pull::open(console, at),
        None => Vec::new(),
    }
}

/// Lets go of the open pull under the cursor of the list.
pub(crate) fn let_go(console: &mut Console) -> Vec<Effect> {
    let Overlay::List(List { of: Listed::Opened, at }) = &mut console.overlay else { return Vec::new() };
    if !console.opened.let_go(*at) {
        console.notices.say(Tone::Note, "the pull on screen stays open; go back to the queue first");
        return Vec::new();
    }
    *at = (*at).min(console.opened.all().len().saturating_sub(1));
    console.notices.say(Tone::Note, "let go; its marks and remarks are kept for when it is opened again");
    Vec::new()
}
