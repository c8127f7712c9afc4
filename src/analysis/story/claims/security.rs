//! "fixes a vulnerability", "hardens the login": what that takes nobody here knows; a guard that is gone, a step back and a change of words
//! alone disprove it.

use super::bump::place;
use super::judged::{Judged, states};
use super::scope::part;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::dependency::{DependencyChange, DependencyMove};

static FIXES: Pattern = Pattern::new(
    r"(?i)\b(?:fix(?:e[sd]|ing)?|patch(?:e[sd])?|mitigate[sd]?|address(?:e[sd])?|resolve[sd]?|close[sd]?|prevent[s]?|block[s]?|harden(?:s|ed|ing)?|tighten[s]?|secure[sd]?|improve[sd]?|strengthen[s]?)\b[^.]{0,80}\b(?:security|vulnerabilit(?:y|ies)|cve-\d{4}-\d{3,}|ghsa-[\w-]+|xss|csrf|ssrf|rce|sql injection|command injection|injection|path traversal|auth bypass|authentication bypass|privilege escalation|timing attacks?|auth(?:entication|orization)?|login|session handling)\b|\bharden(?:s|ed|ing)?\b|^(?:fix|feat|chore)\(security\)!?: |^(?:security|sec)(?:\([^)]*\))?!?: ",
);
/// A sentence about texts or tests of security.
static ABOUT: Pattern = Pattern::new(
    r"(?i)^(?:docs?|tests?|ci|chore\(deps\))(?:\([^)]*\))?!?: |\b(?:docs?|documentation|readme|policy|advisory|changelog|tests?|typos?|wording|links?|comments?|guide|notes?)\b",
);
/// Rules of which a hard finding is a guard that is gone or a door that is open.
const WEAKENS: [&str; 12] = [
    "guard-removed",
    "guard-fails-open",
    "condition-weakened",
    "constant-auth",
    "env-gated-auth",
    "literal-principal",
    "sanitiser-removed",
    "protected-path-opened",
    "password-hash-weakened",
    "cipher-downgraded",
    "expiry-weakened",
    "insecure-default",
];

/// A claim that something was made safe.
#[must_use]
pub fn fixed(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let text = sentence.text.as_str();
    if !FIXES.is_match(text) || ABOUT.is_match(text) || !states(text) {
        return None;
    }
    if !sentence.whole {
        return Some(part(sentence));
    }
    let weaker = facts.findings().filter(|finding| finding.severity.is_hard() && WEAKENS.contains(&finding.rule.0));
    let weaker: Vec<String> = weaker.map(|finding| format!("{}: {}", finding.at, finding.title)).collect();
    if !weaker.is_empty() {
        return Some(Judged::contradicted(text, weaker).grave(true));
    }
    let rows: Vec<&DependencyChange> = facts.dependencies().filter(|(_, manifest)| *manifest).map(|(row, _)| row).collect();
    let back: Vec<String> = rows.iter().filter(|row| row.change == DependencyMove::Downgraded).map(|row| place(row)).collect();
    let code = facts.code().iter().any(|line| line.role.is_live());
    if !back.is_empty() && back.len() == rows.len() && !code {
        return Some(Judged::contradicted(text, back));
    }
    let words = |path: &str| matches!(Role::of(path), Role::Docs | Role::Test);
    let paths: Vec<String> = facts.files().iter().map(|file| file.path().text().into_owned()).collect();
    if !facts.has_gaps() && paths.iter().all(|path| words(path)) {
        return Some(Judged::contradicted(text, std::iter::once("nothing that runs changes".to_owned()).chain(paths).collect()));
    }
    Some(Judged::uncheckable(text, facts.code().iter().map(|line| line.place.clone()).collect()))
}
