//! What of a Sigma rule can never match, with its line and the standard form. It judges text and never runs a rule.

mod condition;
mod field;
mod found;
mod reach;
mod value;

use std::collections::BTreeMap;

use condition::Selections;
use found::Found;
use reach::{Kinds, Reach};

pub(super) use value::comparison;

use super::said::Said;
use crate::analysis::document::node::{Node, Value};
use crate::analysis::events::fields::{self, EventKind};

/// The parts of the rule in `tree` that can never match, when it is asked about events of `kinds`.
#[must_use]
pub fn look(tree: &Node, kinds: &[EventKind]) -> Vec<Said> {
    let mut found = Found::default();
    if let Some(detection) = tree.get("detection") {
        rule(detection, Kinds::of(kinds.iter().copied()), &mut found);
    } else if let Some(filter) = tree.get("filter") {
        selections(filter, &["rules"], &mut found);
        found.tell_missing("");
    } else if let Some(correlation) = tree.get("correlation") {
        groups(correlation, &mut found);
        counts(correlation, &mut found);
        found.tell_missing("");
    }
    found.said()
}

/// On which of `kinds` the rule in `tree` may hold.
#[must_use]
pub(super) fn may(tree: &Node, kinds: &[EventKind]) -> Vec<EventKind> {
    let Some(detection) = tree.get("detection") else { return kinds.to_vec() };
    let reach = selections(detection, &["condition", "timeframe"], &mut Found::default());
    let outcome = detection.get("condition").map(|condition| Selections { detection, reach }.follow(condition));
    let may = outcome.and_then(|outcome| outcome.reach).map_or(Kinds::ALL, |reach| reach.may);
    kinds.iter().copied().filter(|kind| !may.and(Kinds::of([*kind])).is_empty()).collect()
}

fn rule(detection: &Node, kinds: Kinds, found: &mut Found) {
    let reach = selections(detection, &["condition", "timeframe"], found);
    let names: Vec<(&str, usize)> = reach.keys().map(|name| (*name, detection.get(name).map_or(0, |node| node.key))).collect();
    let Some(condition) = detection.get("condition") else { return };
    let outcome = Selections { detection, reach }.follow(condition);
    for (name, line) in names.iter().filter(|(name, _)| !name.starts_with('_')) {
        if !outcome.used.contains(*name) {
            found.note(*line, format!("no condition names `{name}`, so it counts for nothing; name it or take it out"));
        }
    }
    outcome.contradictions.into_iter().for_each(|why| found.note(condition.key, why));
    let whole = outcome.reach.is_some_and(|reach| reach.may.and(kinds).is_empty());
    let others = found.any();
    if whole && !found.misses() {
        let asked = kinds.words();
        let why = if others { "nothing is left of it that could" } else { "no event has together what it asks for" };
        let of = if kinds == Kinds::ALL { String::new() } else { format!(" (its log source asks about {asked})") };
        found.note(condition.key, format!("the rule never matches: {why}{of}"));
    }
    found.tell_missing(if whole { "the rule never matches: " } else { "" });
}

/// Where each selection of `detection` may hold.
fn selections<'n>(detection: &'n Node, but: &[&str], found: &mut Found) -> BTreeMap<&'n str, Reach> {
    let named = detection.entries().iter().filter(|(name, _)| name != "condition" && !but.contains(&name.as_str()));
    named.map(|(name, node)| (name.as_str(), selection(node, found))).collect()
}

fn selection(node: &Node, found: &mut Found) -> Reach {
    match &node.value {
        Value::Map(entries) => together(entries, found),
        Value::List(items) if items.iter().any(|item| matches!(item.value, Value::Map(_) | Value::List(_))) => {
            items.iter().fold(Reach::NEVER, |sum, item| sum.or(selection(item, found)))
        }
        _ => field::reach("", node, found),
    }
}

/// Fields that must hold on one event.
fn together(entries: &[(String, Node)], found: &mut Found) -> Reach {
    let mut sum = Reach::ALWAYS;
    let mut first: Option<(&str, Reach)> = None;
    for (key, node) in entries {
        let part = field::reach(key, node, found);
        let name = key.split('|').next().unwrap_or(key);
        if let Some((other, before)) = first
            && !part.never()
            && !sum.never()
            && sum.and(part).never()
        {
            let (a, b) = (before.may.words(), part.may.words());
            found.note(
                node.key,
                format!("no event has `{other}` and `{name}` together: one is told of {a}, the other of {b}; see docs/events.md"),
            );
        }
        if first.is_none_or(|(_, before)| part.may.and(before.may) == part.may) {
            first = Some((name, part));
        }
        sum = sum.and(part);
    }
    sum
}

/// Fields a correlation groups by or counts.
fn groups(correlation: &Node, found: &mut Found) {
    let aliases = correlation.get("aliases").map_or(&[][..], Node::entries);
    let counted = correlation.at(&["condition", "field"]);
    for node in correlation.get("group-by").into_iter().chain(counted) {
        for name in node.texts() {
            if fields::field(&name).is_none() && !aliases.iter().any(|(alias, _)| *alias == name) {
                found.missing(node.key, &name);
            }
        }
    }
    for (_, node) in aliases.iter().flat_map(|(_, alias)| alias.entries()) {
        let name = node.scalar();
        if fields::field(&name).is_none() {
            found.missing(node.line, &name);
        }
    }
}

/// What a correlation counts.
fn counts(correlation: &Node, found: &mut Found) {
    let Some(condition) = correlation.get("condition") else { return };
    let kind = correlation.get("type").map(Node::scalar).unwrap_or_default();
    if kind.starts_with("value_") && condition.get("field").is_none() {
        found.note(condition.key, format!("`type: {kind}` looks at the values of a field; name it here: `field: …`"));
    }
    for (operator, node) in condition.entries() {
        let bound = node.scalar();
        if operator != "field" && bound.starts_with('-') {
            found.note(node.line, format!("`{operator}: {bound}` is never met: what is counted is never below 0"));
        }
    }
    if let Some(why) = crossed(condition) {
        found.note(condition.key, why);
    }
}

/// Bounds that leave nothing between them: `gte: 5` and `lt: 3`.
fn crossed(condition: &Node) -> Option<String> {
    let bound = |operator: &str| Some((operator.to_owned(), condition.get(operator)?.scalar().parse::<f64>().ok()?));
    let (low, high) = (bound("gte").or_else(|| bound("gt"))?, bound("lte").or_else(|| bound("lt"))?);
    let strict = low.0 == "gt" || high.0 == "lt";
    (low.1 > high.1 || strict && low.1 >= high.1)
        .then(|| format!("`{}: {}` and `{}: {}` are never met together", low.0, low.1, high.0, high.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::formats::yaml;
    use crate::model::pack::NoteKind;

    fn said(detection: &str) -> Vec<(u32, NoteKind, String)> {
        let tree = yaml::map(&format!("title: x\ndetection:\n{detection}"), 1).unwrap();
        look(&tree, &EventKind::ALL).into_iter().map(|said| (said.line, said.kind, said.text)).collect()
    }

    #[test]
    fn each_part_that_never_matches_is_named_with_its_line_and_the_standard_form() {
        for (detection, line, says) in [
            ("  s:\n    commit_count: '>5'\n  condition: s\n", 4, "commit_count|gt: 5"),
            ("  s:\n    time_window: '2h'\n  condition: s\n", 4, "timespan: 2h"),
            ("  s:\n    window: 1 hour\n  condition: s\n", 4, "timespan: 1 hour"),
            ("  s:\n    code_content|contains: '*\\u200b*'\n  condition: s\n", 4, "U+200B"),
            ("  s:\n    code_content|contains: '\\u{200b}'\n  condition: s\n", 4, "\"\\u200b\""),
            ("  s:\n    old_path: [null, a]\n  condition: s\n", 4, "`old_path: null`"),
            ("  s:\n    code_contents: a\n  condition: s\n", 4, "is `code_content` meant?"),
            ("  s:\n    title: a\n  condition: s or 1 of t*\n", 5, "no selection has a name like `t*`"),
            ("  s:\n    code_content|contains:\n      - a\n      - \\u200b\n  condition: s\n", 6, "6 characters"),
            ("  s:\n    title: x\n    filePath: y\n  condition: s\n", 5, "is `file_path` meant?"),
            ("  s:\n    title|all: [a, b]\n  condition: s\n", 4, "never `a` and `b` at once"),
            ("  s:\n    title: {a: b}\n  condition: s\n", 4, "`title.a: …`"),
            ("  s:\n    title: []\n  condition: s\n", 4, "empty list"),
            ("  s:\n    title: a\n  t:\n    title: b\n  condition: s\n", 5, "no condition names `t`"),
            ("  s:\n    event_type: a\n  condition: s\n", 4, "is never `a`; it is `code_commit`, "),
            ("  s:\n    draft: 'maybe'\n  condition: s\n", 4, "`true` or `false`"),
            ("  s:\n    title|re: 'a$b'\n  condition: s\n", 4, "can never match"),
            ("  s:\n    title|re: \"\\ba\"\n  condition: s\n", 4, "U+0008"),
            ("  s:\n    title|re: '/a/gi'\n  condition: s\n", 4, "title|re|i: 'a'"),
            ("  s:\n    code_content: a\n    subject: b\n  condition: s\n", 5, "told of lines, the other of commit"),
            ("  s:\n    repo|fieldref: nothing\n  condition: s\n", 4, "`nothing` to compare with"),
            ("  s:\n    file_path|fieldref: files_modified\n  condition: s\n", 4, "`files_modified` holds several texts"),
            ("  s:\n    files_modified|fieldref: file_path\n  condition: s\n", 4, "`files_modified` holds several texts"),
            ("  s:\n    repo|expand: 'a %repo% %ours%'\n  condition: s\n", 4, "%ours%"),
            ("  s:\n    repo|expand: '%ours%'\n  condition: s\n", 4, "%ours%"),
            ("  s:\n    title: a\n  t:\n    title: b\n  condition: s and t\n", 7, "want `title` to be different things"),
        ] {
            let said = said(detection);
            let found = said.iter().find(|(_, kind, text)| *kind == NoteKind::NeverMatches && text.contains(says));
            assert_eq!(found.map(|(line, ..)| *line), Some(line), "{detection}: {said:?}");
        }
    }

    #[test]
    fn a_rule_whose_every_way_is_closed_never_matches_as_a_whole() {
        for detection in [
            "  s:\n    EventID: 1\n    Image: a\n  condition: s\n",
            "  s:\n    commit_count: '>5'\n  condition: s\n",
            "  s:\n    code_content: a\n  t:\n    subject: b\n  condition: s and t\n",
            "  a1:\n    x: 1\n  a2:\n    y: 1\n  condition: 1 of a*\n",
            "  s:\n    title: a\n  t:\n    x: null\n  condition: s and not t\n",
        ] {
            let said = said(detection);
            assert_eq!(said.iter().filter(|(.., text)| text.starts_with("the rule never matches")).count(), 1, "{detection}: {said:?}");
        }
    }

    #[test]
    fn the_log_source_narrows_what_is_asked() {
        let tree = yaml::map("title: x\ndetection:\n  s:\n    code_content: a\n  condition: s\n", 1).unwrap();
        assert_eq!(look(&tree, &[EventKind::Lines]), []);
        let said = look(&tree, &[EventKind::Commit]);
        assert!(said[0].text.contains("asks about commit"), "{said:?}");
    }

    #[test]
    fn what_can_match_is_left_in_peace() {
        for detection in [
            "  s:\n    commit_count|gt: 5\n    files_modified|all: [a, b]\n  condition: s\n",
            "  s:\n    commit_count: '5'\n    parents: 2\n  condition: s\n",
            "  s:\n    code_content|contains: ['eval(', \"\\u200b\"]\n    file_path|endswith: .py\n  condition: s\n",
            "  s:\n    code_content|re: '\\u200b'\n  condition: s\n",
            "  s:\n    - title: a\n    - subject: b\n  t:\n    code_content: null\n    nothing|exists: false\n  condition: s and t\n",
            "  keywords: [a, b]\n  condition: keywords\n",
            "  s_1:\n    title: a\n  _off:\n    title: b\n  condition: 1 of s_*\n",
            "  s:\n    title: a\n  t:\n    title: [a, b]\n  condition: s and t or not s\n",
            "  s:\n    '|all': [a, b]\n  condition: s\n",
        ] {
            assert_eq!(said(detection), [], "{detection}");
        }
    }

    #[test]
    fn a_window_that_is_never_filled_is_told() {
        let told = |correlation: &str| {
            let tree = yaml::map(&format!("title: x\ncorrelation:\n{correlation}"), 1).unwrap();
            look(&tree, &EventKind::ALL).into_iter().map(|said| (said.line, said.text)).collect::<Vec<_>>()
        };
        for (correlation, line, says) in [
            ("  type: event_count\n  condition: {gte: 5, lt: 3}\n", 4, "`gte: 5` and `lt: 3` are never met together"),
            ("  type: event_count\n  condition: {gt: 5, lte: 5}\n", 4, "never met together"),
            ("  type: event_count\n  condition: {gte: -1}\n", 4, "never below 0"),
            ("  type: event_count\n  group-by: [nothing]\n", 4, "the field `nothing`"),
            ("  type: temporal\n  group-by: [who]\n  aliases:\n    who:\n      a: nothing\n", 7, "the field `nothing`"),
        ] {
            let said = told(correlation);
            assert!(said.len() == 1 && said[0].0 == line && said[0].1.contains(says), "{correlation}: {said:?}");
        }
        assert_eq!(told("  type: event_count\n  condition: {gte: 3, lte: 3}\n  group-by: [who]\n  aliases: {who: {a: user_id}}\n"), []);
    }
}
