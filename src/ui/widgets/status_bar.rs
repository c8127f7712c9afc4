//! The last row: a line being typed, else what was just said, else what is waited for, else hints.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::state::notice::{Notice, Tone};
use crate::state::text_field::TextField;
use crate::ui::look::Look;
use crate::ui::paint;

/// A typed line behind its label, with a block as cursor.
#[must_use]
pub fn typed(label: &str, field: &TextField, room: usize, look: &Look<'_>) -> Line<'static> {
    let (before, after) = field.halves();
    let room = room.saturating_sub(paint::width(label) + 2);
    let before = paint::fit_end(before, room);
    let mut rest = after.chars();
    let under = rest.next().map_or_else(|| " ".to_owned(), |c| paint::fit(c.encode_utf8(&mut [0; 4]), 8));
    let left = room.saturating_sub(paint::width(&before) + paint::width(&under));
    let text = look.style(Role::Text);
    Line::from(vec![
        Span::styled(format!("{label} "), look.style(Role::HintKey)),
        Span::styled(before, text),
        Span::styled(under, text.add_modifier(Modifier::REVERSED)),
        Span::styled(paint::fit(rest.as_str(), left), text),
    ])
}

/// What was just said.
#[must_use]
pub fn notice(notice: &Notice, room: usize, look: &Look<'_>) -> Line<'static> {
    let role = match notice.tone {
        Tone::Note => Role::NoticeNote,
        Tone::Warning => Role::NoticeWarning,
        Tone::Failure => Role::NoticeFailure,
    };
    let word = notice.tone.word();
    let style = look.style(role);
    let room = room.saturating_sub(word.len() + 3);
    Line::from(vec![Span::styled(format!(" {word}: "), style), paint::span(&notice.says, room, style)])
}
