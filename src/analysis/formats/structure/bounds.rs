//! What a rule may ask at most: rules of others are trusted to be rules, never to be small or harmless to time and memory.

use serde_json::{Map, Value};

use super::{regexes, relations};

/// States a regular expression has at most.
const LARGEST_REGEX: u64 = 250_000;
/// Bytes of a pattern. Its tree is followed on the stack.
const LONGEST_PATTERN: usize = 2_000;
/// Digits of a position among children.
const MOST_DIGITS: usize = 6;

/// Looks at every part of `rule`: what its largest regular expression costs for every 32 bytes it reads.
///
/// # Errors
/// One sentence, when a part asks too much.
pub(super) fn weigh(rule: &Map<String, Value>) -> Result<u64, String> {
    let mut largest = 0;
    let asking = ["rule", "constraints", "utils", "transform", "rewriters"];
    for (_, value) in rule.iter().filter(|(key, _)| asking.contains(&key.as_str())) {
        each(value, "", &mut |key, value| part(key, value, &mut largest))?;
    }
    rewriters(rule.get("rewriters"))?;
    Ok(1 + largest / 200)
}

/// Looks at `value`, which stands under `key`, and all below it. Documents nest no deeper than their reader lets them.
fn each(value: &Value, key: &str, look: &mut dyn FnMut(&str, &Value) -> Result<(), String>) -> Result<(), String> {
    look(key, value)?;
    match value {
        Value::Array(parts) => parts.iter().try_for_each(|part| each(part, key, look)),
        Value::Object(keys) => keys.iter().try_for_each(|(key, part)| each(part, key, look)),
        _ => Ok(()),
    }
}

fn part(key: &str, value: &Value, largest: &mut u64) -> Result<(), String> {
    relations::known(key, value)?;
    let text = value.as_str().unwrap_or("");
    match key {
        "regex" | "replace" if value.is_string() => {
            let size = regexes::size(&regexes::read(text).map_err(|why| format!("the `{key}` is no regular expression: {why}"))?);
            *largest = size.max(*largest);
            if size > LARGEST_REGEX {
                return Err(format!("the `{key}` is too large: write it with fewer repetitions"));
            }
        }
        "pattern" | "context" if text.len() > LONGEST_PATTERN => {
            return Err(format!("a `{key}` has {LONGEST_PATTERN} bytes at most"));
        }
        "nthChild" | "position" => {
            let written = value.to_string();
            if written.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > MOST_DIGITS) && !value.is_object() {
                return Err(format!("no node has so many neighbours as the `{key}` says"));
            }
        }
        _ => {}
    }
    Ok(())
}

/// A rewriter that uses itself, or another that uses it, would never end.
fn rewriters(written: Option<&Value>) -> Result<(), String> {
    let rewriters: Vec<(&str, String)> = written
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|rewriter| Some((rewriter.get("id")?.as_str()?, rewriter.get("transform").map(Value::to_string).unwrap_or_default())))
        .collect();
    let uses = |from: usize, to: usize| rewriters.get(from).zip(rewriters.get(to)).is_some_and(|((_, text), (id, _))| text.contains(*id));
    for start in 0..rewriters.len() {
        let mut open: Vec<usize> = (0..rewriters.len()).filter(|to| uses(start, *to)).collect();
        let mut seen = open.clone();
        while let Some(at) = open.pop() {
            if at == start {
                return Err("a rewriter in `rewriters` uses itself; that is not carried out here".to_owned());
            }
            for next in (0..rewriters.len()).filter(|next| uses(at, *next)) {
                if !seen.contains(&next) {
                    seen.push(next);
                    open.push(next);
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighed(rule: &str) -> Result<u64, String> {
        weigh(&serde_json::from_str(rule).unwrap())
    }

    #[test]
    fn rules_that_ask_too_much_are_told() {
        assert_eq!(weighed(r#"{"rule": {"kind": "x", "regex": "^(a|b)$"}}"#), Ok(1));
        let faults = [
            (r#"{"rule": {"any": [{"regex": "(\\\\w{1000}){1000}"}]}}"#, "the `regex` is too large"),
            (r#"{"rule": {"kind": "x", "has": {"kind": "y", "stopby": "end"}}}"#, "`stopby` is no key of `has`; write `stopBy`"),
            (r#"{"rule": {"not": {"inside": {"kind": "y", "nope": 1}}}}"#, "`nope` is no key of `inside`; those there are: pattern"),
            (r#"{"rule": {"has": {"regex": "("}}}"#, "the `regex` is no regular expression: unclosed group"),
            (r#"{"rule": {"nthChild": "-2147483648n"}}"#, "no node has so many neighbours"),
            (r#"{"rule": {"nthChild": {"position": 99999999}}}"#, "no node has so many neighbours"),
            (
                r#"{"rewriters": [{"id": "a", "transform": {"B": {"rewrite": {"rewriters": ["b"]}}}}, {"id": "b", "transform": {"C": "rewrite(a)"}}]}"#,
                "uses itself",
            ),
        ];
        for (rule, fault) in faults {
            assert!(weighed(rule).is_err_and(|why| why.contains(fault)), "{rule}: {:?}", weighed(rule));
        }
        assert!(weighed(&format!(r#"{{"rule": {{"pattern": "{}"}}}}"#, "(".repeat(3_000))).is_err());
    }
}
