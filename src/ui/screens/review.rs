//! The review of one pull: who and how risky above, files beside the diff, findings under their lines.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::theme::Role;
use crate::model::pull::Pull;
use crate::state::console::Console;
use crate::state::session::{Half, Session};
use crate::ui::layout::{self, ReviewAreas};
use crate::ui::look::Look;
use crate::ui::paint;
use crate::ui::screens::header;
use crate::ui::screens::status::status;
use crate::ui::widgets::stroke::stroke;
use crate::ui::widgets::{diff_row, tree_row};

/// Draws the review.
pub fn draw(console: &Console, session: &Session, look: &Look<'_>, buffer: &mut Buffer) {
    let areas = layout::review(session, buffer.area);
    let [first, second] = [0, 1].map(|y| Rect { y: areas.header.y + y, height: 1, ..areas.header });
    buffer.set_style(areas.header, look.style(Role::Bar));
    let room = usize::from(areas.header.width);
    buffer.set_line(first.x, first.y, &header::identity(console, session, room, look), first.width);
    buffer.set_line(second.x, second.y, &header::figures(console, session, room, look), second.width);
    banner(session, look, areas.banner, buffer);
    titles(session, &areas, look, buffer);
    files(session, look, areas.files, buffer);
    diff(session, look, areas.diff, buffer);
    status(console, look, areas.status, buffer);
}

/// What moved since it was opened. The diff stays what was read until the reader asks for the rest.
fn banner(session: &Session, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let Some(moved) = session.moved else { return };
    let key = look.keymap.rereading_key().unwrap_or_else(|| "refresh".to_owned());
    let says = format!(" ! {}: {key} reads it again and keeps your place and marks ", moved.words());
    let style = look.style(Role::NoticeWarning);
    buffer.set_style(area, look.style(Role::Bar));
    buffer.set_stringn(area.x, area.y, paint::fit(&says, area.width.into()), area.width.into(), style);
}

/// From which branch into which; what the address says already is left out.
pub(super) fn way(pull: &Pull) -> String {
    let branch = if pull.address().name == pull.branch { "" } else { &pull.branch };
    if pull.target.is_empty() { branch.to_owned() } else { format!("{branch} → {}", pull.target).trim_start().to_owned() }
}

fn titles(session: &Session, areas: &ReviewAreas, look: &Look<'_>, buffer: &mut Buffer) {
    let shown = usize::from(areas.diff_title.width).saturating_sub(2);
    let here = session.file_here().and_then(|at| session.file(at)).map(|file| file.path().text().into_owned());
    let len = session.rows.len();
    let percent = (session.view.diff.at + 1).min(len) * 100 / len.max(1);
    let found = session.search.as_ref().map_or_else(String::new, |search| {
        let more = if search.more { "more than " } else { "" };
        let count = search.hits.as_ref().map_or_else(|| "…".to_owned(), |hits| format!("{more}{}", hits.len()));
        format!("  {count} × {}", search.needle)
    });
    let tail = format!("{}  {percent}% ", paint::fit(&found, shown / 2));
    let room = shown.saturating_sub(paint::width(&tail) + 1);
    let name = paint::fit_end(&here.unwrap_or_else(|| "the change as a whole".to_owned()), room);
    let pad = room.saturating_sub(paint::width(&name));
    title(&format!(" {name} {}{tail}", "─".repeat(pad)), session.half == Half::Diff, areas.diff_title, look, buffer);
    let at = session.tree.file_at(session.view.files.at).map_or(0, |at| at + 1);
    let files = format!(" files {at}/{} ", session.viewed.len());
    let pad = usize::from(areas.files_title.width).saturating_sub(files.len() + 1);
    title(&format!("{files}{}", "─".repeat(pad)), session.half == Half::Files, areas.files_title, look, buffer);
}

fn title(text: &str, focused: bool, area: Rect, look: &Look<'_>, buffer: &mut Buffer) {
    if area.height > 0 {
        let style = look.style(if focused { Role::BorderFocus } else { Role::Faint });
        buffer.set_stringn(area.x, area.y, text, area.width.into(), style);
    }
}

fn files(session: &Session, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let room = usize::from(area.width).saturating_sub(3);
    let shown = session.tree.rows.iter().enumerate().skip(session.view.files.top);
    for ((at, row), y) in shown.zip(area.y..area.bottom()) {
        buffer.set_line(area.x + 1, y, &tree_row::row(session, *row, room, look), area.width.saturating_sub(2));
        if at == session.view.files.at {
            stroke(Rect { y, height: 1, width: area.width.saturating_sub(1), ..area }, session.half == Half::Files, look, buffer);
        }
    }
    if area.x + area.width < buffer.area.right() {
        for y in area.y..area.bottom() {
            buffer.set_stringn(area.right().saturating_sub(1), y, "│", 1, look.style(Role::Border));
        }
    }
}

fn diff(session: &Session, look: &Look<'_>, area: Rect, buffer: &mut Buffer) {
    let cursor = session.view.diff;
    for ((placed, at), y) in session.rows.from(cursor.top).zip(cursor.top..).zip(area.y..area.bottom()) {
        let row = Rect { y, height: 1, ..area };
        diff_row::draw(session, placed, look, row, buffer);
        if at == cursor.at {
            stroke(row, session.half == Half::Diff, look, buffer);
        }
    }
}
