//! The last row of both screens.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::state::console::Console;
use crate::state::overlay::{Asks, Overlay};
use crate::ui::look::Look;
use crate::ui::widgets::{hints, status_bar};

/// A line being typed, else what was just said, else what is waited for, else hints.
pub fn status(console: &Console, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.width);
    let line = match (&console.overlay, console.notices.shown()) {
        (Overlay::Prompt(prompt), _) => {
            let label = match prompt.asks {
                Asks::Filter => " filter:",
                Asks::Search => " search:",
            };
            status_bar::typed(label, &prompt.field, room, look)
        }
        (_, Some(notice)) => status_bar::notice(notice, room, look),
        _ if console.pending.is_loading() => Line::from(Span::styled(" reading the pull …  esc stops", look.style(Role::NoticeNote))),
        _ => Line::from(hints::bar(&look.keymap.hints(console.pane()), room, look)),
    };
    buffer.set_line(area.x, area.y, &line, area.width);
}
