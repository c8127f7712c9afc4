//! "all checks pass", "CI is green": held against the checks of the head, where a forge told them. What ran elsewhere nobody here saw.

use super::judged::{Judged, states};
use super::scope::part;
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::dossier::CheckRun;
use crate::model::standing::Rollup;

static PASSES: Pattern = Pattern::new(
    r"(?i)\b(ci|ci/cd|pipelines?|builds?|workflows?|checks|tests|test suite|suite|lint(?:er|ing)?)\s+(?:(?:is|are|has|have|all|now|still|run|runs|just|fully)\s+)*(?:pass|passes|passed|passing|green|succeed|succeeds|succeeded|clean)\b|\b(?:verified|validated|tested|confirmed) (?:by|in|with|on|through) (ci|the (?:pipeline|build|ci))\b|\b(?:everything|all) (?:is )?green (?:in|on) (ci|the pipeline)\b",
);
/// Words of another place, or of what is to come.
static ELSEWHERE: Pattern =
    Pattern::new(r"(?i)\b(?:locally|local|on my (?:machine|laptop)|here|cargo test|pytest|npm (?:test|run)|go test|make (?:test|check))\b");
static WISHED: Pattern = Pattern::new(
    r"(?i)\b(?:when|once|until|after|so that|ensure[sd]?|make sure|makes?|let|get|gets|only if|as long as|require[sd]?|wait)\b",
);
/// Words for tests alone, not for all checks.
const TESTS: [&str; 3] = ["tests", "test suite", "suite"];
const FAILED: [&str; 6] = ["failure", "failed", "error", "timed_out", "startup_failure", "failing"];
const PASSED: [&str; 4] = ["success", "neutral", "skipped", "passing"];

/// A claim that checks passed.
#[must_use]
pub fn by_checks(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let text = sentence.text.as_str();
    let subject = (1..=3).find_map(|group| PASSES.group(text, group))?.to_lowercase();
    if WISHED.is_match(text) || !states(text) {
        return None;
    }
    if !sentence.whole {
        return Some(part(sentence));
    }
    if ELSEWHERE.is_match(text) {
        return Some(Judged::uncheckable(text, vec!["said of another place than the forge's checks".to_owned()]));
    }
    let runs = facts.checks();
    let narrow = TESTS.contains(&subject.as_str());
    if runs.is_empty() {
        return Some(rolled_up(facts, text, narrow));
    }
    let meant: Vec<&CheckRun> = runs.iter().filter(|run| !narrow || speaks_of_tests(&run.name)).collect();
    let told = |run: &&CheckRun| format!("{}: {}", run.name, run.state);
    let is = |run: &CheckRun, states: &[&str]| states.contains(&run.state.to_lowercase().as_str());
    let failed: Vec<String> = meant.iter().copied().filter(|run| is(run, &FAILED)).map(|run| told(&run)).collect();
    Some(match (failed.is_empty(), meant.iter().all(|run| is(run, &PASSED)), meant.is_empty()) {
        (false, ..) => Judged::contradicted(text, failed),
        (true, true, false) => Judged::supported(text, meant.iter().map(told).collect()),
        _ => Judged::uncheckable(text, vec!["no check of the forge has told it yet".to_owned()]),
    })
}

/// By the sum of all checks, which is all that a queue knows.
fn rolled_up(facts: &Facts<'_>, text: &str, narrow: bool) -> Judged {
    let sum = facts.change.pull.standing.as_ref().map(|standing| standing.checks);
    match sum {
        Some(Rollup::Passing) => Judged::supported(text, vec!["every check of the head passed".to_owned()]),
        Some(Rollup::Failing) if !narrow => Judged::contradicted(text, vec!["a check of the head failed".to_owned()]),
        Some(Rollup::Failing) => Judged::uncheckable(text, vec!["a check of the head failed; which one is not known here".to_owned()]),
        Some(Rollup::Pending) => Judged::uncheckable(text, vec!["checks of the head still run".to_owned()]),
        _ => Judged::uncheckable(text, vec![facts.unasked().map_or_else(|| "no forge told of checks".to_owned(), ToOwned::to_owned)]),
    }
}

/// Whether a sentence says how checks went, so that it pays to ask for them.
#[must_use]
pub fn speaks(sentence: &Sentence) -> bool {
    let text = sentence.text.as_str();
    sentence.whole && PASSES.is_match(text) && !WISHED.is_match(text) && !ELSEWHERE.is_match(text) && states(text)
}

fn speaks_of_tests(name: &str) -> bool {
    let name = name.to_lowercase();
    ["test", "spec", "unit", "e2e", "integration", "pytest", "jest", "suite"].iter().any(|word| name.contains(word))
}
