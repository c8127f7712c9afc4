//! "adds tests", "adds 12 tests": counted.

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
const NUMBERS: [&str; 13] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// The claim that tests were added.
#[must_use]
pub fn added(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    ADDED.find(&sentence.text)?;
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
    let Some(claimed) = ADDED.group(&sentence.text, 1).and_then(number) else {
        return Some(Judged::supported(&sentence.text, tests.places.clone()));
    };
    let mut places = tests.places.clone();
    if tests.functions == claimed {
        return Some(Judged::supported(&sentence.text, places));
    }
    // One function can hold many cases, so another number disproves nothing.
    places.insert(0, format!("{} more test functions than before", tests.functions));
    Some(Judged::uncheckable(&sentence.text, places))
}

fn number(word: &str) -> Option<i64> {
    let spelled = NUMBERS.iter().position(|known| known.eq_ignore_ascii_case(word)).and_then(|at| i64::try_from(at).ok());
    word.parse().ok().or(spelled)
}
