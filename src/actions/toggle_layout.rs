//! Unified, side by side, by width.

use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::rows::Layout;
use crate::state::session::LayoutChoice;

/// First the layout that is not shown now, then the other, then by width again.
pub(crate) fn toggle(console: &mut Console) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    let by_width = LayoutChoice::Auto.at(console.panes.diff_width, console.habits.split_from);
    let other = if by_width == Layout::Split { Layout::Unified } else { Layout::Split };
    let (choice, says) = match session.view.choice {
        LayoutChoice::Auto => (LayoutChoice::Always(other), word(other)),
        LayoutChoice::Always(layout) if layout == other => (LayoutChoice::Always(by_width), word(by_width)),
        LayoutChoice::Always(_) => (LayoutChoice::Auto, "layout by width"),
    };
    session.view.choice = choice;
    session.lay_out(choice.at(console.panes.diff_width, console.habits.split_from));
    console.notices.say(Tone::Note, says);
    Vec::new()
}

fn word(layout: Layout) -> &'static str {
    match layout {
        Layout::Unified => "layout: unified",
        Layout::Split => "layout: side by side",
    }
}
