//! Why a document can be no rule of Sigma, in a sentence with its line: what the parser and the engine say knows no lines.
//!
//! Asked only when they refused; what they take is never judged here.

mod condition;
mod item;

use super::never;
use crate::analysis::document::node::Node;
use crate::analysis::formats::yaml::{self, Refused, number};

/// Why `document`, which begins at line `first` of its file, was refused with the words of `error`.
#[must_use]
pub fn why(document: &str, first: u32, error: &str) -> Refused {
    let tree = match yaml::map(document, first) {
        Ok(tree) => tree,
        Err(refused) => return refused,
    };
    let place = place(&tree).or_else(|| plain(&tree, error));
    let (line, text) = place.unwrap_or_else(|| (tree.line, sentence(error)));
    Refused { line: number(line), text }
}

/// The line of the key `key` of `document`.
#[must_use]
pub fn line_of(document: &str, first: u32, key: &str) -> Option<u32> {
    let at = document.lines().position(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')))?;
    Some(first + u32::try_from(at).ok()?)
}

/// The first thing in `tree` that no rule can have.
fn place(tree: &Node) -> Option<(usize, String)> {
    let detection = tree.get("detection").or_else(|| tree.get("filter"))?;
    let selections = detection.entries().iter().filter(|(name, _)| !matches!(name.as_str(), "condition" | "timeframe" | "rules"));
    selections.map(|(_, node)| node).find_map(item::refused).or_else(|| condition::refused(detection))
}

/// What the parser says of a whole key, with the line of that key.
fn plain(tree: &Node, error: &str) -> Option<(usize, String)> {
    let missing = error.split_once("Missing required field '").and_then(|(_, rest)| rest.split('\'').next());
    if let Some(name) = missing {
        let below = if name == "condition" { "detection" } else { "" };
        let line = tree.get(below).map_or(tree.line, |node| node.key);
        return Some((line, format!("there is no `{name}:`, and every rule has one")));
    }
    if let Some((title, node)) = tree.get("title").filter(|node| node.text().is_none()).map(|node| (node.scalar(), node)) {
        return Some((node.key, format!("`title: {title}` is no text; put it in quotes")));
    }
    let correlation = tree.get("correlation")?;
    let kind = correlation.get("type").map(Node::scalar).unwrap_or_default();
    if let Some(node) = correlation.get("condition").filter(|node| node.text().is_some() && !kind.starts_with("temporal")) {
        let text = node.scalar();
        let number = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let standard = never::comparison(&text)
            .map(|(operator, bound)| format!("{operator}: {bound}"))
            .or_else(|| number.parse::<u64>().is_ok().then(|| format!("eq: {number}")))
            .unwrap_or_else(|| "gt: 5".to_owned());
        return Some((node.key, format!("`condition: {text}` counts nothing; the standard form is `condition: {{{standard}}}`")));
    }
    let about = [
        (
            "correlation type",
            "type",
            "one of event_count, value_count, temporal, temporal_ordered, value_sum, value_avg, value_percentile, value_median",
        ),
        ("timespan", "timespan", "a count and one of s, m, h, d, w, such as `1h`"),
        ("timeframe", "timespan", "a count and one of s, m, h, d, w, such as `timespan: 1h`"),
        ("condition", "condition", "such as `condition:` with `gt: 5` below it"),
    ];
    let lower = error.to_ascii_lowercase();
    let (_, key, wanted) = about.iter().find(|(word, ..)| lower.contains(word))?;
    let node = correlation.get(key).unwrap_or(correlation);
    Some((node.key, format!("{}; `{key}` is {wanted}", sentence(error))))
}

/// A complaint as one line, without the words that only name its kind.
fn sentence(error: &str) -> String {
    let one = error.split_whitespace().collect::<Vec<_>>().join(" ");
    let kinds = [
        "parser error: ",
        "correlation error: ",
        "Invalid correlation rule: ",
        "Invalid rule: ",
        "Invalid detection: ",
        "IR lowering error: ",
    ];
    kinds.iter().fold(one, |text, kind| text.strip_prefix(kind).map_or_else(|| text.clone(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Refused {
        let read = rsigma_parser::parse_sigma_yaml(text).unwrap();
        let error = read
            .errors
            .first()
            .cloned()
            .or_else(|| read.rules.iter().find_map(|rule| rsigma_eval::compile_rule(rule).err().map(|error| error.to_string())));
        why(text, 1, &error.unwrap_or_else(|| panic!("it runs: {text}")))
    }

    #[test]
    fn what_no_rule_can_have_is_named_with_its_line() {
        for (detection, line, says) in [
            ("  s:\n    a|not: b\n  condition: s\n", 4, "and not"),
            ("  s:\n    a|range: 1\n  condition: s\n", 4, "`a|gte: …`"),
            ("  s:\n    - a|similar: b\n  condition: s\n", 4, "contains, startswith"),
            ("  s:\n    a|timeframe: 5m\n  condition: s\n", 4, "correlation"),
            ("  s:\n    a|contains|re: b\n  condition: s\n", 4, "one of them"),
            ("  s:\n    a|gt: many\n  condition: s\n", 4, "`many` is no number"),
            ("  s:\n    a|re:\n      - b\n      - '(?!x)y'\n  condition: s\n", 6, "look-around"),
            ("  s:\n    a|re: '(a)\\1'\n  condition: s\n", 4, "refers back"),
            ("  s:\n    a|re: '*b*'\n  condition: s\n", 4, "wildcards"),
            ("  s:\n    b: c\n    a|cidr: 10.0.0.*\n  condition: s\n", 5, "such as `10.0.0.0/8`"),
            ("  s:\n    a|cidr: [10.0.0.0/8, 10.0.0.0/99]\n  condition: s\n", 4, "`10.0.0.0/99` is no range"),
            ("  s:\n    b: c\n    a|base64|re: b\n  condition: s\n", 5, "keep one of them"),
            ("  s:\n    b: c\n    a|contains|i: b\n  condition: s\n", 5, "flag of `|re`"),
            ("  s:\n    a|re: '(b'\n  condition: s\n", 4, "unclosed group"),
            ("  s:\n    a: b\n  condition: s and t\n", 5, "no selection is called `t`"),
            ("  sel:\n    a: b\n  condition: Sel\n", 5, "is `sel` meant?"),
            (
                "  s:\n    a: b\n  condition: s | count() by repo > 5\n",
                5,
                "type: event_count`, `group-by: [repo]`, `timespan: …`, `condition: {gt: 5}`",
            ),
            (
                "  s:\n    a: b\n  timeframe: 1h\n  condition: s | count(x) by repo, user >= 5\n",
                6,
                "value_count`, `group-by: [repo, user]`, `timespan: 1h`, `condition: {field: x, gte: 5}`",
            ),
            ("  s:\n    a: b\n  condition: s | sum(size by repo) > 9 or s\n", 5, "`| sum(size by repo) > 9` left"),
            (
                "  s:\n    a: b\n  condition: s | sum(size by repo) > 9 or s\n",
                5,
                "value_sum`, `group-by: [repo]`, `timespan: …`, `condition: {field: size, gt: 9}`",
            ),
            ("  s:\n    a|not in: b\n  condition: s\n", 4, "and not"),
            ("  s:\n    a: b\n  t:\n    a: c\n  condition: s | near t\n", 7, "type: temporal"),
            ("  s:\n    a: b\n  condition: s and (s\n", 5, "cannot be read"),
            ("  s:\n    a: b\n  condition: 5\n", 5, "is a text"),
            ("  s:\n    a: b\n", 2, "no `condition:`"),
        ] {
            let refused = refused(&format!("title: x\ndetection:\n{detection}"));
            assert!(refused.line == line && refused.text.contains(says), "{detection}: {refused:?}");
        }
    }

    #[test]
    fn heads_and_correlations_are_refused_where_they_stand() {
        for (text, line, says) in [
            ("id: a\ndetection:\n  s: [a]\n  condition: s\n", 1, "no `title:`"),
            ("id: a\ntitle: 5\ndetection:\n  s: [a]\n  condition: s\n", 1, "no `title:`"),
            ("title: a\ncorrelation:\n  type: many\n  rules: [b]\n  timespan: 1h\n  condition: {gt: 5}\n", 3, "event_count"),
            ("title: a\ncorrelation:\n  type: event_count\n  rules: [b]\n  timespan: soon\n  condition: {gt: 5}\n", 5, "such as `1h`"),
            ("title: a\ncorrelation:\n  type: event_count\n  rules: [b]\n  condition: {gt: 5}\n", 2, "timespan: 1h"),
            ("title: a\ncorrelation:\n  type: event_count\n  rules: [b]\n  timespan: 1h\n", 2, "gt: 5"),
            (
                "title: a\ncorrelation:\n  type: event_count\n  rules: [b]\n  timespan: 1h\n  condition: '>= 7'\n",
                6,
                "`condition: {gte: 7}`",
            ),
        ] {
            let refused = refused(text);
            assert!(refused.line == line && refused.text.contains(says), "{text}: {refused:?}");
        }
    }
}
