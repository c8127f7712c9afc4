//! The mark of the row under a cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::config::theme::Role;
use crate::ui::look::Look;

/// Marks the row under a cursor: a bar in its first column, and the row's own ground where it has none yet.
pub fn stroke(row: Rect, focused: bool, look: &Look<'_>, buffer: &mut Buffer) {
    let style = look.style(if focused { Role::Cursor } else { Role::CursorIdle });
    for x in row.x..row.right() {
        if let Some(cell) = buffer.cell_mut((x, row.y)).filter(|cell| cell.bg == Color::Reset || x == row.x) {
            cell.set_style(style);
        }
    }
    let bar = look.style(if focused { Role::BorderFocus } else { Role::Border });
    buffer.set_stringn(row.x, row.y, if focused { "▌" } else { "│" }, 1, bar);
}
