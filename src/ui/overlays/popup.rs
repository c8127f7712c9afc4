//! The only frame: clears what is under a popup, draws its border, its lines and what stays at its foot.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::config::theme::Role;
use crate::ui::look::Look;

/// What a popup holds.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// Its title.
    pub title: String,
    /// The lines that scroll.
    pub lines: Vec<Line<'static>>,
    /// The first of them on screen.
    pub top: usize,
    /// The one that has to be on screen: where a cursor is.
    pub focus: Option<usize>,
    /// The lines that stay at its foot.
    pub foot: Vec<Line<'static>>,
}

/// Where a popup and its parts are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// With its frame.
    pub frame: Rect,
    /// The lines that scroll.
    pub body: Rect,
    /// The lines that stay.
    pub foot: Rect,
}

/// Draws the popup.
pub fn frame(content: &Content, areas: Areas, look: &Look<'_>, buffer: &mut Buffer) {
    let Areas { frame, body, foot } = areas;
    clear(frame, look, buffer);
    border(frame, look, buffer);
    buffer.set_stringn(
        frame.x + 2,
        frame.y,
        format!(" {} ", content.title),
        frame.width.saturating_sub(4).into(),
        look.style(Role::PopupTitle),
    );
    let shown = usize::from(body.height);
    let wanted = content.focus.map_or(content.top, |focus| (focus + 2).saturating_sub(shown));
    let top = wanted.min(content.lines.len().saturating_sub(shown));
    for (line, y) in content.lines.iter().skip(top).zip(body.y..body.bottom()) {
        buffer.set_line(body.x, y, line, body.width);
    }
    for (line, y) in content.foot.iter().zip(foot.y..foot.bottom()) {
        buffer.set_line(foot.x, y, line, foot.width);
    }
    if content.lines.len() > shown {
        let below = content.lines.len() - top - shown;
        let says = if below > 0 { format!(" {below} more below ") } else { " end ".to_owned() };
        let x = frame.right().saturating_sub(u16::try_from(says.len()).unwrap_or(0) + 2);
        buffer.set_stringn(x, frame.bottom().saturating_sub(1), says, frame.width.into(), look.style(Role::Faint));
    }
}

fn clear(frame: Rect, look: &Look<'_>, buffer: &mut Buffer) {
    for y in frame.y..frame.bottom() {
        for x in frame.x..frame.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(look.style(Role::Text));
            }
        }
    }
}

fn border(frame: Rect, look: &Look<'_>, buffer: &mut Buffer) {
    let style = look.style(Role::BorderFocus);
    let across = "─".repeat(usize::from(frame.width.saturating_sub(2)));
    let (right, bottom) = (frame.right().saturating_sub(1), frame.bottom().saturating_sub(1));
    buffer.set_string(frame.x, frame.y, format!("╭{across}╮"), style);
    buffer.set_string(frame.x, bottom, format!("╰{across}╯"), style);
    for y in frame.y + 1..bottom {
        buffer.set_string(frame.x, y, "│", style);
        buffer.set_string(right, y, "│", style);
    }
}
