//! What the forge keeps around the opened pull: checks, annotations, reviews, rules and who may pass them by, links.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::dossier::{BranchRule, CheckRun, Dossier, Rules, SentReview};
use crate::model::time::{Timestamp, short_age};
use crate::state::session::Session;
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::{heading, labelled, paragraph};
use crate::ui::widgets::said_row;

/// Columns of a label.
const LABEL: usize = 20;

/// The panel. `waits`: whether it is still being read.
#[must_use]
pub fn content(session: &Session, waits: bool, now: Timestamp, room: usize, look: &Look<'_>) -> Content {
    let title = "around the pull".to_owned();
    let Some(dossier) = &session.around.dossier else {
        let says = match &session.around.trouble {
            Some(trouble) => trouble.clone(),
            None if waits => "being read …".to_owned(),
            None => "This pull lives on no forge: there are no checks, reviews or rules around it.".to_owned(),
        };
        return Content { title, lines: paragraph(&says, room, look.style(Role::Faint)), ..Content::default() };
    };
    let mut lines = you(dossier, room, look);
    for omission in &dossier.omissions {
        lines.extend(labelled(
            Span::styled("! not read", look.style(Role::NoticeWarning)),
            LABEL,
            &omission.why,
            room,
            look.style(Role::Text),
        ));
    }
    lines.extend(checks(dossier, room, look));
    lines.extend(annotations(dossier, room, look));
    let second = session.change.pull.standing.as_ref().is_some_and(|standing| standing.second);
    lines.extend(if second { unseen(dossier, room, look) } else { reviews(dossier, now, room, look) });
    lines.extend(rules(&dossier.rules, room, look));
    lines.extend(links(dossier, room, look));
    lines.extend(remarks(dossier, now, room, look));
    Content { title, lines, ..Content::default() }
}

fn you(dossier: &Dossier, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let viewer = dossier.viewer.as_ref().map_or("nobody known", |viewer| &viewer.login);
    let may = if dossier.viewer_permission.is_empty() { "permission not known" } else { &dossier.viewer_permission };
    let pusher = dossier.last_pusher.as_ref().map_or_else(String::new, |by| format!("; last pushed by {}", by.login));
    paragraph(&format!("you are {viewer} ({may}){pusher}"), room, look.style(Role::Faint))
}

fn checks(dossier: &Dossier, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut checks: Vec<&CheckRun> = dossier.checks.iter().collect();
    checks.sort_by_key(|check| rank(&check.state));
    let mut lines = heading(&format!("Checks: {}", checks.len()), look);
    for check in checks {
        let (sign, role) = match rank(&check.state) {
            0 => ("✗", Role::Bad),
            1 => ("…", Role::Unsettled),
            2 => ("·", Role::Faint),
            _ => ("✓", Role::Good),
        };
        let label = Span::styled(format!("{sign} {}", crate::ui::paint::fit(&check.state, 16)), look.style(role));
        lines.extend(labelled(label, LABEL, &check.name, room, look.style(Role::Text)));
    }
    lines
}

/// What failed first, what passed last.
fn rank(state: &str) -> u8 {
    match state.to_lowercase().as_str() {
        "success" => 3,
        "neutral" | "skipped" | "stale" => 2,
        "pending" | "queued" | "in_progress" | "waiting" | "requested" | "expected" => 1,
        _ => 0,
    }
}

fn annotations(dossier: &Dossier, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for annotation in &dossier.annotations {
        let (sign, word, role) = said_row::level(annotation);
        let says = format!("{}:{} {}: {}", annotation.path.text(), annotation.lines.0, annotation.check, annotation.message.trim());
        lines.extend(labelled(Span::styled(format!("{sign} {word}"), look.style(role)), LABEL, &says, room, look.style(Role::Text)));
    }
    headed(&format!("Annotations: {}", dossier.annotations.len()), lines, look)
}

fn reviews(dossier: &Dossier, now: Timestamp, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let lines = dossier.reviews.iter().flat_map(|review| self::review(review, now, room, look)).collect();
    headed(&format!("Reviews: {}", dossier.reviews.len()), lines, look)
}

/// What stands in place of the reviews while a second person decides.
fn unseen(dossier: &Dossier, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let says = format!("{} not shown before you have decided as the second person: judge by the findings first", dossier.reviews.len());
    headed("Reviews", paragraph(&says, room, look.style(Role::NoticeWarning)), look)
}

fn review(review: &SentReview, now: Timestamp, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let (sign, word, role) = match review.state.as_str() {
        "APPROVED" => ("✓", "approved", Role::Good),
        "CHANGES_REQUESTED" => ("±", "changes wanted", Role::Unsettled),
        "DISMISSED" => ("·", "dismissed", Role::Faint),
        "PENDING" => ("…", "not sent yet", Role::Faint),
        _ => ("·", "remarks", Role::Text),
    };
    let by = review.by.as_ref().map_or("a deleted account", |by| &by.login);
    let on = review.commit.as_ref().map_or_else(String::new, |commit| format!(" on {}", commit.short()));
    let says = format!("{by}{on}, {} ago  {}", short_age(review.at.until(now)), review.body.trim());
    labelled(Span::styled(format!("{sign} {word}"), look.style(role)), LABEL, &says, room, look.style(Role::Text))
}

fn rules(rules: &Rules, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut lines = heading("Rules of the base branch", look);
    for rule in &rules.rules {
        let label = Span::styled(crate::ui::paint::fit(&rule.kind, 40), look.style(Role::HintKey));
        lines.extend(labelled(label, LABEL, &self::rule(rule), room, look.style(Role::Text)));
    }
    if rules.rules.is_empty() {
        lines.extend(paragraph("none that this token may see: nothing stops a merge", room, look.style(Role::NoticeWarning)));
        return lines;
    }
    let bypass = match &rules.bypass {
        None => "who may pass them by is not shown to this token".to_owned(),
        Some(who) if who.is_empty() && rules.rules.is_empty() => return lines,
        Some(who) if who.is_empty() => "nobody may pass them by".to_owned(),
        Some(who) => format!("may be passed by: {}", who.join(", ")),
    };
    lines.extend(paragraph(&bypass, room, look.style(Role::Faint)));
    if rules.viewer_bypasses == Some(true) {
        lines.extend(paragraph(
            "you may pass them by yourself: nothing you do here is stopped by them",
            room,
            look.style(Role::NoticeWarning),
        ));
    }
    lines
}

fn rule(rule: &BranchRule) -> String {
    let mut says = Vec::new();
    if !rule.contexts.is_empty() {
        let pinned = |(name, app): &(String, Option<u64>)| app.map_or_else(|| name.clone(), |app| format!("{name} (only by app {app})"));
        says.push(format!("needs {}", rule.contexts.iter().map(pinned).collect::<Vec<_>>().join(", ")));
    }
    if rule.approvals > 0 {
        says.push(format!("{} approval{}", rule.approvals, if rule.approvals == 1 { "" } else { "s" }));
    }
    if rule.dismiss_stale {
        says.push("a push dismisses approvals".to_owned());
    }
    if rule.last_push {
        says.push("the last pusher's approval does not count".to_owned());
    }
    says.push(format!("from {}", if rule.from.is_empty() { "the repository" } else { &rule.from }));
    says.join("; ")
}

fn links(dossier: &Dossier, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for link in &dossier.links {
        let says = link.url.as_ref().map_or_else(|| link.name.clone(), |url| format!("{}  {url}", link.name));
        lines.extend(labelled(Span::styled(link.kind, look.style(Role::HintKey)), LABEL, &says, room, look.style(Role::Text)));
    }
    headed(&format!("Linked: {}", dossier.links.len()), lines, look)
}

fn remarks(dossier: &Dossier, now: Timestamp, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for remark in &dossier.remarks {
        let name = crate::ui::paint::fit(said_row::name(remark), 18);
        let says = format!("{} ago  {}", short_age(remark.at.until(now)), remark.body.trim());
        lines.extend(labelled(Span::styled(name, look.style(Role::Thread)), LABEL, &says, room, look.style(Role::Text)));
    }
    headed(&format!("Said about the pull: {}", dossier.remarks.len()), lines, look)
}

/// `lines` under a heading, or nothing.
fn headed(title: &str, lines: Vec<Line<'static>>, look: &Look<'_>) -> Vec<Line<'static>> {
    if lines.is_empty() { lines } else { heading(title, look).into_iter().chain(lines).collect() }
}
