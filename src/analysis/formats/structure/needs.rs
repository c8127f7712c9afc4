//! What a text must hold for a rule to match in it, derived from its patterns and regular expressions, always too little rather than too
//! much: a text without it need not be parsed.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::regexes::{self, Choice, either};
use super::utilities::Utilities;
use crate::analysis::literals::Word;

/// Utilities that ask each other are followed so far.
const DEEPEST: usize = 20;
/// Parts of a rule that are looked at, utilities as often as they are asked: what is beyond needs nothing.
const MOST_PARTS: usize = 2_000;

/// Derives what one rule needs.
struct Reader<'r> {
    rule: &'r Map<String, Value>,
    utilities: &'r Utilities,
    /// Whether what stands around a node is left out.
    within: bool,
    parts: &'r Cell<usize>,
}

/// What `rule` needs of a file, or of the matched node alone, `within` it: one word of each choice. Nothing when that cannot be told.
pub(super) fn of(rule: &Map<String, Value>, utilities: &Utilities, within: bool) -> Vec<Choice> {
    let reader = Reader { rule, utilities, within, parts: &Cell::new(0) };
    let mut patterns = Vec::new();
    let mut needs = rule.get("rule").map_or_else(Vec::new, |asked| reader.needs(asked, &mut patterns, 0));
    let constraints = rule.get("constraints").and_then(Value::as_object);
    // A constraint only counts where its metavariable stands for something.
    let bound = constraints.into_iter().flatten().filter(|(name, _)| patterns.iter().any(|pattern| binds(pattern, name)));
    needs.extend(bound.flat_map(|(_, asked)| reader.needs(asked, &mut Vec::new(), 0)));
    needs.sort();
    needs.dedup();
    needs
}

impl Reader<'_> {
    /// What `asked` needs. Every pattern that must match joins `patterns`.
    fn needs(&self, asked: &Value, patterns: &mut Vec<String>, depth: usize) -> Vec<Choice> {
        self.parts.set(self.parts.get() + 1);
        let keys = asked.as_object().filter(|_| depth < DEEPEST && self.parts.get() < MOST_PARTS);
        keys.into_iter().flatten().flat_map(|(key, value)| self.needs_of(key, value, patterns, depth + 1)).collect()
    }

    fn needs_of(&self, key: &str, value: &Value, patterns: &mut Vec<String>, depth: usize) -> Vec<Choice> {
        match (key, value) {
            ("pattern", Value::String(pattern)) => {
                patterns.push(pattern.clone());
                words(pattern).iter().map(|word| Choice::from([Word::plain(word)])).collect()
            }
            ("regex", Value::String(regex)) => regexes::needed(regex).into_iter().collect(),
            ("inside" | "follows" | "precedes", _) if self.within => Vec::new(),
            ("has" | "inside" | "follows" | "precedes", value) => self.needs(value, patterns, depth),
            ("all", Value::Array(parts)) => parts.iter().flat_map(|part| self.needs(part, patterns, depth)).collect(),
            ("any", Value::Array(parts)) => either(parts.iter().map(|part| self.needs(part, &mut Vec::new(), depth))).into_iter().collect(),
            ("matches", Value::String(name)) => {
                let local = self.rule.get("utils").and_then(|utils| utils.get(name));
                match local {
                    Some(local) => self.needs(local, &mut Vec::new(), depth),
                    // What is local to this rule means nothing in a common one.
                    None => self.utilities.asked(name).map_or_else(Vec::new, |common| {
                        let reader = Reader { rule: common, ..*self };
                        common.get("rule").map_or_else(Vec::new, |rule| reader.needs(rule, &mut Vec::new(), depth))
                    }),
                }
            }
            _ => Vec::new(),
        }
    }
}

/// Whether `pattern` has the metavariable `name`.
fn binds(pattern: &str, name: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    pattern.match_indices(&format!("${name}")).any(|(at, found)| pattern.get(at + found.len()..).is_some_and(ends))
}

/// The words in `pattern` that stand in every match: no metavariables, and no keywords that an ellipsis may swallow.
fn words(pattern: &str) -> Vec<String> {
    // Comments in patterns match loosely.
    if ["//", "/*", "#", "--"].iter().any(|comment| pattern.contains(comment)) {
        return Vec::new();
    }
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (mut words, mut swallowed, mut at) = (Vec::new(), false, 0);
    while let Some(start) = pattern.get(at..).and_then(|rest| rest.find(letter)).map(|found| at + found) {
        let rest = pattern.get(start..).unwrap_or("");
        let word = rest.get(..rest.find(|c| !letter(c)).unwrap_or(rest.len())).unwrap_or("");
        let (before, after) = (pattern.get(at..start).unwrap_or(""), rest.get(word.len()..).unwrap_or(""));
        at = start + word.len();
        let is_variable = before.ends_with('$') && !word.starts_with(|c: char| c.is_ascii_lowercase());
        swallowed |= before.contains("$$$");
        let is_name = before.ends_with('.') || after.starts_with(['.', '(']) || word.chars().any(|c| !c.is_ascii_lowercase());
        if is_variable || (swallowed && !is_name) || word.len() < 3 {
            continue;
        }
        swallowed = false;
        words.push(word.to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of each choice, with bars between them.
    fn needs(rule: &str) -> Vec<String> {
        let told = of(&serde_json::from_str(rule).unwrap(), &Utilities::default(), false);
        let text = |choice: Choice| {
            let words: Vec<String> = choice.into_iter().map(|word| word.text).filter(|text| text.is_ascii()).collect();
            words.join("|")
        };
        told.into_iter().map(text).collect()
    }

    #[test]
    fn words_of_patterns_are_looked_for() {
        assert_eq!(words("subprocess.run($CMD, shell=True)"), ["subprocess", "run", "shell", "True"]);
        assert_eq!(words("try: $$$BODY\nfinally: stop.now()"), ["try", "stop", "now"]);
        assert_eq!(words("$FUNC($$$ARGS)"), Vec::<String>::new());
        assert_eq!(words("foo() // bar"), Vec::<String>::new());
    }

    #[test]
    fn what_may_be_missing_is_not_looked_for() {
        let none: [&str; 0] = [];
        assert_eq!(needs(r#"{"rule": {"any": [{"pattern": "eval($X)"}, {"kind": "call"}]}}"#), none);
        assert_eq!(needs(r#"{"rule": {"any": [{"pattern": "eval($X)"}, {"pattern": "exec($X)"}]}}"#), ["eval|exec"]);
        assert_eq!(needs(r#"{"rule": {"pattern": "$X()", "not": {"pattern": "safe()"}}}"#), none);
        assert_eq!(needs(r#"{"rule": {"kind": "call", "has": {"stopBy": {"regex": "never"}, "regex": "^(verify)$"}}}"#), ["verify"]);
        let constrained =
            r#"{"rule": {"pattern": "sys.$F($$$)"}, "constraints": {"F": {"regex": "^(system|popen)$"}, "G": {"regex": "longest"}}}"#;
        assert_eq!(needs(constrained), ["popen|system", "sys"]);
        assert_eq!(needs(r#"{"rule": {"matches": "u"}, "utils": {"u": {"pattern": "danger()"}}}"#), ["danger"]);
        let both = r#"{"rule": {"all": [{"pattern": "run($A, shell=True)"}, {"inside": {"regex": "route"}}]}}"#;
        assert_eq!(needs(both), ["route", "run", "shell", "true"]);
    }
}
