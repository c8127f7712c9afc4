//! Conditions that cannot be read, or name what is not there; and what replaced the pipes of the first version of Sigma.

use std::sync::LazyLock;

use regex::Regex;
use rsigma_parser::{ConditionExpr, parse_condition};

use crate::analysis::document::node::{Node, Value};

/// `count(field) by group > 5`, as conditions counted before correlations.
static AGGREGATION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\|\s*(\w+)\s*\(([^)]*)\)\s*(?:by\s+([\w.]+(?:\s*,\s*[\w.]+)*))?\s*(>=|<=|>|<|==?)\s*(\d+)").ok());

/// Why the condition of `detection` is refused: its line, from 0, and why.
pub(super) fn refused(detection: &Node) -> Option<(usize, String)> {
    let condition = detection.get("condition")?;
    let list = match &condition.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(condition),
    };
    list.iter().find_map(|node| one(detection, node).map(|why| (node.line.max(condition.key), why)))
}

fn one(detection: &Node, node: &Node) -> Option<String> {
    let Some(text) = node.text() else {
        return Some("a condition is a text such as `selection and not filter`".to_owned());
    };
    match parse_condition(text) {
        Ok(expression) => unknown(detection, &expression),
        Err(_) if text.contains('|') => Some(piped(detection, text)),
        Err(error) => {
            let column = error.location().map_or(0, |location| location.col.saturating_sub(1));
            let row = error.location().map_or(0, |location| location.line.saturating_sub(1));
            let line = text.lines().nth(usize::try_from(row).unwrap_or(0)).unwrap_or(text);
            let rest: String = line.chars().skip(usize::try_from(column).unwrap_or(0)).take(30).collect();
            let place = if rest.trim().is_empty() { "its end".to_owned() } else { format!("`{}`", rest.trim()) };
            Some(format!(
                "the condition cannot be read from {place} on; it joins names of selections with `and`, `or`, `not`, `1 of …`, `all of …`"
            ))
        }
    }
}

/// The first name in `expression` that no selection has.
fn unknown(detection: &Node, expression: &ConditionExpr) -> Option<String> {
    match expression {
        ConditionExpr::And(parts) | ConditionExpr::Or(parts) => parts.iter().find_map(|part| unknown(detection, part)),
        ConditionExpr::Not(part) => unknown(detection, part),
        ConditionExpr::Selector { .. } => None,
        ConditionExpr::Identifier(name) if detection.get(name).is_some() && name != "condition" => None,
        ConditionExpr::Identifier(name) => {
            let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
            let names = || {
                detection
                    .entries()
                    .iter()
                    .map(|(name, _)| name.as_str())
                    .filter(|name| !matches!(*name, "condition" | "timeframe" | "rules"))
            };
            let near = names().find(|known| plain(known) == plain(name));
            let known = || if names().next().is_some() { names().collect::<Vec<_>>().join(", ") } else { "none".to_owned() };
            let says = near.map_or_else(|| format!("those there are: {}", known()), |near| format!("is `{near}` meant?"));
            Some(format!("no selection is called `{name}`; {says}"))
        }
    }
}

/// What the pipe in `text` is written as today.
fn piped(detection: &Node, text: &str) -> String {
    let (_, pipe) = text.split_once('|').unwrap_or(("", text));
    let pipe = pipe.trim();
    let left = "left the standard with its second version; give the rule a `name` and";
    if pipe.starts_with("near") || pipe.starts_with("followed") || pipe.starts_with("sequence") {
        let kind = if pipe.starts_with("near") { "temporal" } else { "temporal_ordered" };
        return format!("`| {pipe}` {left} join it with the other in a correlation: `type: {kind}`, `rules: […]`, `timespan: …`");
    }
    let span = detection.get("timeframe").map_or_else(|| "…".to_owned(), Node::scalar);
    let Some(found) = AGGREGATION.as_ref().and_then(|aggregation| aggregation.captures(text)) else {
        return format!("`| {pipe}` {left} count it in a correlation: `type: event_count`, `timespan: {span}`, `condition: {{gt: …}}`");
    };
    let part = |at: usize| found.get(at).map_or("", |part| part.as_str().trim());
    let pipe = part(0).trim_start_matches('|').trim();
    // Some write the group inside of the brackets.
    let inside = part(2).trim_start_matches("distinct ");
    let (field, group) =
        inside.strip_prefix("by ").map_or_else(|| inside.split_once(" by ").unwrap_or((inside, part(3))), |group| ("", group));
    let kind = match part(1) {
        "sum" => "value_sum",
        "avg" => "value_avg",
        _ if field.is_empty() || field == "*" => "event_count",
        _ => "value_count",
    };
    let group = if group.is_empty() { String::new() } else { format!("`group-by: [{group}]`, ") };
    let operator = match part(4) {
        ">=" => "gte",
        "<=" => "lte",
        ">" => "gt",
        "<" => "lt",
        _ => "eq",
    };
    let counted = if kind == "event_count" { String::new() } else { format!("field: {field}, ") };
    format!(
        "`| {pipe}` {left} count it in a correlation: `type: {kind}`, {group}`timespan: {span}`, `condition: {{{counted}{operator}: {}}}`",
        part(5)
    )
}
