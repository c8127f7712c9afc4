//! How many questions a rule puts to one node when its utilities are unfolded. ast-grep asks a utility anew wherever it is named and counts
//! none of that, so that sixty utilities, each asking the next one twice, would never come to an end.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::utilities::Utilities;

/// A rule that puts more questions is left out.
const MOST: u64 = 10_000;
/// Utilities that ask each other in a longer row would use up the stack.
const DEEPEST: usize = 64;

/// How many questions `rule` puts to one node.
///
/// # Errors
/// One sentence, when that is more than is good.
pub(super) fn questions(rule: &Map<String, Value>, utilities: &Utilities) -> Result<u64, String> {
    let mut known = HashMap::new();
    let all = Reader { rule, utilities, is_common: false }.within(rule, 0, &mut known);
    if all <= MOST {
        Ok(all)
    } else {
        Err(format!("its utilities come to more than {MOST} questions about one node, or ask each other in a row of more than {DEEPEST}"))
    }
}

/// What was counted, by whether a utility is one of all rules, and its name.
type Known = HashMap<(bool, String), u64>;

#[derive(Clone, Copy)]
struct Reader<'r> {
    rule: &'r Map<String, Value>,
    utilities: &'r Utilities,
    is_common: bool,
}

impl Reader<'_> {
    fn within(self, rule: &Map<String, Value>, deep: usize, known: &mut Known) -> u64 {
        let parts = ["rule", "constraints"].into_iter().filter_map(|key| rule.get(key));
        parts.map(|part| self.count(part, deep, known)).fold(0, u64::saturating_add)
    }

    /// Documents nest no deeper than their reader lets them.
    fn count(self, value: &Value, deep: usize, known: &mut Known) -> u64 {
        match value {
            Value::Object(keys) => keys.iter().fold(1, |sum: u64, (key, value)| {
                sum.saturating_add(match (key.as_str(), value) {
                    ("matches", Value::String(name)) => self.named(name, deep, known),
                    ("matches", Value::Object(calls)) => {
                        let called = calls.keys().map(|name| self.named(name, deep, known)).fold(0, u64::saturating_add);
                        called.saturating_add(self.count(value, deep, known))
                    }
                    _ => self.count(value, deep, known),
                })
            }),
            Value::Array(values) => values.iter().map(|value| self.count(value, deep, known)).fold(0, u64::saturating_add),
            _ => 0,
        }
    }

    fn named(self, name: &str, deep: usize, known: &mut Known) -> u64 {
        let local = self.rule.get("utils").and_then(|utils| utils.get(name));
        let key = (self.is_common || local.is_none(), name.to_owned());
        if let Some(count) = known.get(&key) {
            return *count;
        }
        if deep >= DEEPEST {
            return MOST + 1;
        }
        // What asks itself goes on at another node, and walks there are counted as steps.
        known.insert(key.clone(), 1);
        let count = match (local, self.utilities.asked(name)) {
            (Some(local), _) => self.count(local, deep + 1, known),
            (None, Some(common)) => Reader { rule: common, is_common: true, ..self }.within(common, deep + 1, known),
            (None, None) => 1,
        };
        known.insert(key, count);
        count
    }
}
