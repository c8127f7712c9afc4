//! Tests that run once for each row of a list, and whose list lost rows and gained none. A part of `test-deleted`.

use std::collections::BTreeMap;

use super::compared::{arguments, bracketed};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// A test for each row.
pub(super) static EACH: Pattern = Pattern::new(
    r"@pytest\.mark\.parametrize\s*\(|@parameterized\.expand\s*\(|\b(?:it|test|describe)\.each\s*\(|@(?:ValueSource|CsvSource)\s*\(",
);
/// A longer list is data, in lines and bytes.
const LONGEST: usize = 120;
const WIDEST: usize = 8_000;
/// A file with more lists is data, too.
const MOST: usize = 100;

struct Rows {
    line: usize,
    rows: Vec<String>,
}

/// Reports lists that only lost.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    if !side.lines().any(|line| line.text.len() < WIDEST && EACH.is_match(line.text)) {
        return;
    }
    let mut before = lists(old);
    for (key, now) in lists(side) {
        let Some(was) = before.remove(&key).flatten() else { continue };
        let Some(now) = now else { continue };
        let lost = was.rows.len().saturating_sub(now.rows.len());
        if lost == 0 || !now.rows.iter().all(|row| was.rows.contains(row)) {
            continue;
        }
        let (title, severity) = if now.rows.is_empty() {
            ("This test has no row left to run for".to_owned(), Severity::Medium)
        } else {
            (format!("This test runs for {lost} rows fewer"), Severity::Low)
        };
        sink.report(Draft::line(file, side, now.line).title(title).severity(severity));
    }
}

/// The lists of a side, by the test each belongs to; two of one test cannot be told apart.
fn lists(side: &SideView<'_>) -> BTreeMap<String, Option<Rows>> {
    let mut out: BTreeMap<String, Option<Rows>> = BTreeMap::new();
    let lines = side.lines().filter(|line| line.text.len() < WIDEST && !line.code().trim().is_empty());
    for line in lines.filter(|line| EACH.is_match(line.text)).take(MOST) {
        if let Some((key, rows)) = list(side, line.index) {
            out.entry(key).and_modify(|known| *known = None).or_insert(Some(Rows { line: line.index, rows }));
        }
    }
    out
}

/// The list that begins on the line `first`, and the name of its test with that of what the rows are for.
fn list(side: &SideView<'_>, first: usize) -> Option<(String, Vec<String>)> {
    static NAME: Pattern = Pattern::new(r"\bdef\s+(\w+)|\b(?:void|fun)\s+(\w+)\s*\(|^\s*\)\s*\(\s*['\x22`]([^'\x22`]+)");
    let text = whole(side, first)?;
    let open = EACH.find(&text)?.end - 1;
    let (given, rest) = bracketed(&text, open);
    let at = given.iter().position(|one| one.contains(['[', '{']) || one.starts_with('('))?;
    let (head, body) = given.get(at)?.split_at_checked(given.get(at)?.find(['[', '{', '('])?)?;
    let rows = arguments(body, 0).into_iter().map(squeezed).collect();
    let names = given.get(..at)?.join(",");
    let behind = rest.split(['\'', '"', '`']).nth(1).filter(|_| rest.starts_with('(')).map(str::to_owned);
    let named = |at: usize| (1..=3).find_map(|group| NAME.group(side.line(at).text, group)).map(str::to_owned);
    let name = behind.or_else(|| (first..side.len().min(first + LONGEST)).find_map(named))?;
    Some((format!("{name} {names} {head}"), rows))
}

/// The lines from `first` on until what is opened there is closed.
fn whole(side: &SideView<'_>, first: usize) -> Option<String> {
    let mut text = String::new();
    let mut depth = 0_isize;
    for line in (first..side.len().min(first + LONGEST)).map(|at| side.line(at)) {
        let count = |signs: [char; 3]| line.code().chars().filter(|sign| signs.contains(sign)).count() as isize;
        depth += count(['(', '[', '{']) - count([')', ']', '}']);
        text.push_str(line.text.trim());
        text.push(' ');
        let more = text.len() < WIDEST;
        if depth <= 0 || !more || line.text.contains("=>") {
            return more.then_some(text);
        }
    }
    None
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace()).collect()
}
