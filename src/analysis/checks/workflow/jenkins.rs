//! Pipelines of Jenkins by their lines: conditions, checks and their outcome, as far as a line tells.

use super::gates::{A_CHECK, DELIVERS, SECURITY};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
use crate::model::rule::Severity;

/// How many lines below a condition its stage is looked through.
const NEAR: usize = 20;

/// Something a pipeline no longer asks: what to say, how grave, where.
pub(super) struct Unasked {
    /// What to say.
    pub(super) title: String,
    /// How grave it is.
    pub(super) severity: Severity,
    /// The side the line stands on.
    pub(super) side: Side,
    /// The line, from 0.
    pub(super) line: usize,
}

/// What the pipeline of `file` no longer asks.
pub(super) fn unasked(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>) -> Vec<Unasked> {
    [unconditional(old, new), scan_gone(old, new), never_fails(file, new)].into_iter().flatten().collect()
}

/// A stage that delivers asked when it may, and asks no more.
fn unconditional(old: &SideView<'_>, new: &SideView<'_>) -> Option<Unasked> {
    static WHEN: Pattern = Pattern::new(r"^\s*(?:when\s*\{|if\s*\(.*\b(?:BRANCH_NAME|TAG_NAME|CHANGE_ID|GIT_BRANCH)\b)");
    static NAMED: Pattern = Pattern::new(r"(?i)deploy|release|publish");
    let asks = |side: &SideView<'_>| side.lines().filter(|line| line.text.len() < 400 && WHEN.is_match(line.text)).count();
    let line = old.changed_lines().find(|line| line.text.len() < 400 && WHEN.is_match(line.text))?;
    let around = line.index.saturating_sub(3)..old.len().min(line.index + NEAR);
    let delivers = around.map(|index| old.line(index).text).any(|text| DELIVERS.is_match(text) || NAMED.is_match(text));
    // With its stage, a condition goes for a good reason.
    let stays = new.lines().any(|line| line.text.len() < 400 && (DELIVERS.is_match(line.text) || NAMED.is_match(line.text)));
    (delivers && stays && asks(new) < asks(old)).then(|| Unasked {
        title: "What delivers here no longer asks for which branch".to_owned(),
        severity: Severity::High,
        side: Side::Old,
        line: line.index,
    })
}

/// A scan for security that ran before and is nowhere now.
fn scan_gone(old: &SideView<'_>, new: &SideView<'_>) -> Option<Unasked> {
    let found = |text: &str| SECURITY.find(text).and_then(|at| text.get(at)).map(str::to_lowercase);
    let line = old.changed_lines().find(|line| {
        let runs = line.text.len() < 400 && ["sh ", "sh(", "bat ", "bat("].iter().any(|call| line.text.contains(call));
        runs && found(line.text).is_some_and(|tool| !new.text().to_lowercase().contains(&tool))
    })?;
    let tool = found(line.text)?;
    Some(Unasked { title: format!("`{tool}` no longer runs"), severity: Severity::Medium, side: Side::Old, line: line.index })
}

/// A check whose failing is told to be a success.
fn never_fails(file: &FileView<'_>, new: &SideView<'_>) -> Option<Unasked> {
    static CAUGHT: Pattern =
        Pattern::new(r"\bcatchError\s*\([^)]*buildResult\s*:\s*['\x22](?:SUCCESS|UNSTABLE)|\bwarnError\s*\(|\breturnStatus\s*:\s*true");
    let known = file.removed().any(|line| CAUGHT.is_match(line.text));
    let line = file.added().find(|line| line.text.len() < 400 && CAUGHT.is_match(line.text)).filter(|_| !known)?;
    let checks = (line.index..new.len().min(line.index + 4)).any(|index| A_CHECK.is_match(new.line(index).text));
    // A status that is kept may be asked later.
    let kept = line.text.contains("returnStatus") && line.text.contains('=');
    (checks && !kept).then(|| Unasked {
        title: "This check may fail and the pipeline goes on".to_owned(),
        severity: Severity::Medium,
        side: Side::New,
        line: line.index,
    })
}
