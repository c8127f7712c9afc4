//! Fields that no engine takes: modifiers nobody defined, two operators at once, expressions that are none.

use regex::RegexBuilder;
use rsigma_eval::compiler::compile_detection;
use rsigma_parser::{Detection, DetectionItem, FieldSpec, Modifier, SigmaValue};

use super::super::encode;

use crate::analysis::document::node::{Node, Value};

/// Modifiers of which a field has one.
const OPERATORS: [&str; 10] = ["contains", "startswith", "endswith", "re", "cidr", "exists", "gt", "gte", "lt", "lte"];
const KNOWN: &str = "contains, startswith, endswith, re, cidr, exists, gt, gte, lt, lte, neq, all, cased, base64, base64offset, wide, \
                     utf16le, utf16be, utf16, windash, fieldref, expand, minute, hour, day, week, month, year";

/// The first field of `selection` that is refused: its line, from 0, and why.
pub(super) fn refused(selection: &Node) -> Option<(usize, String)> {
    let own = selection.entries().iter().find_map(|(key, node)| field(key, node));
    own.or_else(|| selection.items().iter().find_map(refused))
}

fn field(key: &str, node: &Node) -> Option<(usize, String)> {
    let mut parts = key.split('|');
    let name = parts.next().unwrap_or("");
    let modifiers: Vec<&str> = parts.collect();
    if let Some(unknown) = modifiers.iter().find(|word| word.parse::<Modifier>().is_err()) {
        return Some((node.key, nobody_defined(name, unknown)));
    }
    let operators: Vec<String> = modifiers.iter().filter(|word| OPERATORS.contains(word)).map(|word| format!("`|{word}`")).collect();
    if operators.len() > 1 {
        return Some((node.key, format!("`{key}` compares in more than one way, by {}; keep one of them", operators.join(" and "))));
    }
    let parsed: Vec<Modifier> = modifiers.iter().filter_map(|word| word.parse().ok()).collect();
    if let Some(why) = encode::clash(&parsed) {
        return Some((node.key, why));
    }
    if modifiers.contains(&"all") && node.items().len() < 2 {
        return Some((node.key, "`|all` needs a list of more than one value; take it away".to_owned()));
    }
    let list = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    list.iter().find_map(|value| {
        let why = if modifiers.contains(&"re") {
            expression(name, &modifiers, &value.scalar())
        } else if modifiers.contains(&"cidr") {
            let text = value.scalar();
            (!is_range(&text)).then(|| format!("`{text}` is no range of addresses such as `10.0.0.0/8` or `2001:db8::/32`"))
        } else {
            let numeric = modifiers.iter().find(|word| matches!(**word, "gt" | "gte" | "lt" | "lte"));
            let text = value.scalar();
            numeric.filter(|_| text.parse::<f64>().is_err()).map(|word| format!("`|{word}` compares numbers, and `{text}` is no number"))
        };
        why.map(|why| (value.line, why))
    })
}

/// Whether the engine takes `text` for a range of addresses.
fn is_range(text: &str) -> bool {
    let field = FieldSpec { name: Some("address".to_owned()), modifiers: vec![Modifier::Cidr] };
    compile_detection(&Detection::AllOf(vec![DetectionItem { field, values: vec![SigmaValue::from_raw_string(text)] }])).is_ok()
}

/// What `word`, which is no modifier, seems to want.
fn nobody_defined(name: &str, word: &str) -> String {
    let wants = match word.to_ascii_lowercase().as_str() {
        "not" | "not in" | "ne" | "nematch" | "notin" | "not_in" | "not_equals" | "not_contains" | "notcontains" => {
            "Sigma negates in the condition: put the field in a selection of its own and write `and not` before its name".to_owned()
        }
        "range" | "between" => format!("a range is two fields, `{name}|gte: …` and `{name}|lte: …`"),
        "length" | "len" | "size" => format!("a length is an expression, such as `{name}|re: '^.{{100,}}$'`"),
        word if ["count", "sum", "timeframe", "within", "same", "different", "distinct", "unique", "sequence"]
            .iter()
            .any(|one| word.starts_with(one)) =>
        {
            "comparing several events is a correlation's: `type: event_count` or `value_count`, with `timespan`".to_owned()
        }
        _ => format!("those there are: {KNOWN}"),
    };
    format!("`|{word}` is no modifier of Sigma; {wants}")
}

/// Why `text` is no expression that runs.
fn expression(name: &str, modifiers: &[&str], text: &str) -> Option<String> {
    let flag = |wanted: &str, long: &str| modifiers.iter().any(|word| *word == wanted || *word == long);
    let built = RegexBuilder::new(text)
        .case_insensitive(flag("i", "ignorecase"))
        .multi_line(flag("m", "multiline"))
        .dot_matches_new_line(flag("s", "dotall"))
        .build();
    let error = built.err()?;
    Some(if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| text.contains(look)) {
        format!(
            "expressions run in linear time here and have no look-around; ask for what must not be there with another selection and `and not`, in `{text}`"
        )
    } else if text.contains(r"\1") || text.contains(r"\2") || text.contains(r"\k<") {
        format!("expressions run in linear time here, and this one refers back to a group, in `{text}`")
    } else if text.starts_with(['*', '?', '+']) {
        format!("`{text}` has wildcards, which an expression does not know; write `{name}: '{text}'`, or `.*` in their place")
    } else if matches!(error, regex::Error::CompiledTooBig(_)) {
        "the expression grows too large; ask for less at once, or split it".to_owned()
    } else {
        let error = error.to_string();
        let last = error.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
        format!("`{text}` is no regular expression: {last}")
    })
}
