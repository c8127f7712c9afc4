//! Functions that worked an answer out and only look some up now: branches for single values, or a table of them. No rule of its own.

use super::by_heart::{BELOW, LITERAL_ANSWER};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, Severity};

/// So many branches are no bound and no special case.
const LEAST: usize = 3;
/// A longer function is a program, and more of them are a rewrite.
const LONGEST: usize = 80;
const MOST: usize = 50;

/// A branch for one value of one thing; group: the thing.
static ASKED: Pattern = Pattern::new(
    r#"^\s*\}?\s*(?:else\s+)?(?:if|elif|elsif)\b\s*\(?\s*\$?([A-Za-z_]\w*)\s*(?:={2,3}\s*(?:-?\d[\d._]*|"[^"]*"|'[^']*')|\.equals\("[^"]*"\))\s*\)?\s*[:{]?"#,
);
/// A table of at least three numbers with an answer each, asked for a name; groups: the name.
static TABLE: Pattern = Pattern::new(
    r#"\breturn\s+\{\s*-?\d[\d._]*\s*(?::|=>)\s*(?:-?\d[\d._]*|"[^"]*"|'[^']*')\s*,\s*-?\d[\d._]*\s*(?::|=>)[^{}()]*,\s*-?\d[\d._]*\s*(?::|=>)[^{}()]*\}\s*(?:\[\s*(\w+)\s*\]|\.(?:get|fetch)\(\s*(\w+))"#,
);
static RETURNS: Pattern = Pattern::new(r"\breturn\b\s*[^\s;}]");

/// Whether lines that came may be such a function.
pub(super) fn may_hold(file: &FileView<'_>) -> bool {
    let short = |text: &str| text.len() < 300;
    let asks = file.added().filter(|line| short(line.text) && line.text.contains("if") && ASKED.is_match(line.text));
    asks.take(LEAST).count() == LEAST
        || file.added().any(|line| short(line.text) && line.text.contains("return {") && TABLE.is_match(line.text))
}

/// Reports functions of which the old side worked out an answer, and the new one nothing at all.
pub(super) fn report(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let Some(old) = file.old().filter(|_| may_hold(file)) else { return };
    let short =
        |function: &&Function| function.last_line - function.first_line < LONGEST && side.touches(function.first_line, function.last_line);
    for function in side.functions().iter().filter(|function| !function.name.is_empty()).filter(short).take(MOST) {
        let Some((first, learnt)) = learnt(side, function) else { continue };
        let Some(known) = old.functions().iter().find(|known| known.name == function.name) else { continue };
        let body = |known: &Function| (known.first_line..=known.last_line).take(LONGEST);
        let worked = body(known).any(|at| old.is_changed(at) && works_out(old, at));
        let learnt_before = body(known).any(|at| ASKED.is_match(old.line(at).text));
        let works = body(function).any(|at| works_out(side, at) && !TABLE.is_match(side.line(at).text));
        if worked && !works && !learnt_before {
            let title = format!("`{}` worked its answer out, and knows {learnt} answers by heart now", function.name);
            sink.report(Draft::line(file, side, first).title(title).severity(Severity::Medium).confidence(Confidence::Medium));
        }
    }
}

/// The first line that gives an answer by heart, and how many of them there are.
fn learnt(side: &SideView<'_>, function: &Function) -> Option<(usize, usize)> {
    let header = side.plain_line(function.first_line);
    let given = |name: &str| header.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|word| word == name);
    let mut asked = Vec::new();
    for at in function.first_line..=function.last_line {
        let text = side.plain_line(at);
        if !side.is_changed(at) || text.len() > 300 {
            continue;
        }
        let table = TABLE.group(text, 1).or_else(|| TABLE.group(text, 2));
        if table.is_some_and(given) {
            return Some((at, text.matches([':', '>']).count()));
        }
        let answered = || (at..=(at + BELOW as usize).min(function.last_line)).any(|at| LITERAL_ANSWER.is_match(side.plain_line(at)));
        if ASKED.group(text, 1).is_some_and(given) && answered() {
            asked.push(at);
        }
    }
    asked.first().filter(|_| asked.len() >= LEAST).map(|first| (*first, asked.len()))
}

/// Whether a line gives back something that is no fixed answer.
fn works_out(side: &SideView<'_>, at: usize) -> bool {
    let text = side.plain_line(at);
    RETURNS.is_match(text) && !LITERAL_ANSWER.is_match(text)
}
