//! Correlations: keys, kinds, operators and spans of time as the standard spells them.

use super::page::Page;
use crate::analysis::document::node::Node;

const KEYS: &[(&str, &str)] =
    &[("group_by", "group-by"), ("groupby", "group-by"), ("groupBy", "group-by"), ("time_span", "timespan"), ("timeframe", "timespan")];
const OPERATORS: &[(&str, &str)] = &[(">", "gt"), (">=", "gte"), ("<", "lt"), ("<=", "lte"), ("=", "eq"), ("==", "eq")];
const UNITS: &[(&[&str], char)] = &[
    (&["sec", "secs", "second", "seconds"], 's'),
    (&["min", "mins", "minute", "minutes"], 'm'),
    (&["hr", "hrs", "hour", "hours"], 'h'),
    (&["day", "days"], 'd'),
    (&["week", "weeks"], 'w'),
];

/// Mends what stands below `correlation:`.
pub(super) fn mend(page: &mut Page, correlation: &Node) {
    for (key, node) in correlation.entries() {
        let twice = KEYS.iter().any(|(wrong, right)| wrong == key && correlation.get(right).is_some());
        let key = if twice { key } else { rename(page, key, node, KEYS) };
        match key {
            "type" => kind(page, node),
            "timespan" | "timeframe" | "gap" => span(page, node),
            "condition" => node.entries().iter().for_each(|(key, node)| {
                rename(page, key, node, OPERATORS);
            }),
            _ => {}
        }
    }
}

/// The key the standard has for `key`, put in its place.
fn rename<'k>(page: &mut Page, key: &'k str, node: &Node, known: &[(&str, &'static str)]) -> &'k str {
    let Some((_, right)) = known.iter().find(|(wrong, _)| *wrong == key) else { return key };
    let quoted = [format!("'{key}'"), format!("\"{key}\""), key.to_owned()];
    if quoted.iter().any(|written| page.swap(node.key, written, right)) {
        page.note(node.key, format!("`{key}` is understood as `{right}`, the standard's key"));
    }
    right
}

fn kind(page: &mut Page, node: &Node) {
    let Some(written) = node.text() else { return };
    let right = written.trim().to_ascii_lowercase().replace(['-', ' '], "_");
    if written != right && page.swap(node.line, written, &right) {
        page.note(node.line, format!("`type: {written}` is understood as `type: {right}`"));
    }
}

fn span(page: &mut Page, node: &Node) {
    let Some(written) = node.text() else { return };
    let digits = written.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0);
    let Some((count, unit)) = digits.and_then(|digits| written.split_at_checked(digits)) else { return };
    let unit = unit.trim();
    let lower = unit.to_ascii_lowercase();
    let short = UNITS.iter().find(|(long, _)| long.contains(&lower.as_str())).map(|(_, short)| *short);
    // A large `M` is a month.
    let same = matches!(unit, "s" | "m" | "h" | "d" | "w" | "M" | "y" | "S" | "H" | "D" | "W").then(|| unit.chars().next()).flatten();
    let same = same.map(|unit| if unit == 'M' { unit } else { unit.to_ascii_lowercase() });
    let Some(short) = short.or(same) else { return };
    let right = format!("{count}{short}");
    if written != right && page.swap(node.line, written, &right) {
        page.note(node.line, format!("`{written}` is understood as `{right}`: a count and one of s, m, h, d, w"));
    }
}
