//! What of a Sigma rule can never match, with its line and the standard form. It judges text and never runs a rule.

use super::reading::Said;
use crate::analysis::document::node::{Node, Value};
use crate::analysis::events::fields::{FieldType, field};
use crate::analysis::formats::yaml::number;
use crate::model::pack::NoteKind;

/// The parts of the rule in `tree` that can never match.
#[must_use]
pub fn look(tree: &Node) -> Vec<Said> {
    let mut said = Vec::new();
    let Some(detection) = tree.get("detection") else { return said };
    for (name, selection) in detection.entries() {
        if !matches!(name.as_str(), "condition" | "timeframe") {
            items(selection, &mut said);
        }
    }
    said
}

fn items(selection: &Node, said: &mut Vec<Said>) {
    selection.items().iter().for_each(|item| items(item, said));
    for (key, value) in selection.entries() {
        let name = key.split('|').next().unwrap_or(key);
        let text = match field(name) {
            None => format!("no event has the field `{name}`; docs/events.md names those there are"),
            Some(known) if known.holds == FieldType::Number => match comparison(value) {
                Some((modifier, bound)) => format!("`{name}` is a number and never that text; write `{name}|{modifier}: {bound}`"),
                None => continue,
            },
            Some(_) => continue,
        };
        said.push(Said { line: number(value.key), kind: NoteKind::NeverMatches, text });
    }
}

/// The modifier and bound that a text such as `>5` means.
fn comparison(value: &Node) -> Option<(&'static str, &str)> {
    let Value::Text(text) = &value.value else { return None };
    [(">=", "gte"), ("<=", "lte"), (">", "gt"), ("<", "lt")].iter().find_map(|(sign, modifier)| {
        let bound = text.trim().strip_prefix(sign)?.trim();
        bound.parse::<f64>().is_ok().then_some((*modifier, bound))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::formats::yaml;

    #[test]
    fn a_comparison_written_as_text_and_a_field_no_event_has() {
        let tree = yaml::map("title: x\ndetection:\n  s:\n    commit_count: '>5'\n    EventID: 1\n  condition: s\n", 1).unwrap();
        let said = look(&tree);
        assert_eq!(said.iter().map(|said| said.line).collect::<Vec<_>>(), [4, 5]);
        assert!(said[0].text.contains("commit_count|gt: 5"), "{said:?}");
    }
}
