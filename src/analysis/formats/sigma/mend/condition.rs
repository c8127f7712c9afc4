//! Conditions: operators in the case and spelling of the standard. Never what they combine.

use rsigma_parser::parse_condition;

use super::page::Page;
use crate::analysis::document::node::{Node, Value};

/// Mends the condition of `detection`, where it cannot be read as it is and can be afterwards.
pub(super) fn mend(page: &mut Page, detection: &Node) {
    let Some(condition) = detection.get("condition") else { return };
    let texts = match &condition.value {
        Value::Text(_) | Value::List(_) => condition.texts(),
        _ => return,
    };
    let names: Vec<&str> = detection.entries().iter().map(|(name, _)| name.as_str()).collect();
    let better: Vec<String> = texts.iter().map(|text| standard(text, &names)).collect();
    if better == texts || better.iter().any(|text| parse_condition(text).is_err()) {
        return;
    }
    let last = end(page, detection, condition);
    for at in condition.key..last {
        let Some(line) = page.lines.get(at) else { break };
        let (code, comment) = without_comment(line);
        let start = if at == condition.key { code.find(':').map_or(0, |colon| colon + 1) } else { 0 };
        let (head, tail) = code.split_at_checked(start).unwrap_or((code, ""));
        let mended = standard(tail, &names);
        if mended != tail {
            let says = format!("`{}` is understood as `{}`, as the standard writes conditions", tail.trim(), mended.trim());
            let whole = format!("{head}{mended}{comment}");
            page.put(at, whole.trim_end_matches(['\r', '\n']));
            page.note(at, says);
        }
    }
}

/// The line behind the condition, from 0: where the next key of the detection stands, or where the indentation ends.
fn end(page: &Page, detection: &Node, condition: &Node) -> usize {
    let next = detection.entries().iter().map(|(_, node)| node.key).filter(|key| *key > condition.key).min();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = page.lines.get(condition.key).map_or(0, |line| indent(line));
    let stop = (condition.key + 1..page.lines.len()).find(|at| {
        let line = page.lines.get(*at).map_or("", String::as_str);
        let item = line.trim_start().starts_with("- ") && indent(line) == own;
        !line.trim().is_empty() && indent(line) <= own && !item
    });
    next.into_iter().chain(stop).min().unwrap_or(page.lines.len())
}

fn without_comment(line: &str) -> (&str, &str) {
    let start = if line.trim_start().starts_with('#') { Some(0) } else { line.find(" #") };
    start.and_then(|at| line.split_at_checked(at)).unwrap_or((line, ""))
}

/// `text` with operators and keywords as the standard writes them; names in `names` stay as they are.
fn standard(text: &str, names: &[&str]) -> String {
    let tokens = tokens(text);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 2).map_or("", |next| next);
        at += 1;
        match *token {
            "&&" => out.push_str("and"),
            "||" => out.push_str("or"),
            "!" => out.push_str("not "),
            word if names.contains(&word) => out.push_str(word),
            word => match word.to_ascii_lowercase().as_str() {
                "not" if next.eq_ignore_ascii_case("in") && !names.contains(&next) => {
                    out.push_str("not");
                    at += 2;
                }
                "one" if next.eq_ignore_ascii_case("of") => out.push('1'),
                "none" if next.eq_ignore_ascii_case("of") => out.push_str("not 1"),
                lower @ ("and" | "or" | "not" | "of" | "them" | "all" | "any") => out.push_str(lower),
                _ => out.push_str(word),
            },
        }
    }
    out
}

/// Words, `&&`, `||` and whatever stands between, in order and nothing lost.
fn tokens(text: &str) -> Vec<&str> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '*');
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let length = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("&&") || rest.starts_with("||") {
            2
        } else if first.is_whitespace() {
            rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        found.push(token);
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_become_standard_and_names_stay() {
        for (written, read) in [
            ("a AND (b Or NOT c)", "a and (b or not c)"),
            ("1 OF sel_* and not ALL of THEM", "1 of sel_* and not all of them"),
            ("a && !b || c", "a and not b or c"),
            ("a and not in b", "a and not b"),
            ("one of sel_* and none of filter_*", "1 of sel_* and not 1 of filter_*"),
            ("a and b", "a and b"),
            ("AND and b", "AND and b"),
        ] {
            assert_eq!(standard(written, &["a", "b", "c", "AND"][..if written.starts_with("AND") { 4 } else { 3 }]), read);
        }
    }
}
