//! Keys and words that the standard does not know: they are kept, and say nothing here. The rule runs all the same.

use super::said::Said;
use crate::analysis::document::node::Node;
use crate::analysis::formats::yaml::number;
use crate::model::pack::NoteKind;

/// Keys that stand in rules beside those of the standard: ours, those of engines, and what collections of rules keep of their tests.
const OTHERS: [&str; 8] =
    ["action", "lazaret", "custom_attributes", "sigma-version", "regression_tests_path", "simulation", "correlation", "filter"];
const LOG_SOURCE: [&str; 4] = ["category", "product", "service", "definition"];
const CORRELATION: [&str; 9] = ["type", "rules", "group-by", "timespan", "condition", "aliases", "generate", "window", "gap"];
const COUNT: [&str; 8] = ["field", "gt", "gte", "lt", "lte", "eq", "neq", "percentile"];
/// The closed words of the head, each key with them, and what a rule without one comes to.
const WORDS: [(&str, &[&str], &str); 2] = [
    ("level", &["informational", "low", "medium", "high", "critical"], "without one the rule weighs medium"),
    ("status", &["stable", "test", "experimental", "deprecated", "unsupported"], "without one it is read as test"),
];

/// What of `tree` the standard does not know; `keys` are those of its head.
pub(super) fn look(tree: &Node, keys: &[&str]) -> Vec<Said> {
    let mut said = Vec::new();
    let mut say = |line: usize, text: String| said.push(Said { line: number(line), kind: NoteKind::Advice, text });
    for (key, node) in tree.entries() {
        if !keys.contains(&key.as_str()) && !OTHERS.contains(&key.as_str()) && !key.starts_with("rsigma.") {
            say(node.key, format!("`{key}` is no key of Sigma, and says nothing here"));
        }
    }
    let correlation = tree.get("correlation");
    let parts = [(tree.get("logsource"), "logsource", &LOG_SOURCE[..]), (correlation, "correlation", &CORRELATION)];
    let count = correlation.and_then(|correlation| correlation.get("condition"));
    for (part, of, known) in parts.into_iter().chain([(count, "condition", &COUNT[..])]) {
        for (key, node) in part.map_or(&[][..], Node::entries) {
            if !known.contains(&key.as_str()) {
                say(node.key, format!("`{key}` is no key of `{of}`, and says nothing here; those there are: {}", known.join(", ")));
            }
        }
    }
    for (key, words, without) in WORDS {
        let Some(node) = tree.get(key) else { continue };
        let word = node.scalar();
        if !words.contains(&word.as_str()) {
            say(node.line, format!("`{key}: {word}` is none of {}; {without}", words.join(", ")));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::formats::yaml;

    #[test]
    fn each_key_that_nobody_reads_is_named_with_its_line_and_others_are_left_in_peace() {
        let text = "title: x\nseverty: high\nlevel: hgh\nlogsource:\n  prodct: git\ncorrelation:\n  type: event_count\n  group: [a]\n  condition:\n    more: 5\n";
        let said: Vec<(u32, String)> =
            look(&yaml::map(text, 1).unwrap(), &["title", "level", "logsource"]).into_iter().map(|said| (said.line, said.text)).collect();
        let begins =
            ["`severty` is no key of Sigma", "`prodct` is no key of `logsource`", "`group` is no key", "`more` is no key", "`level: hgh`"];
        assert_eq!(said.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 5, 8, 10, 3]);
        assert!(said.iter().zip(begins).all(|((_, text), begins)| text.starts_with(begins)), "{said:?}");
        let text = "title: x\nsimulation: []\nlazaret: {}\nlevel: low\nlogsource:\n  definition: y\n  product: git\n";
        assert_eq!(look(&yaml::map(text, 1).unwrap(), &["title", "level", "logsource"]), []);
    }
}
