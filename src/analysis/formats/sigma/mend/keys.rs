//! Keys and closed words: modifiers, levels and states as the standard spells them.

use rsigma_parser::Modifier;

use super::page::Page;
use crate::analysis::document::node::{Node, Value};

/// Modifiers people write, and those of the standard that mean the same; nothing where plain equality does.
const MODIFIERS: &[(&str, &str)] = &[
    ("regex", "re"),
    ("regexp", "re"),
    ("rex", "re"),
    ("match", "re"),
    ("matches", "re"),
    ("iregex", "re|i"),
    ("icontains", "contains"),
    ("contain", "contains"),
    ("contains_any", "contains"),
    ("containsany", "contains"),
    ("contains_all", "contains|all"),
    ("containsall", "contains|all"),
    ("starts_with", "startswith"),
    ("startwith", "startswith"),
    ("beginswith", "startswith"),
    ("begins_with", "startswith"),
    ("istartswith", "startswith"),
    ("ends_with", "endswith"),
    ("endwith", "endswith"),
    ("iendswith", "endswith"),
    ("ge", "gte"),
    ("le", "lte"),
    ("greater_than", "gt"),
    ("less_than", "lt"),
    ("case_sensitive", "cased"),
    ("base64_offset", "base64offset"),
    ("in", ""),
    ("any", ""),
    ("eq", ""),
    ("equals", ""),
    ("is", ""),
];

/// Levels people write.
pub(super) const LEVELS: &[(&str, &str)] = &[
    ("info", "informational"),
    ("information", "informational"),
    ("notice", "informational"),
    ("minor", "low"),
    ("moderate", "medium"),
    ("med", "medium"),
    ("warning", "medium"),
    ("error", "high"),
    ("major", "high"),
    ("crit", "critical"),
    ("informational", "informational"),
    ("low", "low"),
    ("medium", "medium"),
    ("high", "high"),
    ("critical", "critical"),
];

/// States people write.
pub(super) const STATUSES: &[(&str, &str)] = &[
    ("draft", "experimental"),
    ("testing", "test"),
    ("production", "stable"),
    ("stable", "stable"),
    ("test", "test"),
    ("experimental", "experimental"),
    ("deprecated", "deprecated"),
    ("unsupported", "unsupported"),
];

/// Mends the value of `key`, where `known` has the word the standard knows it by.
pub(super) fn word(page: &mut Page, node: &Node, key: &str, known: &[(&str, &str)]) {
    let Some(written) = node.text() else { return };
    let Some((_, right)) = known.iter().find(|(wrong, _)| written.eq_ignore_ascii_case(wrong)) else { return };
    if written != *right && page.swap(node.line, written, right) {
        page.note(node.line, format!("`{key}: {written}` is understood as `{key}: {right}`, the standard's word"));
    }
}

/// Mends the modifiers of every field below `node`.
pub(super) fn modifiers(page: &mut Page, node: &Node) {
    for (key, value) in node.entries() {
        if let Some(better) = standard(key, value.items().len())
            && node.get(&better).is_none()
            && page.swap(value.key, key, &better)
        {
            page.note(value.key, format!("`{key}` is understood as `{better}`, the standard's form"));
        }
        modifiers(page, value);
    }
    if let Value::List(items) = &node.value {
        items.iter().for_each(|item| modifiers(page, item));
    }
}

/// `key`, of a list of `count` values or of one, with every modifier as the standard spells it; `None` when it has that form, or
/// when a modifier means nothing known.
fn standard(key: &str, count: usize) -> Option<String> {
    let mut parts = key.split('|');
    let mut better = parts.next()?.trim_end().to_owned();
    for part in parts {
        let lower = part.trim().to_ascii_lowercase();
        let right = match MODIFIERS.iter().find(|(wrong, _)| *wrong == lower) {
            Some((_, right)) => *right,
            None if lower.parse::<Modifier>().is_ok() => lower.as_str(),
            None => return None,
        };
        // One value is all there are: `all` asks for nothing more.
        for word in right.split('|').filter(|word| !word.is_empty() && (*word != "all" || count > 1)) {
            better.push('|');
            better.push_str(word);
        }
    }
    (better != key && key.contains('|')).then_some(better)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_become_standard_and_unknown_ones_stay() {
        for (written, read) in [
            ("f|regex", Some("f|re")),
            ("f|StartsWith", Some("f|startswith")),
            ("f | contains | ALL", Some("f|contains|all")),
            ("f|in", Some("f")),
            ("f|contains_all", Some("f|contains|all")),
            ("f|re|i", None),
            ("f|contains", None),
            ("f", None),
            ("f|not", None),
            ("f|same|regex", None),
            ("f|contains|all", None),
        ] {
            assert_eq!(standard(written, 2).as_deref(), read, "{written}");
        }
        assert_eq!(standard("f|contains|all", 0).as_deref(), Some("f|contains"), "one value is all there are");
    }
}
