//! "adds tests". How many is a claim of another kind.

use super::judged::{Judged, states};
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;

static ADDED: Pattern = Pattern::new(
    r"(?i)\b(?:add|adds|added|adding|introduce[sd]?|write|wrote)\s+(?:(?:a|an|some|more|new|unit|regression|integration|missing|comprehensive|additional|e2e|end-to-end|several|the|corresponding|basic|extra|focused|thorough|(\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|one))\s+)*(?:test cases?|test coverage|unit-tests?|tests?)\b(?:\s*(\w+))?",
);
/// What may follow when tests themselves are meant, rather than what tests need.
const GOES_ON: [&str; 16] =
    ["for", "to", "that", "which", "covering", "on", "in", "of", "and", "with", "as", "around", "verifying", "checking", "cases", "case"];

/// The claim that tests were added.
#[must_use]
pub fn added(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    ADDED.find(&sentence.text)?;
    // A number is a claim of its own kind.
    if ADDED.group(&sentence.text, 1).is_some() {
        return None;
    }
    let after = ADDED.group(&sentence.text, 2).map(str::to_lowercase);
    if after.is_some_and(|word| !GOES_ON.contains(&word.as_str())) || !states(&sentence.text) {
        return None;
    }
    let tests = facts.tests();
    let nothing = tests.places.is_empty() && tests.functions <= 0;
    if nothing {
        // Tests have many names; only a change that never speaks of any contradicts.
        let unseen = facts.has_gaps() || tests.mentioned || !sentence.whole;
        let places = vec!["no test is added in the diff".to_owned()];
        return Some(if unseen { Judged::uncheckable(&sentence.text, places) } else { Judged::contradicted(&sentence.text, places) });
    }
    Some(Judged::supported(&sentence.text, tests.places.clone()))
}
