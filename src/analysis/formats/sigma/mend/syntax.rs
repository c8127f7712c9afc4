//! YAML that a parser refuses: tabs, quotes, escapes and signs that need quotes.
//!
//! A document that can be read is never touched; each kind of mending is tried only while it cannot.

use std::sync::LazyLock;

use regex::Regex;

use super::page::Page;

/// The kinds, from those that cannot mean anything else to those that read an intention.
const STEPS: [fn(&mut Page); 6] = [tabs, single_quotes, escapes, signs, colons, trailing];

/// Mends `page` until it can be read, or nothing more is known.
pub(super) fn mend(page: &mut Page) {
    if page.is_costly() {
        return;
    }
    for step in STEPS {
        if page.reads() {
            return;
        }
        step(page);
    }
}

/// Indents with spaces where tabs stand: with the first width that can be read.
fn tabs(page: &mut Page) {
    let tabbed: Vec<usize> =
        (0..page.lines.len()).filter(|at| page.lines.get(*at).is_some_and(|line| indent(line).contains('\t'))).collect();
    if tabbed.is_empty() {
        return;
    }
    let before = page.lines.clone();
    for width in [2, 4, 8, 2] {
        page.lines.clone_from(&before);
        for at in &tabbed {
            let Some(line) = page.lines.get_mut(*at) else { continue };
            let spaces = indent(line).replace('\t', &" ".repeat(width));
            *line = format!("{spaces}{}", line.trim_start_matches([' ', '\t']));
        }
        if page.reads() {
            break;
        }
    }
    tabbed.into_iter().for_each(|at| page.note(at, "YAML indents with spaces; each tab was read as some"));
}

fn indent(line: &str) -> &str {
    let length = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..length).unwrap_or("")
}

static HEAD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r##"^[ ]*(?:- +)*(?:(?:"[^"]*"|'[^']*'|[^\s'"#:\[\]{},&*!|>%@`-][^:#]*?)[ ]*:(?:[ ]+|$))?"##).ok());

/// Rewrites the value of each line that has one on it, outside of blocks of text.
fn values(page: &mut Page, says: &str, mut rewrite: impl FnMut(&str, bool) -> Option<String>) {
    let mut block = None;
    for at in 0..page.lines.len() {
        let line = page.lines.get(at).map_or("", |line| line.trim_end_matches(['\r', '\n'])).to_owned();
        let depth = indent(&line).len();
        if line.trim().is_empty() || line.trim_start().starts_with('#') || block.is_some_and(|outer| depth > outer) {
            continue;
        }
        block = None;
        let Some(start) = HEAD.as_ref().and_then(|head| head.find(&line)).map(|found| found.end()) else { continue };
        let Some((head, value)) = line.split_at_checked(start) else { continue };
        if value.starts_with(['|', '>']) {
            block = Some(depth);
            continue;
        }
        if let Some(better) = rewrite(value, head.trim_end().ends_with(':')) {
            page.put(at, &format!("{head}{better}"));
            page.note(at, format!("{says}: `{}`", better.trim()));
        }
    }
}

fn single_quotes(page: &mut Page) {
    values(page, r"inside single quotes a quote is written twice, and `\'` ends the text; understood as", |value, _| {
        let flow = value.starts_with(['[', '{']);
        let (mut out, mut rest, mut open, mut changed) = (String::new(), value, false, false);
        if !flow && !value.starts_with('\'') {
            return None;
        }
        while let Some(at) = rest.find('\'') {
            let (before, after) = (rest.get(..at)?, rest.get(at + 1..)?);
            out.push_str(before);
            rest = after;
            if !open || closes(after, flow) {
                open = !open;
                out.push('\'');
            } else if let Some(after) = after.strip_prefix('\'') {
                out.push_str("''");
                rest = after;
            } else {
                changed = true;
                if out.ends_with('\\') {
                    out.pop();
                }
                out.push_str("''");
            }
        }
        out.push_str(rest);
        changed.then_some(out)
    });
}

/// Whether what follows a quote lets it be the one that ends a text.
fn closes(after: &str, flow: bool) -> bool {
    let next = after.trim_start();
    next.is_empty() || (next.len() < after.len() && next.starts_with('#')) || (flow && next.starts_with([',', ']', '}', ':']))
}

fn escapes(page: &mut Page) {
    values(
        page,
        "double quotes give the backslash a meaning of its own; it is written twice there, or the text in single quotes; understood as",
        |value, _| {
            if !value.starts_with(['"', '[', '{']) {
                return None;
            }
            let (mut out, mut rest, mut wrong) = (String::new(), value, false);
            while let Some(at) = rest.find('\\') {
                let (before, after) = (rest.get(..at)?, rest.get(at + 1..)?);
                out.push_str(before);
                let kept = ['"', '\\'].iter().any(|c| after.starts_with(*c)) || spells_character(after);
                wrong |= !kept && !after.starts_with(['0', 'a', 'b', 't', 'n', 'v', 'f', 'r', 'e', ' ', '/', 'N', '_', 'L', 'P', '\t']);
                out.push_str(if kept { "\\" } else { "\\\\" });
                let taken = if kept { after.chars().next().map_or(0, char::len_utf8) } else { 0 };
                out.push_str(after.get(..taken)?);
                rest = after.get(taken..)?;
            }
            out.push_str(rest);
            wrong.then_some(out)
        },
    );
}

/// Whether `after` a backslash names a character by its number.
fn spells_character(after: &str) -> bool {
    [('x', 2), ('u', 4), ('U', 8)].iter().any(|(sign, digits)| {
        after.strip_prefix(*sign).is_some_and(|rest| rest.len() >= *digits && rest.bytes().take(*digits).all(|b| b.is_ascii_hexdigit()))
    })
}

fn signs(page: &mut Page) {
    let anchored = page.lines.iter().any(|line| line.contains(" &"));
    values(page, "a text that begins with this sign needs quotes; understood as", |value, _| {
        let sign = value.chars().next()?;
        (matches!(sign, '%' | '@' | '`') || (sign == '*' && !anchored)).then(|| quoted(value))
    });
}

fn colons(page: &mut Page) {
    values(page, "a text with a colon in it needs quotes; understood as", |value, keyed| {
        let plain = !value.starts_with(['\'', '"', '[', '{', '|', '>', '&', '*', '!', '#']);
        let (text, _) = split_comment(value);
        (keyed && plain && (text.contains(": ") || text.trim_end().ends_with(':'))).then(|| quoted(value))
    });
}

fn trailing(page: &mut Page) {
    values(page, "quotes stand around the whole text or nowhere; understood as", |value, _| {
        let rest = value.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(_, rest)| rest)?;
        (!closes(rest, false) && !rest.trim_start().starts_with(':')).then(|| quoted(value))
    });
}

fn split_comment(value: &str) -> (&str, &str) {
    value.find(" #").and_then(|at| value.split_at_checked(at)).unwrap_or((value, ""))
}

fn quoted(value: &str) -> String {
    let (text, comment) = split_comment(value);
    format!("'{}'{comment}", text.trim_end().replace('\'', "''"))
}
