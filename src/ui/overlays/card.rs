//! The card of a finding: what was seen on what evidence, why it matters, what would make it fine, and how to judge it.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::finding::Finding;
use crate::model::link::{Link, Tied};
use crate::model::noise::{Judged, Noise};
use crate::model::review::DismissReason;
use crate::state::overlay::Card;
use crate::state::session::Session;
use crate::ui::look::{Look, severity};
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::{heading, labelled, paragraph};
use crate::ui::paint;
use crate::ui::widgets::{finding_row, status_bar};

/// The card; `None` when the finding is gone.
#[must_use]
pub fn content(card: &Card, session: &Session, noise: &Noise, room: usize, look: &Look<'_>) -> Option<Content> {
    let finding = session.known.findings.get(card.finding)?;
    let text = look.style(Role::Text);
    let mut lines = head(finding, room, look);
    lines.extend(self::noise(finding, session, noise, room, look));
    if let Some(judged) = session.review.dispositions.get(&finding.id) {
        lines.extend(paragraph(&format!("judged: {}", finding_row::disposition_word(judged)), room, look.style(Role::Viewed)));
    }
    if !finding.evidence.trim().is_empty() {
        lines.extend(heading("Evidence", look));
        lines.extend(paragraph(&finding.evidence, room, look.style(Role::SynString)));
    }
    // A rule of somebody else may have no words of its own.
    for (says, words) in [("Why it matters", &finding.why), ("What would make it fine", &finding.fix)] {
        if !words.is_empty() {
            lines.extend(heading(says, look));
            lines.extend(paragraph(words, room, text));
        }
    }
    lines.extend(links(finding, session, room, look));
    lines.extend(alike(finding, session, room, look));
    lines.extend(also(finding, room, look));
    if !finding.references.is_empty() {
        lines.extend(heading("References", look));
        lines.extend(paragraph(&finding.references.join(", "), room, look.style(Role::Faint)));
    }
    let foot = match &card.reason {
        Some(field) => vec![Line::default(), status_bar::typed("accepted, because:", field, room, look)],
        None => answers(card, look).into_iter().chain(offer(finding, noise, room, look)).collect(),
    };
    let title = format!("finding {} of {}", card.finding + 1, session.known.findings.len());
    Some(Content { title, lines, top: card.top, foot, ..Content::default() })
}

fn head(finding: &Finding, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let (sign, word, role) = severity(finding.severity);
    let badge = Span::styled(format!(" {sign} {word} "), look.style(role));
    let wide = paint::width(&badge.content) + 1;
    let mut lines = labelled(badge, wide, &finding.title, room, look.style(Role::Strong));
    let seen = finding.tool.as_ref().map(|tool| format!("seen by {tool}; ")).unwrap_or_default();
    let (class, confidence) = (finding.class.word(), finding.confidence.word());
    let says = format!("{seen}{class}, {confidence} confidence, rule {}, at {}", finding.rule, finding.at);
    lines.extend(paragraph(&says, room, look.style(Role::Faint)));
    lines
}

fn links(finding: &Finding, session: &Session, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let rows: Vec<_> = finding.links.iter().flat_map(|link| tie(link, session, room, look)).collect();
    if rows.is_empty() { rows } else { heading("Belongs together with", look).into_iter().chain(rows).collect() }
}

fn tie(link: &Link, session: &Session, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let (sign, role, what) = match &link.to {
        Tied::Finding(id) => match session.known.findings.iter().find(|other| other.id == *id) {
            Some(other) => {
                let (sign, _, role) = severity(other.severity);
                (sign, role, format!("{} ({})", other.title, other.at))
            }
            None => return Vec::new(),
        },
        Tied::Place(at) => ("·", Role::Faint, at.to_string()),
        Tied::Change { name, place } => ("·", Role::Strong, format!("{name}, {place}")),
    };
    let says = format!("{what}: {}", link.why);
    labelled(Span::styled(sign, look.style(role)), 2, &says, room, look.style(Role::Text))
}

/// Where else the same lines are changed, so that one judgement is for all of them.
fn alike(finding: &Finding, session: &Session, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let others = session.known.findings.iter().filter(|other| other.id != finding.id && other.is_one_with(finding));
    let rows: Vec<_> = others.flat_map(|other| paragraph(&other.at.to_string(), room, look.style(Role::Text))).collect();
    if rows.is_empty() { rows } else { heading("The same lines, judged together", look).into_iter().chain(rows).collect() }
}

fn also(finding: &Finding, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    if finding.also.is_empty() {
        return Vec::new();
    }
    let rows = finding.also.iter().flat_map(|seen| paragraph(&seen.to_string(), room, look.style(Role::Text)));
    heading("Also seen by", look).into_iter().chain(rows).collect()
}

/// How often the rule fires and how its findings were judged, as far as anybody measured or judged.
fn noise(finding: &Finding, session: &Session, noise: &Noise, room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let rate = noise.rate(finding.rule, &session.change.pull.at.repo).map(|told| told.words());
    let known: Vec<String> = rate.into_iter().chain(noise.judged.get(&finding.rule).and_then(Judged::words)).collect();
    if known.is_empty() { Vec::new() } else { paragraph(&format!("rule {}", known.join("; ")), room, look.style(Role::Faint)) }
}

/// What the key does that has the rule only annotate.
fn offer(finding: &Finding, noise: &Noise, room: usize, look: &Look<'_>) -> Option<Line<'static>> {
    let key = look.keymap.annotating_key()?;
    let says = if noise.annotated.contains(&finding.rule) {
        format!("  {key} this rule only annotates by your settings; {key} lets it weigh again")
    } else {
        format!("  {key} rule too noisy: all its findings become notes, no risk; {key} undoes it")
    };
    Some(Line::from(Span::styled(paint::fit(&says, room), look.style(Role::Answer))))
}

fn answers(card: &Card, look: &Look<'_>) -> Vec<Line<'static>> {
    let dismissals = DismissReason::ALL.iter().map(|reason| format!("not a problem: {}", reason.sentence()));
    let others = ["it is, and the risk is accepted for a reason …".to_owned(), "open again: take the judgement back".to_owned()];
    let mut lines = vec![Line::default()];
    for (answer, at) in dismissals.chain(others).zip(0..) {
        let chosen = at == card.answer;
        let style = look.style(if chosen { Role::AnswerChosen } else { Role::Answer });
        lines.push(Line::from(Span::styled(format!("{} {} {answer} ", if chosen { "▸" } else { " " }, at + 1), style)));
    }
    lines
}
