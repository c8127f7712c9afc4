//! "whitespace only": exact, because white space can be taken out on both sides.

use super::judged::Judged;
use super::scope::{is_qualified, part};
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::diff::{FileDiff, LineKind};

static WHITESPACE: Pattern = Pattern::new(
    r"(?i)\bwhite[- ]?space[ -]only(?: (?:changes?|commit|pr|pull|patch|diff|edits?|fix(?:es)?|cleanups?))?(?:[\s]*[.,;:!)]|$)|(?:^|[^-\w])only (?:changes |touches )?white[- ]?space\b|\bwhite[- ]?space changes? only\b",
);

/// "whitespace only": exact, because white space can be taken out on both sides.
#[must_use]
pub fn only_whitespace(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if !WHITESPACE.is_match(&sentence.text) || is_qualified(&sentence.text) {
        return None;
    }
    if !sentence.whole || facts.has_gaps() {
        return Some(part(sentence));
    }
    let against: Vec<String> = facts.files().iter().filter_map(other_ink).collect();
    if against.is_empty() {
        Some(Judged::supported(&sentence.text, Vec::new()))
    } else {
        Some(Judged::contradicted(&sentence.text, against))
    }
}

/// The place of a file whose visible characters differ.
fn other_ink(file: &FileDiff) -> Option<String> {
    let path = file.path().text();
    let Some(text) = file.text() else { return Some(path.into_owned()) };
    let ink = |kind: LineKind| {
        let lines = text.lines.iter().filter(move |line| line.kind == kind);
        lines.flat_map(|line| text.text(line).chars()).filter(|c| !c.is_whitespace()).collect::<String>()
    };
    let (old, new) = (ink(LineKind::Removed), ink(LineKind::Added));
    let line = text.lines.iter().find(|line| line.kind != LineKind::Context).map_or(0, |line| line.new.max(line.old));
    (old != new).then(|| format!("{path}:{line}"))
}
