//! Claims of exact kinds, found in sentences and judged against facts: one file for each kind.

pub mod bump;
pub mod dependencies;
pub mod judged;
pub mod names;
pub mod nothing;
pub mod scope;
pub mod tests;

use self::judged::Judged;
use super::facts::Facts;
use super::prose::{Sentence, sentences};

type Kind = fn(&Facts<'_>, &Sentence) -> Option<Judged>;

/// Every kind, the most telling first: a sentence makes at most one claim of each.
const KINDS: [Kind; 11] = [
    scope::documentation,
    scope::only_tests,
    scope::only_whitespace,
    scope::only_comments,
    scope::no_functional_change,
    tests::added,
    bump::to_version,
    bump::to_latest,
    bump::group,
    dependencies::updated,
    dependencies::none_new,
];

/// The claims of a change's message, in the order they were written.
#[must_use]
pub fn judged(facts: &Facts<'_>) -> Vec<Judged> {
    if let Some(judged) = nothing::at_all(facts) {
        return vec![judged];
    }
    let mut claims = Vec::new();
    for sentence in sentences(facts.change) {
        let exact = claims.len();
        claims.extend(KINDS.iter().filter_map(|kind| kind(facts, &sentence)));
        if claims.len() == exact {
            claims.extend(names::files(facts, &sentence).or_else(|| names::things(facts, &sentence)));
        }
    }
    claims
}
