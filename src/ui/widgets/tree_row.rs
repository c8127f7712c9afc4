//! One row of the file list.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::state::session::Session;
use crate::state::tree::{TreeRow, folder};
use crate::ui::look::{self, Look};
use crate::ui::paint;

/// The row in at most `room` columns.
#[must_use]
pub fn row(session: &Session, row: TreeRow, room: usize, look: &Look<'_>) -> Line<'static> {
    match row {
        TreeRow::Folder(at) => {
            let text = session.file(at).map(|file| crate::model::inert::decode(folder(file.path().bytes())).into_owned());
            Line::from(Span::styled(
                paint::fit_end(&text.filter(|text| !text.is_empty()).unwrap_or_else(|| "./".to_owned()), room),
                look.style(Role::Faint),
            ))
        }
        TreeRow::File(at) => file(session, at, room, look),
    }
}

fn file(session: &Session, at: usize, room: usize, look: &Look<'_>) -> Line<'static> {
    let Some(file) = session.file(at) else { return Line::default() };
    let viewed = session.viewed.get(at).copied().unwrap_or(false);
    let risk = session.known.placed.files.get(&at).and_then(|found| found.worst.map(|worst| (worst, found.count())));
    let risk = risk.map(|(worst, count)| {
        let (sign, _, role) = look::severity(worst);
        Span::styled(if count > 1 { format!("{sign}{count}") } else { sign.to_owned() }, look.style(role))
    });
    let (added, removed) = session.counts.get(at).copied().unwrap_or_default();
    let (added, removed) = (format!(" +{added}"), format!(" -{removed}"));
    let taken = 4 + added.len() + removed.len() + risk.as_ref().map_or(0, |span| paint::width(&span.content) + 1);
    let name = paint::fit(&file.path().name(), room.saturating_sub(taken));
    let pad = room.saturating_sub(taken + paint::width(&name));
    let style = look.style(if viewed { Role::Faint } else { Role::Text });
    let mut spans = vec![
        Span::styled(if viewed { "✓" } else { " " }, look.style(Role::Viewed)),
        Span::styled(format!("{} ", file.status.letter()), look.style(look::status(file.status))),
        Span::styled(name, style),
    ];
    spans.extend(risk.into_iter().flat_map(|risk| [Span::raw(" "), risk]));
    spans.push(Span::raw(" ".repeat(pad)));
    spans.push(Span::styled(added, look.style(Role::CountAdded)));
    spans.push(Span::styled(removed, look.style(Role::CountRemoved)));
    Line::from(spans)
}
