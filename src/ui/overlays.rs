//! What lies over the screens: each file says what one popup holds; `popup` alone draws frames.

pub mod agents;
pub mod around;
pub mod card;
pub mod commits;
pub mod confirm;
pub mod dependencies;
pub mod help;
pub mod ledger;
pub mod list;
pub mod notices;
pub mod palette;
pub mod popup;
pub mod reasons;
pub mod story;
pub mod thread;
mod words;
pub mod write;

use crate::state::console::Console;
use crate::state::overlay::{Overlay, Panel, Topic};
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;

/// What the popup holds, in lines of at most `room` columns; `None` when there is no popup.
#[must_use]
pub fn content(console: &Console, look: &Look<'_>, room: usize) -> Option<Content> {
    let content = match &console.overlay {
        Overlay::None | Overlay::Prompt(_) => return None,
        Overlay::Card(card) => card::content(card, console.session.as_ref()?, &console.noise, room, look)?,
        Overlay::Confirm(confirm) => confirm::content(confirm, room, look),
        Overlay::Write(write) => write::content(write, console.session.as_ref()?, room, look),
        Overlay::List(list) => list::content(list, console, room, look)?,
        Overlay::Palette(palette, _) => palette::content(palette, room, look),
        Overlay::Panel(panel) => self::panel(console, panel, room, look)?,
    };
    Some(content)
}

fn panel(console: &Console, panel: &Panel, room: usize, look: &Look<'_>) -> Option<Content> {
    let mut content = match &panel.topic {
        Topic::Help(pane) => help::content(pane.word(), &look.keymap.help(*pane), room, look),
        Topic::Notices => notices::content(&console.notices.all, room, look),
        Topic::Ledger(records) => ledger::content(records.as_ref(), console.pending.is_reading_ledger(), room, look),
        Topic::Receipt(receipt) => ledger::receipt(receipt, room, look),
        Topic::Around => {
            let waits = console.pending.waits_for_dossier();
            around::content(console.session.as_ref()?, waits, console.now, room, look)
        }
        Topic::Agent(gallery, at) => agents::content(gallery, *at, room, look)?,
        Topic::Thread(at) => thread::content(console.session.as_ref()?, *at, console.now, room, look)?,
        Topic::Reasons => reasons::content(console, room, look),
        Topic::Story => story::content(console.session.as_ref()?, room, look),
        Topic::Commits => commits::content(&console.session.as_ref()?.change.commits, console.now, room, look),
        Topic::Dependencies => dependencies::content(console.session.as_ref()?, room, look),
    };
    content.top = panel.top;
    if content.lines.first().is_some_and(|line| line.spans.is_empty()) {
        content.lines.remove(0);
    }
    Some(content)
}
