//! The door: the whole screen from memory.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::config::theme::Role;
use crate::state::console::Console;
use crate::ui::layout::{SMALLEST, popup, popup_width};
use crate::ui::look::Look;
use crate::ui::overlays::{self, popup::frame};
use crate::ui::screens;

/// Draws the screen.
pub fn draw(console: &Console, look: &Look<'_>, buffer: &mut Buffer) {
    let screen = buffer.area;
    buffer.set_style(screen, look.style(Role::Text));
    if screen.width < SMALLEST.0 || screen.height < SMALLEST.1 {
        return too_small(buffer, screen);
    }
    match (&console.session, console.sweep.as_ref().filter(|view| view.shown)) {
        (Some(session), _) => screens::review::draw(console, session, look, buffer),
        (None, Some(view)) => screens::sweep::draw(console, view, look, buffer),
        (None, None) => screens::queue::draw(console, look, buffer),
    }
    if let Some(content) = overlays::content(console, look, popup_width(screen)) {
        let areas = popup(screen, content.lines.len(), content.foot.len());
        frame(&content, areas, look, buffer);
    }
}

fn too_small(buffer: &mut Buffer, screen: Rect) {
    let says = ["too small", &format!("{}x{} needed", SMALLEST.0, SMALLEST.1), &format!("{}x{} here", screen.width, screen.height)];
    for (text, y) in says.iter().zip(screen.y..screen.bottom()) {
        buffer.set_stringn(screen.x, y, text, screen.width.into(), Style::default());
    }
}
