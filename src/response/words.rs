//! Outside text inside our sentences and commit messages: one line, hidden characters visible.

use crate::model::finding::Fingerprint;
use crate::model::inert;
use crate::model::rule::RuleId;

/// Findings that one sentence names one by one.
const MOST_FINDINGS: usize = 5;

/// `text` as one line that is safe to print and to put behind a trailer's colon.
pub(crate) fn one_line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    inert::line(&joined).into_owned()
}

/// `items` as `a, b, c and 4 more`, showing at most `most`.
pub(crate) fn few(items: &[String], most: usize) -> String {
    let shown = items.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if items.len() > most { format!("{shown} and {} more", items.len() - most) } else { shown }
}

/// Findings as `rule (fingerprint)`: the first says which one is meant, the second is what options take.
pub(crate) fn findings(known: &[(Fingerprint, Option<RuleId>)]) -> String {
    let named = known.iter().map(|(id, rule)| rule.map_or_else(|| id.to_string(), |rule| format!("{rule} ({id})")));
    few(&named.collect::<Vec<_>>(), MOST_FINDINGS)
}

/// `branch` of `refs/heads/branch`, else the whole name; safe to print.
pub(crate) fn short(name: &str) -> String {
    inert::line(name.strip_prefix("refs/heads/").unwrap_or(name)).into_owned()
}

/// `1 commit`, `3 commits`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
