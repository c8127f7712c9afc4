//! What lazaret said so far, last thing first.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::state::notice::{Notice, Tone};
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::labelled;

/// The notices.
#[must_use]
pub fn content(notices: &[Notice], room: usize, look: &Look<'_>) -> Content {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for notice in notices.iter().rev() {
        let role = match notice.tone {
            Tone::Note => Role::NoticeNote,
            Tone::Warning => Role::NoticeWarning,
            Tone::Failure => Role::NoticeFailure,
        };
        let label = Span::styled(notice.tone.word(), look.style(role));
        lines.extend(labelled(label, 9, &notice.says, room, look.style(Role::Text)));
    }
    if lines.is_empty() {
        lines.push(Line::from(Span::styled("Nothing was said yet.", look.style(Role::Faint))));
    }
    Content { title: "notices".to_owned(), lines, ..Content::default() }
}
