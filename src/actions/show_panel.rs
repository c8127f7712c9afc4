//! Opens the panels to read.

use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Panel, Topic};

/// Shows the panel of `topic`.
pub(crate) fn show(console: &mut Console, topic: Topic) -> Vec<Effect> {
    console.overlay = Overlay::Panel(Panel { topic, top: 0 });
    Vec::new()
}

/// Shows a panel that needs an opened pull.
pub(crate) fn of_pull(console: &mut Console, topic: Topic) -> Vec<Effect> {
    if console.session.is_some() {
        return show(console, topic);
    }
    console.notices.say(Tone::Note, "open a pull first");
    Vec::new()
}

/// Unfolds the story; the header shows it from now on.
pub(crate) fn story(console: &mut Console) -> Vec<Effect> {
    if let Some(session) = &mut console.session {
        session.story = true;
    }
    of_pull(console, Topic::Story)
}

/// Shows the keys that work where the keyboard is.
pub(crate) fn help(console: &mut Console) -> Vec<Effect> {
    let pane = console.pane();
    show(console, Topic::Help(pane))
}

/// Shows the decisions so far.
pub(crate) fn ledger(console: &mut Console) -> Vec<Effect> {
    show(console, Topic::Ledger(None));
    vec![Effect::ReadLedger(console.pending.ask(Kind::Ledger))]
}
