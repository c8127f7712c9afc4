//! The decisions so far with their chain verified, and the receipt of the last one.

use ratatui::text::{Line, Span};

use crate::config::theme::Role;
use crate::model::ledger::{ChainState, Record, RecordKind};
use crate::model::response::{Receipt, Strength};
use crate::ui::look::Look;
use crate::ui::overlays::popup::Content;
use crate::ui::overlays::words::{heading, labelled, paragraph};

/// The records, latest first.
#[must_use]
pub fn content(records: Option<&(Vec<Record>, ChainState)>, waits: bool, room: usize, look: &Look<'_>) -> Content {
    let title = "ledger".to_owned();
    let Some((records, chain)) = records else {
        let says = if waits { "reading the ledger …" } else { "the ledger was not read" };
        return Content { title, lines: paragraph(says, room, look.style(Role::Faint)), ..Content::default() };
    };
    let mut lines = match chain {
        ChainState::Whole { records: 0, .. } => Vec::new(),
        ChainState::Whole { records, head } => {
            let head = head.get(..16).unwrap_or(head);
            paragraph(&format!("✓ the chain of {records} records is whole; its head is {head}"), room, look.style(Role::Enforced))
        }
        ChainState::Broken { seq, why } => {
            paragraph(&format!("✗ the chain is broken at record {seq}: {why}"), room, look.style(Role::Failed))
        }
    };
    for of_case in records.chunk_by(|one, next| one.case == next.case) {
        lines.extend(case(of_case, room, look));
    }
    if records.is_empty() {
        lines.extend(paragraph("no decision was made yet", room, look.style(Role::Faint)));
    }
    Content { title, lines, ..Content::default() }
}

/// What is the same in all records of one case stands once, above them.
fn case(records: &[Record], room: usize, look: &Look<'_>) -> Vec<Line<'static>> {
    let Some(first) = records.first() else { return Vec::new() };
    let mut lines = heading(&format!("{} {}", first.case.0, first.verb.word()), look);
    lines.extend(paragraph(&format!("{}, by {}", first.subject, first.actor), room, look.style(Role::Faint)));
    for record in records {
        let style = look.style(if record.kind == RecordKind::Outcome { Role::Faint } else { Role::Text });
        let label = Span::styled(format!("{:>5} {}", record.seq, record.kind.word()), look.style(Role::HintKey));
        lines.extend(labelled(label, 15, &record.says, room, style));
    }
    lines
}

/// How a strength looks.
#[must_use]
pub fn strength(strength: Strength) -> Role {
    match strength {
        Strength::Enforced => Role::Enforced,
        Strength::Advisory => Role::Advisory,
        Strength::Failed => Role::Failed,
    }
}

/// What was done, how strong it is, where the evidence lies, how to undo it.
#[must_use]
pub fn receipt(receipt: &Receipt, room: usize, look: &Look<'_>) -> Content {
    let text = look.style(Role::Text);
    let word = Span::styled(receipt.strength.word(), look.style(strength(receipt.strength)));
    let mut lines = vec![Line::from(vec![
        Span::styled("case ", text),
        Span::styled(receipt.case.0.clone(), look.style(Role::Strong)),
        Span::raw("  "),
        word,
    ])];
    lines.push(Line::default());
    for outcome in &receipt.outcomes {
        let label = Span::styled(outcome.strength.word(), look.style(strength(outcome.strength)));
        lines.extend(labelled(label, 10, &outcome.says, room, text));
    }
    let undo = receipt.undo.as_ref().map(|undo| ("Undo it with", undo.clone()));
    let evidence = receipt.evidence.as_ref().map(|path| ("Evidence", path.clone()));
    let head = receipt.ledger_head.as_ref().map(|(seq, hash)| ("Ledger", format!("record {seq}, {hash}")));
    let why = (!receipt.why.is_empty()).then(|| ("Because", receipt.why.clone()));
    for (name, says) in [why, evidence, undo, head].into_iter().flatten() {
        lines.extend(heading(name, look));
        lines.extend(paragraph(&says, room, text));
    }
    Content { title: "receipt".to_owned(), lines, ..Content::default() }
}
