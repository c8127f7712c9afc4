//! In which hunks of a file a rule could match, where only hunks are known. A node that it matches lies in one of them: what would reach
//! over lines that nobody knows is no match. What it asks of the code around may stand in another.

use std::cell::OnceCell;
use std::ops::Range;

use serde_json::{Map, Value};

use super::demands::{self, Demand};
use super::needs;
use super::regexes::Choice;
use super::utilities::Utilities;

/// Rules are looked through so far; one that nests deeper counts as one that looks around.
const DEEPEST: usize = 40;

/// Lines of a file that follow each other.
pub(super) struct Hunk<'t> {
    /// Its bytes in the text of the side.
    pub(super) bytes: Range<usize>,
    /// Whether the change touched it on this side.
    pub(super) changed: bool,
    text: &'t str,
    lower: OnceCell<String>,
}

impl<'t> Hunk<'t> {
    /// The hunk at `bytes` of `text`.
    pub(super) fn new(text: &'t str, bytes: Range<usize>, changed: bool) -> Self {
        Self { text: text.get(bytes.clone()).unwrap_or(""), bytes, changed, lower: OnceCell::new() }
    }

    fn holds(&self, choice: &Choice) -> bool {
        let lower = self.lower.get_or_init(|| self.text.to_ascii_lowercase());
        choice.iter().any(|word| lower.match_indices(&word.text).any(|(at, found)| word.stands(self.text, at..at + found.len())))
    }
}

/// What a rule asks of a hunk.
pub(super) struct Near {
    words: Vec<Choice>,
    demand: Demand,
    /// Whether it asks nothing of what stands around a node, so that the other hunks need not be parsed.
    pub(super) alone: bool,
}

impl Near {
    /// What `rule` asks.
    pub(super) fn of(rule: &Map<String, Value>, utilities: &Utilities) -> Self {
        let alone = ["rule", "constraints", "utils"].iter().filter_map(|key| rule.get(*key)).all(|asked| is_alone(asked, rule, 0));
        Self { words: needs::of(rule, utilities, true), demand: demands::of(rule, utilities, true), alone }
    }

    /// Whether a node in `hunk` could be matched.
    pub(super) fn may_match(&self, hunk: &Hunk<'_>) -> bool {
        self.words.iter().all(|choice| hunk.holds(choice)) && self.demand.is_met(hunk.text)
    }
}

fn is_alone(asked: &Value, rule: &Map<String, Value>, depth: usize) -> bool {
    let local = |name: &Value| name.as_str().is_some_and(|name| rule.get("utils").is_some_and(|utils| utils.get(name).is_some()));
    match asked {
        _ if depth > DEEPEST => false,
        Value::Object(keys) => keys.iter().all(|(key, value)| match key.as_str() {
            "inside" | "follows" | "precedes" => false,
            // What a common utility asks is not looked through.
            "matches" => local(value),
            _ => is_alone(value, rule, depth + 1),
        }),
        Value::Array(parts) => parts.iter().all(|part| is_alone(part, rule, depth + 1)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(rule: &str) -> Near {
        Near::of(&serde_json::from_str(rule).unwrap(), &Utilities::default())
    }

    fn may(rule: &str, text: &str) -> bool {
        near(rule).may_match(&Hunk::new(text, 0..text.len(), true))
    }

    #[test]
    fn a_node_holds_its_words_and_what_is_around_may_be_elsewhere() {
        let rule = r#"{"rule": {"pattern": "run($A, shell=True)", "has": {"regex": "^curl"}, "inside": {"regex": "route"}}}"#;
        assert!(may(rule, "RUN(curl, shell=True)") && !may(rule, "run(wget, shell=True)") && !may(rule, "call(curl, shell=True) + route"));
        assert!(!near(rule).alone && near(r#"{"rule": {"pattern": "run($A)", "has": {"kind": "call"}}}"#).alone);
        assert!(near(r#"{"rule": {"matches": "u"}, "utils": {"u": {"kind": "call"}}}"#).alone);
        assert!(!near(r#"{"rule": {"matches": "common"}}"#).alone && !near(r#"{"rule": {"not": {"follows": {"kind": "x"}}}}"#).alone);
    }
}
