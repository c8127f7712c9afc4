//! The story of a pull: what it claims against what it does, what it leaves unsaid, then its own words. Folded until asked for.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::story::{Claim, Verdict};
use crate::state::session::Session;
use crate::ui::look::Look;
use crate::ui::overlays::agents::unusual;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::{heading, labelled, paragraph};

/// The story of the opened pull.
#[must_use]
pub fn content(session: &Session, room: usize, look: &Look<'_>) -> Content {
    let pull = &session.change.pull;
    let text = look.style(Role::Text);
    let mut lines = paragraph(&pull.title, room, look.style(Role::Strong));
    lines.extend(who(session, room, look));
    lines.extend(unusual(session.known.observations.as_ref(), true, room, look));
    match &session.known.report {
        None => lines.push(Line::from(Span::styled("Claims are not checked yet.", look.style(Role::Faint)))),
        Some(report) => {
            lines.extend(heading("Left unsaid", look));
            for fact in &report.story.undisclosed {
                let says = format!("{} ({})", fact.fact, fact.places.join(", "));
                lines.extend(labelled(Span::styled("!", look.style(Role::NoticeWarning)), 3, &says, room, text));
            }
            if report.story.undisclosed.is_empty() {
                lines.extend(paragraph("nothing risky that the message does not mention", room, look.style(Role::Faint)));
            }
            lines.extend(heading("Claims", look));
            lines.extend(report.story.claims.iter().flat_map(|claim| self::claim(claim, room, look)));
            if report.story.claims.is_empty() {
                lines.extend(paragraph("none that can be read as a claim", room, look.style(Role::Faint)));
            }
        }
    }
    lines.extend(heading("Description", look));
    lines.extend(paragraph(if pull.body.trim().is_empty() { "(none)" } else { &pull.body }, room, text));
    for commit in &session.change.commits {
        let id = commit.id.as_ref().map_or("commit", |id| id.short());
        lines.extend(heading(&format!("Message of {id}"), look));
        lines.extend(paragraph(&commit.message, room, text));
    }
    Content { title: "story: the words of whoever wrote the change".to_owned(), lines, ..Content::default() }
}

fn who(session: &Session, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let provenance = &session.change.pull.provenance;
    let name = if provenance.name.is_empty() { "no agent seen" } else { &provenance.name };
    let mut says = format!("{name}, {}", provenance.tier.word());
    if !provenance.evidence.is_empty() {
        says.push_str(": ");
        says.push_str(&provenance.evidence.join("; "));
    }
    if let Some(session) = &provenance.session {
        says.push_str("; session ");
        says.push_str(session);
    }
    paragraph(&says, room, look.style(Role::AgentBadge))
}

fn claim(claim: &Claim, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let (sign, role) = match claim.verdict {
        Verdict::Supported => ("✓", Role::Supported),
        Verdict::Contradicted => ("✗", Role::Contradicted),
        Verdict::Uncheckable => ("?", Role::Uncheckable),
    };
    let label = Span::styled(format!("{sign} {}", claim.verdict.word().to_uppercase()), look.style(role));
    let mut lines = labelled(label, 16, &claim.text, room, look.style(Role::Text));
    if !claim.places.is_empty() {
        lines.extend(labelled(Span::raw(""), 16, &claim.places.join(", "), room, look.style(Role::Faint)));
    }
    lines
}
