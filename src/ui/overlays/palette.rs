//! Every command with the keys it has where the keyboard was, in the order in which it was found.

use ratatui::text::{Line, Span};

use crate::config::hints::Entry;
use crate::config::theme::Role;
use crate::state::palette::Palette;
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;
use crate::ui::paint;
use crate::ui::widgets::status_bar;

/// Rows of the list, so that it keeps its size while one types.
const ROWS: usize = 16;
/// Columns of the name.
const NAME: usize = 18;
/// Columns of the keys.
const KEYS: usize = 12;

/// The commands.
#[must_use]
pub fn content(palette: &Palette, room: usize, look: &Look<'_>) -> Content {
    let found = palette.found();
    let first = palette.at.saturating_sub(ROWS - 1);
    let shown = found.iter().enumerate().skip(first).take(ROWS);
    let rows = shown.map(|(at, command)| row(&look.keymap.entry(palette.pane, *command), at == palette.at, room, look));
    let mut lines: Vec<Line<'static>> = rows.collect();
    if lines.is_empty() {
        lines.push(Line::from(Span::styled("No command has these letters in its name or in what it does.", look.style(Role::Faint))));
    }
    lines.resize_with(ROWS, Line::default);
    let title = format!("commands: {} of {}", found.len(), palette.all());
    let foot = vec![Line::default(), status_bar::typed("run:", &palette.field, room, look)];
    Content { title, lines, focus: Some(palette.at - first.min(palette.at)), foot, ..Content::default() }
}

fn row(entry: &Entry, chosen: bool, room: usize, look: &Look<'_>) -> Line<'static> {
    let there = |role| if entry.elsewhere.is_some() { Role::Faint } else { role };
    let style = |role| look.style(if chosen { Role::AnswerChosen } else { there(role) });
    let mark = if chosen { "▸" } else { " " };
    let name = format!("{mark} {:NAME$}", paint::fit(entry.hint.name, NAME));
    let keys = format!("{:KEYS$} ", paint::fit(&entry.hint.keys.join("  "), KEYS));
    let says = entry.elsewhere.as_ref().map_or_else(|| entry.hint.doc.to_owned(), |places| format!("in {places}: {}", entry.hint.doc));
    let says = paint::fit(&says, room.saturating_sub(NAME + KEYS + 3));
    Line::from(vec![Span::styled(name, style(Role::Text)), Span::styled(keys, style(Role::HintKey)), Span::styled(says, style(Role::Text))])
}
