//! What a text must hold for a rule to match in it, told by the rule's regular expressions themselves: a node's text is a part of the
//! file's, so that an expression that occurs nowhere in it matches no node. Searching is a hundred times faster than parsing.

use std::cell::Cell;
use std::sync::OnceLock;

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Capture, Hir, HirKind, Repetition};
use serde_json::{Map, Value};

use super::regexes;
use super::utilities::Utilities;
use crate::analysis::effort::spend;

/// Utilities that ask each other are followed so far.
const DEEPEST: usize = 20;
/// Parts of a rule that are looked at, utilities as often as they are asked: what is beyond demands nothing.
const MOST_PARTS: usize = 2_000;
/// What a compiled expression may take, in bytes; a larger one is not looked for.
const LARGEST: usize = 2 * 1024 * 1024;

/// What must be there.
pub(super) enum Demand {
    /// This expression.
    Holds(Loose),
    /// All of these; nothing when there are none.
    All(Vec<Demand>),
    /// One of these.
    Any(Vec<Demand>),
}

/// An expression without what it asks of the borders of a node's text, which in the file's text is followed by more.
pub(super) struct Loose {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Loose {
    fn of(regex: &str) -> Option<Self> {
        Some(Self { source: loosened(&regexes::read(regex).ok()?).to_string(), compiled: OnceLock::new() })
    }

    fn is_in(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| RegexBuilder::new(&self.source).size_limit(LARGEST).build().ok());
        spend(|effort| effort.searched += text.len());
        compiled.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

fn loosened(hir: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(loosened).collect::<Vec<_>>();
    match hir.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Capture(capture) => Hir::capture(Capture { sub: Box::new(loosened(&capture.sub)), ..capture.clone() }),
        HirKind::Repetition(repeated) => Hir::repetition(Repetition { sub: Box::new(loosened(&repeated.sub)), ..repeated.clone() }),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) => hir.clone(),
    }
}

impl Demand {
    /// Whether `text` holds it.
    pub(super) fn is_met(&self, text: &str) -> bool {
        match self {
            Self::Holds(loose) => loose.is_in(text),
            Self::All(parts) => parts.iter().all(|part| part.is_met(text)),
            Self::Any(parts) => parts.iter().any(|part| part.is_met(text)),
        }
    }

    fn is_nothing(&self) -> bool {
        matches!(self, Self::All(parts) if parts.is_empty())
    }

    fn all(parts: impl Iterator<Item = Self>) -> Self {
        Self::All(parts.filter(|part| !part.is_nothing()).collect())
    }

    fn any(parts: Vec<Self>) -> Self {
        if parts.iter().any(Self::is_nothing) { Self::All(Vec::new()) } else { Self::Any(parts) }
    }
}

/// What `rule` demands of a file, or of the matched node alone, `within` it.
pub(super) fn of(rule: &Map<String, Value>, utilities: &Utilities, within: bool) -> Demand {
    let reader = Reader { rule, utilities, within, parts: &Cell::new(0) };
    rule.get("rule").map_or_else(|| Demand::All(Vec::new()), |asked| reader.demand(asked, 0))
}

struct Reader<'r> {
    rule: &'r Map<String, Value>,
    utilities: &'r Utilities,
    /// Whether what stands around a node is left out.
    within: bool,
    parts: &'r Cell<usize>,
}

impl Reader<'_> {
    fn demand(&self, asked: &Value, depth: usize) -> Demand {
        self.parts.set(self.parts.get() + 1);
        let keys = asked.as_object().filter(|_| depth < DEEPEST && self.parts.get() < MOST_PARTS);
        Demand::all(keys.into_iter().flatten().map(|(key, value)| self.demand_of(key, value, depth + 1)))
    }

    fn demand_of(&self, key: &str, value: &Value, depth: usize) -> Demand {
        match (key, value) {
            ("regex", Value::String(regex)) => Demand::All(Loose::of(regex).into_iter().map(Demand::Holds).collect()),
            ("inside" | "follows" | "precedes", _) if self.within => Demand::All(Vec::new()),
            ("has" | "inside" | "follows" | "precedes", value) => self.demand(value, depth),
            ("all", Value::Array(parts)) => Demand::all(parts.iter().map(|part| self.demand(part, depth))),
            ("any", Value::Array(parts)) => Demand::any(parts.iter().map(|part| self.demand(part, depth)).collect()),
            ("matches", Value::String(name)) => {
                if let Some(local) = self.rule.get("utils").and_then(|utils| utils.get(name)) {
                    return self.demand(local, depth);
                }
                // What is local to this rule means nothing in a common one.
                let common = self.utilities.asked(name).and_then(|common| Some((common, common.get("rule")?)));
                common.map_or_else(|| Demand::All(Vec::new()), |(rule, asked)| Reader { rule, ..*self }.demand(asked, depth))
            }
            _ => Demand::All(Vec::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn met(rule: &str, text: &str) -> bool {
        of(&serde_json::from_str(rule).unwrap(), &Utilities::default(), false).is_met(text)
    }

    #[test]
    fn an_expression_may_match_in_any_part_of_a_text() {
        let rule = r#"{"rule": {"kind": "call", "has": {"field": "function", "regex": "^\\b(run|call)\\b$"}}}"#;
        assert!(met(rule, "xrunx") && met(rule, "a\n call(1)") && !met(rule, "ru n"));
        assert!(met(r#"{"rule": {"pattern": "eval($X)"}}"#, "") && met(r#"{"rule": {"regex": "("}}"#, ""));
    }

    #[test]
    fn all_that_is_asked_must_be_there_and_one_of_what_may_be() {
        let both = r#"{"rule": {"all": [{"regex": "one"}, {"inside": {"regex": "^two$"}}], "not": {"regex": "three"}}}"#;
        assert!(met(both, "two one three") && !met(both, "one") && !met(both, "two"));
        let either = r#"{"rule": {"any": [{"regex": "one"}, {"matches": "u"}]}, "utils": {"u": {"regex": "t.o"}}}"#;
        assert!(met(either, "one") && met(either, "two") && !met(either, "three"));
        assert!(met(r#"{"rule": {"any": [{"regex": "one"}, {"kind": "call"}]}}"#, ""));
    }
}
