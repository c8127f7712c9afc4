//! What stopped a payment, a release or a promotion is gone from a function, and it is still done there. A part of `check-emptied`.
//!
//! Business of the program, so it weighs less than what asks who somebody is.

use std::collections::BTreeSet;

use super::stops::{refusals, stops};
use super::twins::Twin;
use crate::analysis::branch::branch;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::FileView;

/// A block of more statements is no refusal.
const LONGEST: usize = 4;

/// What cannot be taken back.
static ACTS: Pattern = Pattern::new(
    r"(?i)(?:\.|->|::|\b)(?:transfer|pay|pay_?out|refund|withdraw|charge|release|disburse|settle|wire|redeem|promote|approve|grant)\w*[!?]?\s*\(",
);
/// Said of what must not be done, and not of what cannot be.
static REFUSED: Pattern = Pattern::new(
    r"(?i)violation|sanction|forbid|denied|not_?allowed|not_?permitted|blocked|exceed|insufficient|fraud|four_?eyes|self_?approv|suspended|frozen|not_?approved|already_?(?:paid|refunded|released)|over_?(?:draft|limit)",
);

/// The line on which what stopped it stood.
pub(super) fn unstopped(file: &FileView<'_>, twin: &Twin<'_, '_>) -> Option<usize> {
    let acts = |text: &str| text.len() < 400 && ACTS.is_match(text);
    let kept = |line: usize| !twin.new.is_changed(line) && acts(twin.new.plain_line(line));
    if !twin.removed().any(|(_, text)| text.len() < 400 && REFUSED.is_match(text)) {
        return None;
    }
    // The head of the function names what it does.
    if !twin.is.clone().skip(1).any(kept) {
        return None;
    }
    let now: BTreeSet<&str> = stops(file, twin.new, &twin.is).map(|(_, asked)| asked.trim()).collect();
    let gone = stops(file, twin.old, &twin.was)
        .filter(|(_, asked)| !now.contains(asked.trim()))
        .map(|(one, _)| one.first_line)
        .find(|line| refused(file, twin, *line))?;
    // Another question in its place is judged by what asks it.
    let others = refusals(file, twin.new, &twin.is).next().is_some();
    static ELSEWHERE: Pattern = Pattern::new(r"(?i)\b\w*(?:check|verif|valid|ensure|assert|require|guard|enforce)\w*[!?]?\s*\(");
    let moved = twin.added().any(|(_, text)| ELSEWHERE.is_match(text)) || file.added().any(|line| REFUSED.is_match(line.text));
    (!others && !moved).then_some(gone)
}

/// Whether a refusal that the change touches says that something must not be done.
fn refused(file: &FileView<'_>, twin: &Twin<'_, '_>, line: usize) -> bool {
    let statements = twin.old.statements();
    let at = statements.partition_point(|one| one.first_line < line);
    let Some(found) = branch(twin.old, file.language, at).filter(|_| statements[at].first_line == line) else { return false };
    let inline = twin.old.plain().get(found.inline.clone()).unwrap_or("");
    let block: Vec<&Statement> = found.block.take(LONGEST).filter_map(|at| statements.get(at)).collect();
    let last = block.last().map_or(statements[at].last_line, |one| one.last_line);
    let said = block.iter().map(|one| twin.old.plain_of(one)).chain([inline]);
    twin.old.touches(line, last) && said.into_iter().any(|text| text.len() < 400 && REFUSED.is_match(text))
}
