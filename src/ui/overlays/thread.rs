//! One conversation whole: where it is, how it stands, every remark in its own words.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::dossier::Thread;
use crate::model::time::{Timestamp, short_age};
use crate::state::session::Session;
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::paragraph;
use crate::ui::paint;
use crate::ui::widgets::said_row;

/// The conversation at position `at`; `None` when there is none.
#[must_use]
pub fn content(session: &Session, at: usize, now: Timestamp, room: usize, look: &Look<'_>) -> Option<Content> {
    let dossier = session.around.dossier.as_ref()?;
    let thread = dossier.threads.get(at)?;
    let mut lines = paragraph(&place(thread), room, look.style(Role::Faint));
    for remark in &thread.remarks {
        let age = short_age(remark.at.until(now));
        let bot = if remark.by.as_ref().is_some_and(|by| by.bot) { " (bot)" } else { "" };
        let name = paint::fit(said_row::name(remark), room / 2);
        lines.push(Line::default());
        lines.push(Line::from(vec![
            Span::styled(name, look.style(Role::Thread)),
            Span::styled(format!("{bot}  {age} ago"), look.style(Role::Faint)),
        ]));
        lines.extend(paragraph(&remark.body, room, look.style(Role::Text)));
    }
    let title = format!("conversation {} of {}: {}", at + 1, dossier.threads.len(), said_row::state(thread));
    Some(Content { title, lines, ..Content::default() })
}

fn place(thread: &Thread) -> String {
    let path = thread.path.text();
    match thread.lines {
        Some((first, last)) if first != last => format!("{path}, {} lines {first} to {last}", thread.side.word()),
        Some((line, _)) => format!("{path}, {} line {line}", thread.side.word()),
        None => format!("{path}, the file as a whole or lines that are gone"),
    }
}
