//! What the condition makes of the selections: where the whole may hold, what it leaves out, what contradicts itself.

use std::collections::{BTreeMap, BTreeSet};

use rsigma_parser::{ConditionExpr, Quantifier, SelectorPattern, parse_condition};

use super::reach::Reach;
use crate::analysis::document::node::{Node, Value};
use crate::analysis::events::fields::{FieldType, field};

/// The selections of a rule by name, each with where it may hold.
pub(super) struct Selections<'n> {
    pub(super) detection: &'n Node,
    pub(super) reach: BTreeMap<&'n str, Reach>,
}

/// What the conditions come to.
#[derive(Default)]
pub(super) struct Outcome {
    /// Where the whole may hold; `None` when a condition cannot be read.
    pub(super) reach: Option<Reach>,
    /// The selections that some condition names.
    pub(super) used: BTreeSet<String>,
    /// What contradicts itself, and names that no selection has.
    pub(super) contradictions: Vec<String>,
}

impl Selections<'_> {
    /// Follows every condition in `condition`.
    pub(super) fn follow(&self, condition: &Node) -> Outcome {
        let mut outcome = Outcome::default();
        let mut whole = Reach::NEVER;
        for text in condition.texts() {
            let Ok(expression) = parse_condition(&text) else { return outcome };
            self.uses(&expression, &mut outcome.used);
            self.unmet(&expression, &mut outcome.contradictions);
            whole = whole.or(self.fold(&expression, &mut outcome.contradictions));
        }
        outcome.reach = Some(whole);
        outcome
    }

    fn named(&self, pattern: &SelectorPattern) -> Vec<&str> {
        self.reach.keys().copied().filter(|name| pattern.matches_detection_name(name)).collect()
    }

    fn uses(&self, expression: &ConditionExpr, used: &mut BTreeSet<String>) {
        match expression {
            ConditionExpr::And(parts) | ConditionExpr::Or(parts) => parts.iter().for_each(|part| self.uses(part, used)),
            ConditionExpr::Not(part) => self.uses(part, used),
            ConditionExpr::Identifier(name) => {
                used.insert(name.clone());
            }
            ConditionExpr::Selector { pattern, .. } => used.extend(self.named(pattern).into_iter().map(str::to_owned)),
        }
    }

    /// Names with `*` that fit no selection.
    fn unmet(&self, expression: &ConditionExpr, unmet: &mut Vec<String>) {
        match expression {
            ConditionExpr::And(parts) | ConditionExpr::Or(parts) => parts.iter().for_each(|part| self.unmet(part, unmet)),
            ConditionExpr::Not(part) => self.unmet(part, unmet),
            ConditionExpr::Selector { pattern, .. } if self.named(pattern).is_empty() => {
                unmet.push(format!("no selection has a name like `{pattern}`"));
            }
            ConditionExpr::Identifier(_) | ConditionExpr::Selector { .. } => {}
        }
    }

    fn fold(&self, expression: &ConditionExpr, contradictions: &mut Vec<String>) -> Reach {
        match expression {
            ConditionExpr::And(parts) => {
                let together = parts.iter().fold(Reach::ALWAYS, |sum, part| sum.and(self.fold(part, contradictions)));
                match self.contradiction(parts) {
                    Some(why) => {
                        contradictions.push(why);
                        Reach::NEVER
                    }
                    None => together,
                }
            }
            ConditionExpr::Or(parts) => parts.iter().fold(Reach::NEVER, |sum, part| sum.or(self.fold(part, contradictions))),
            ConditionExpr::Not(part) => self.fold(part, contradictions).not(),
            ConditionExpr::Identifier(name) => self.reach.get(name.as_str()).copied().unwrap_or(Reach::OPEN),
            ConditionExpr::Selector { quantifier, pattern } => {
                let parts: Vec<Reach> = self.named(pattern).into_iter().filter_map(|name| self.reach.get(name).copied()).collect();
                match quantifier {
                    Quantifier::Any => Reach::at_least(1, &parts),
                    Quantifier::All => Reach::at_least(parts.len() as u64, &parts),
                    Quantifier::Count(count) => Reach::at_least(*count, &parts),
                }
            }
        }
    }

    /// A field that selections which must hold together want to be different things.
    fn contradiction(&self, parts: &[ConditionExpr]) -> Option<String> {
        let mut wanted: BTreeMap<&str, (&str, BTreeSet<String>)> = BTreeMap::new();
        for name in parts.iter().flat_map(|part| self.required(part)) {
            for (key, node) in self.detection.get(name).map_or(&[][..], Node::entries) {
                let Some(values) = exact(key, node) else { continue };
                let Some((first, before)) = wanted.get(key.as_str()) else {
                    wanted.insert(key, (name, values));
                    continue;
                };
                if before.is_disjoint(&values) {
                    return Some(format!(
                        "`{first}` and `{name}` must hold together, and want `{key}` to be different things; join them with `or`"
                    ));
                }
            }
        }
        None
    }

    /// The selections that hold whenever `part` does.
    fn required<'s>(&'s self, part: &'s ConditionExpr) -> Vec<&'s str> {
        match part {
            ConditionExpr::Identifier(name) => vec![name],
            ConditionExpr::Selector { quantifier: Quantifier::All, pattern } => self.named(pattern),
            _ => Vec::new(),
        }
    }
}

/// The values one of which a field that holds a single thing must equal.
fn exact(key: &str, node: &Node) -> Option<BTreeSet<String>> {
    field(key).filter(|field| field.holds != FieldType::List)?;
    let list = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let open =
        |value: &Node| matches!(value.value, Value::Null | Value::Map(_) | Value::List(_)) || value.scalar().contains(['*', '?', '\\']);
    (!list.iter().any(open)).then(|| list.iter().map(|value| value.scalar().to_lowercase()).collect())
}
