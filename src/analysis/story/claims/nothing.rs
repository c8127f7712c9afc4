//! A message about a change that changes nothing.

use super::judged::Judged;
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::message;

/// Empty on purpose: merges, releases, starts of a build.
static MEANT: Pattern = Pattern::new(
    r"(?i)^merge\b|\bempty (?:commit|change|pull|pr|build)\b|^(?:\w+(?:\([^)]*\))?!?: )?empty\b|\b(?:re-?)?trigger|\bre-?run\b|\brelease\b|^v?\d+\.\d|\binitial (?:commit|plan)\b|\bno-?op\b|\bbump\b|\bnudge\b|^revert\b|^start\b|^wip\b|^chore\(release\)|^\[?(?:ci|skip)",
);

/// The title of an empty change, contradicted, when it says that something was done.
#[must_use]
pub fn at_all(facts: &Facts<'_>) -> Option<Judged> {
    let title = message::title(facts.change);
    let merges = facts.change.commits.iter().any(|commit| commit.parents.len() > 1);
    let empty = facts.files().is_empty() && !facts.has_gaps();
    let claims = title.split_whitespace().count() >= 2 && !MEANT.is_match(title);
    (empty && claims && !merges).then(|| Judged::contradicted(title, vec!["the change is empty: no file differs".to_owned()]))
}
