//! "only touches tests".

use super::judged::Judged;
use super::scope::{is_qualified, only, part};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;

static TESTS_ONLY: Pattern = Pattern::new(
    r"(?i)\btests?[ -]only (?:change|commit|pr|pull|patch)\b|\bonly (?:touches|changes|updates|affects) (?:the )?tests?\b[.;!]?$|\bonly (?:the )?tests (?:are|were) (?:touched|changed)\b",
);

/// "only touches tests".
#[must_use]
pub fn only_tests(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if !TESTS_ONLY.is_match(&sentence.text) || is_qualified(&sentence.text) {
        return None;
    }
    if !sentence.whole {
        return Some(part(sentence));
    }
    let against = facts.code().iter().filter(|line| matches!(line.role, Role::Workflow | Role::AgentConfig | Role::Product));
    let against: Vec<String> = against.map(|line| line.place.clone()).collect();
    if !against.is_empty() {
        return Some(Judged::contradicted(&sentence.text, against));
    }
    Some(only(facts, sentence, |role, _| role == Role::Test))
}
