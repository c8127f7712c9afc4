//! `.gitleaksignore` of the base revision: secrets that the repository accepted. Never that of the change.

use std::collections::BTreeSet;

use super::trace::Mark;
use crate::model::change::{TextRequest, Texts};
use crate::model::diff::{Omission, Side};
use crate::model::finding::Finding;
use crate::model::path::RepoPath;

/// Where it lies.
const PATH: &str = ".gitleaksignore";
/// Lines of it that are read.
const MOST: usize = 100_000;

/// What to ask the source for.
#[must_use]
pub fn request() -> TextRequest {
    TextRequest { path: RepoPath::from(PATH), side: Side::Old }
}

/// The names that the base revision accepts.
#[must_use]
pub fn accepted(texts: &Texts) -> BTreeSet<&str> {
    let asked = request();
    let lines = texts.get(&asked.path, asked.side).into_iter().flat_map(|text| text.lines().take(MOST));
    lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// Takes from `findings` what the base revision accepts by its name, and says so; and what an allowlist accepts by its commit.
pub fn apply(texts: &Texts, marks: &[Mark], findings: &mut Vec<Finding>) -> Vec<Omission> {
    let accepted = accepted(texts);
    let is_accepted = |mark: &&Mark| mark.allowed || mark.names.iter().any(|name| accepted.contains(name.as_str()));
    let mut said = Vec::new();
    for mark in marks.iter().filter(is_accepted) {
        let same = |other: &&Mark| (other.trace, other.rule, &other.path) == (mark.trace, mark.rule, &mark.path);
        // The name of one commit speaks for the same value in the same file of the net diff.
        for id in marks.iter().filter(same).filter_map(|other| other.finding.as_ref()) {
            let before = findings.len();
            findings.retain(|finding| finding.id != *id);
            if findings.len() < before && !mark.allowed {
                let name = mark.names.first().map_or("", String::as_str);
                let why = format!("{name}: {PATH} of the base revision accepts this secret, so it is not shown");
                said.push(Omission { path: Some(RepoPath::from(mark.path.as_str())), why });
            }
        }
    }
    said
}
