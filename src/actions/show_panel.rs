//! Opens the panels to read.

use crate::message::action::Command;
use crate::message::effect::Effect;
use crate::message::ticket::Kind;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Panel, Topic};

/// Shows the panel that `command` names.
pub(crate) fn panel(console: &mut Console, command: Command) -> Vec<Effect> {
    match command {
        Command::Story => story(console),
        Command::Commits => of_pull(console, Topic::Commits),
        Command::Dependencies => of_pull(console, Topic::Dependencies),
        Command::Around => of_pull(console, Topic::Around),
        Command::Reasons => show(console, Topic::Reasons),
        Command::Ledger => ledger(console),
        Command::Notices => show(console, Topic::Notices),
        _ => help(console),
    }
}

/// Shows the panel of `topic`.
fn show(console: &mut Console, topic: Topic) -> Vec<Effect> {
    console.overlay = Overlay::Panel(Panel { topic, top: 0 });
    Vec::new()
}

/// Shows a panel that needs an opened pull.
fn of_pull(console: &mut Console, topic: Topic) -> Vec<Effect> {
    if console.session.is_some() {
        return show(console, topic);
    }
    console.notices.say(Tone::Note, "open a pull first");
    Vec::new()
}

/// Unfolds the story; the header shows it from now on.
fn story(console: &mut Console) -> Vec<Effect> {
    if let Some(session) = &mut console.session {
        session.story = true;
    }
    of_pull(console, Topic::Story)
}

/// Shows the keys that work where the keyboard is.
fn help(console: &mut Console) -> Vec<Effect> {
    let pane = console.pane();
    show(console, Topic::Help(pane))
}

/// Shows the decisions so far.
fn ledger(console: &mut Console) -> Vec<Effect> {
    show(console, Topic::Ledger(None));
    vec![Effect::ReadLedger(console.pending.ask(Kind::Ledger))]
}
