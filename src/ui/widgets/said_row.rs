//! What was said about a line, in one row: a remark, a settled conversation, an annotation of a check.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::dossier::{Annotation, Dossier, Remark, Thread};
use crate::model::review::{DraftComment, Spot, Unsent};
use crate::state::said::Said;
use crate::ui::look::Look;
use crate::ui::paint;

/// One row of at most `room` columns.
#[must_use]
pub fn row(dossier: Option<&Dossier>, remarks: &[Unsent], said: Said, room: usize, look: &Look<'_>) -> Line<'static> {
    if let Said::Own(at) = said {
        return remarks.get(at as usize).map_or_else(Line::default, |unsent| own(&unsent.remark, room, look));
    }
    let Some(dossier) = dossier else { return Line::default() };
    let thread = said.thread().and_then(|at| dossier.threads.get(at));
    match (said, thread) {
        (Said::Thread(_), Some(thread)) => settled(thread, room, look),
        (Said::Remark(_, at), Some(thread)) => thread.remarks.get(at as usize).map_or_else(Line::default, |it| remark(it, at, room, look)),
        (Said::Annotation(at), _) => dossier.annotations.get(at as usize).map_or_else(Line::default, |it| annotation(it, room, look)),
        _ => Line::default(),
    }
}

/// Who said it.
#[must_use]
pub fn name(remark: &Remark) -> &str {
    remark.by.as_ref().map_or("a deleted account", |by| &by.login)
}

/// How a conversation stands.
#[must_use]
pub fn state(thread: &Thread) -> &'static str {
    match (thread.resolved, thread.outdated) {
        (true, _) => "resolved",
        (false, true) => "outdated",
        (false, false) => "open",
    }
}

/// How an annotation is shown: sign, word, role.
#[must_use]
pub fn level(annotation: &Annotation) -> (&'static str, &'static str, Role) {
    match annotation.level.to_lowercase().as_str() {
        "failure" | "error" => ("✗", "failure", Role::Bad),
        "warning" => ("!", "warning", Role::Unsettled),
        _ => ("·", "notice", Role::Faint),
    }
}

fn own(remark: &DraftComment, room: usize, look: &Look<'_>) -> Line<'static> {
    let label = match &remark.spot {
        Spot::Reply(_) => "  ✎ your reply, not sent: ",
        Spot::Thread { settled: true, .. } => "  ✎ to be resolved when sent",
        Spot::Thread { .. } => "  ✎ to be opened again when sent",
        _ => "  ✎ you, not sent: ",
    };
    let left = room.saturating_sub(paint::width(label));
    let words = if matches!(remark.spot, Spot::Thread { .. }) { String::new() } else { opening(&remark.body) };
    Line::from(vec![Span::styled(label, look.style(Role::OwnRemark)), paint::span(&words, left, look.style(Role::Text))])
}

fn settled(thread: &Thread, room: usize, look: &Look<'_>) -> Line<'static> {
    let count = thread.remarks.len();
    let first = thread.remarks.first().map_or_else(String::new, |remark| format!("{}: {}", name(remark), opening(&remark.body)));
    let label = format!("  ◇ {}, {count} remark{}  ", state(thread), if count == 1 { "" } else { "s" });
    let left = room.saturating_sub(paint::width(&label));
    Line::from(vec![Span::styled(label, look.style(Role::Thread)), paint::span(&first, left, look.style(Role::Faint))])
}

fn remark(remark: &Remark, at: u32, room: usize, look: &Look<'_>) -> Line<'static> {
    let sign = if at == 0 { "  ◆ " } else { "  │ " };
    let name = paint::fit(name(remark), 24);
    let left = room.saturating_sub(paint::width(&name) + 6);
    Line::from(vec![
        Span::styled(format!("{sign}{name}: "), look.style(Role::Thread)),
        paint::span(&opening(&remark.body), left, look.style(Role::Text)),
    ])
}

fn annotation(annotation: &Annotation, room: usize, look: &Look<'_>) -> Line<'static> {
    let (sign, word, role) = level(annotation);
    let label = format!("  {sign} {word} {}: ", paint::fit(&annotation.check, 24));
    let left = room.saturating_sub(paint::width(&label));
    Line::from(vec![Span::styled(label, look.style(role)), paint::span(&opening(&annotation.message), left, look.style(Role::Text))])
}

/// The first words of a text; a suggested change is said to be one.
#[must_use]
pub fn opening(body: &str) -> String {
    let mut lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (Some(first), _) if first.starts_with("```suggestion") => "suggests a change".to_owned(),
        (Some(first), Some(_)) => format!("{first} …"),
        (first, _) => first.unwrap_or("(no words)").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_opens_with_its_first_words() {
        assert_eq!(opening("\n  why?\n"), "why?");
        assert_eq!(opening("one\n\ntwo"), "one …");
        assert_eq!(opening("```suggestion\nx\n```"), "suggests a change");
        assert_eq!(opening(" \n"), "(no words)");
    }
}
