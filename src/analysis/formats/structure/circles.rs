//! Utilities that ask each other in a circle: which of these circles end, and which would go on for ever.
//!
//! A circle that only goes down to children, or only up to parents, ends with the tree. ast-grep refuses circles that stay at one node; those
//! that go down and up again, or along siblings, are found here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Where a rule asks another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Of the same node.
    Here,
    /// Of something below.
    Down,
    /// Of something above.
    Up,
    /// Of something that may be anywhere.
    Around,
}

impl Way {
    fn then(self, other: Self) -> Self {
        match (self, other) {
            (Self::Here, way) | (way, Self::Here) => way,
            (one, other) if one == other => one,
            _ => Self::Around,
        }
    }
}

/// Said of a rule whose circle does not end.
pub(super) const ENDLESS: &str = "it asks itself in a circle that goes on for ever: down and up again, or along what stands beside it";

/// What the circles of some rules are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// There is none.
    None,
    /// Each ends with the tree.
    Ending,
}

type Edges = BTreeMap<String, Vec<(String, Way)>>;

/// Rules that may ask each other by name.
#[derive(Default)]
pub(super) struct Circles {
    asked: Edges,
}

impl Circles {
    /// Takes in the utilities that `rule`, called `name`, keeps for itself, and what it asks itself.
    pub(super) fn add(&mut self, name: &str, rule: &Map<String, Value>) {
        let locals = rule.get("utils").and_then(Value::as_object);
        let scope: BTreeSet<&str> = locals.into_iter().flatten().map(|(local, _)| local.as_str()).collect();
        let mut enter = |node: String, value: &Value, way: Way| {
            let mut found = Vec::new();
            references(value, way, &mut found);
            let found = found.into_iter().map(|(to, way)| (if scope.contains(to.as_str()) { full(name, &to) } else { to }, way));
            self.asked.entry(node).or_default().extend(found);
        };
        for (local, value) in locals.into_iter().flatten() {
            enter(full(name, local), value, Way::Here);
        }
        enter(name.to_owned(), rule.get("rule").unwrap_or(&Value::Null), Way::Here);
        for value in rule.get("constraints").and_then(Value::as_object).into_iter().flat_map(Map::values) {
            enter(name.to_owned(), value, Way::Around);
        }
    }

    /// The circles among all that was taken in.
    ///
    /// # Errors
    /// With the name of a rule in, or with a utility of its own in, a circle that does not end.
    pub(super) fn look(&self) -> Result<Found, String> {
        let mut back = Edges::new();
        for (from, asked) in &self.asked {
            asked.iter().for_each(|(to, way)| back.entry(to.clone()).or_default().push((from.clone(), *way)));
        }
        let mut result = Found::None;
        for name in self.asked.keys() {
            let (forth, behind) = (reached(name, &self.asked), reached(name, &back));
            let edges = forth.iter().filter_map(|from| self.asked.get(*from)).flatten();
            let ways: BTreeSet<Way> = edges.filter(|(to, _)| behind.contains(to.as_str())).map(|(_, way)| *way).collect();
            if ways.contains(&Way::Around) || (ways.contains(&Way::Down) && ways.contains(&Way::Up)) {
                return Err(name.split('\0').next().unwrap_or(name).to_owned());
            }
            if !ways.is_empty() {
                result = Found::Ending;
            }
        }
        Ok(result)
    }
}

fn full(name: &str, local: &str) -> String {
    format!("{name}\0{local}")
}

/// `start` and all that its edges lead to.
fn reached<'e>(start: &'e str, edges: &'e Edges) -> BTreeSet<&'e str> {
    let (mut seen, mut open) = (BTreeSet::from([start]), vec![start]);
    while let Some(from) = open.pop() {
        for (to, _) in edges.get(from).into_iter().flatten() {
            if seen.insert(to) {
                open.push(to);
            }
        }
    }
    seen
}

/// The rules that `value` asks by name, each with the way there. Documents nest no deeper than their reader lets them.
fn references(value: &Value, way: Way, found: &mut Vec<(String, Way)>) {
    let Value::Object(keys) = value else { return };
    for (key, value) in keys {
        match (key.as_str(), value) {
            ("matches", Value::String(name)) => found.push((name.clone(), way)),
            ("matches", Value::Object(calls)) => {
                for (name, arguments) in calls {
                    found.push((name.clone(), way));
                    // An argument is asked wherever the utility asks it.
                    arguments.as_object().into_iter().flat_map(Map::values).for_each(|rule| references(rule, Way::Around, found));
                }
            }
            ("all" | "any", Value::Array(rules)) => rules.iter().for_each(|rule| references(rule, way, found)),
            ("has", value) => references(value, way.then(Way::Down), found),
            ("inside", value) => references(value, way.then(Way::Up), found),
            ("follows" | "precedes" | "ofRule" | "nthChild", value) => references(value, Way::Around, found),
            ("not" | "stopBy", value) => references(value, way, found),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(rules: &str) -> Result<Found, String> {
        let mut circles = Circles::default();
        let rules: BTreeMap<String, Map<String, Value>> = serde_json::from_str(rules).unwrap();
        rules.iter().for_each(|(name, rule)| circles.add(name, rule));
        circles.look()
    }

    #[test]
    fn circles_that_end_are_told_from_those_that_do_not() {
        assert_eq!(look(r#"{"a": {"rule": {"has": {"matches": "b"}}}, "b": {"rule": {"kind": "x"}}}"#), Ok(Found::None));
        assert_eq!(look(r#"{"a": {"rule": {"any": [{"kind": "x"}, {"has": {"matches": "a"}}]}}}"#), Ok(Found::Ending));
        assert_eq!(look(r#"{"a": {"rule": {"inside": {"stopBy": {"matches": "a"}}}}}"#), Ok(Found::Ending));
        let around = r#"{"a": {"rule": {"has": {"matches": "b"}}, "utils": {"b": {"inside": {"matches": "a"}}}}}"#;
        assert_eq!(look(around), Err("a".to_owned()));
        assert_eq!(look(r#"{"a": {"rule": {"nthChild": {"position": 1, "ofRule": {"matches": "a"}}}}}"#), Err("a".to_owned()));
        assert_eq!(look(r#"{"a": {"rule": {"precedes": {"matches": "a"}}}}"#), Err("a".to_owned()));
        assert_eq!(look(r#"{"a": {"rule": {"has": {"inside": {"matches": "a"}}}}}"#), Err("a".to_owned()));
    }
}
