//! Assertions held back: asked only where they hold, below a condition that never holds, or on a clock that nobody waits for. A part of
//! `assertion-unreached`.

use std::collections::BTreeSet;

use super::assertions::{asserts, begins_test, guard_changes};
use super::compared::{bracketed, compared};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// No test asks in more places than that.
const MOST: usize = 500;
/// A longer statement is data.
const WIDEST: usize = 400;

static ASKS: Pattern = Pattern::new(r"^\s*if\b\s*(.+?)\s*[:{]?\s*$");
/// A condition of which a part never holds.
static NEVER: Pattern = Pattern::new(
    r"^\s*\}?\s*(?:else\s+)?(?:if|elif|elsif|while)\b.*(?:&&\s*(?:false|0)\b|\band\s+(?:False|false|0)\b)|^\s*(?:if|while)\s*\(?\s*(?:false|False|0)\s*\)?\s*[:{]?\s*$",
);
/// A clock that calls what it is given, later.
static LATER: Pattern = Pattern::new(r"^\s*(?:setTimeout|setImmediate|setInterval|process\.nextTick|queueMicrotask)\s*\(");
/// What waits for a clock, or turns it by hand.
static WAITS: Pattern = Pattern::new(
    r"\bawait\b|\bdone\b|\breturn\s+new\s+Promise|\bresolve\b|FakeTimers|advanceTimers|runAllT|runOnlyPending|runToLast|\btick\s*\(|\bflush\w*\(",
);

/// Reports what the change holds back; `known` is what was asserted before.
pub(super) fn report(file: &FileView<'_>, side: &SideView<'_>, asserting: &[bool], known: &BTreeSet<String>, sink: &mut Sink<'_>) {
    let statements = side.statements();
    let touched = statements.iter().enumerate().filter(|(_, one)| side.touches(one.first_line, one.last_line));
    let short = touched.filter(|(_, one)| one.bytes.len() < WIDEST * 10);
    for (at, one) in short.filter(|(_, one)| speaks(side.code_of(one))).take(MOST) {
        let code = side.code_of(one);
        let (title, lost) = match () {
            () if NEVER.is_match(code) => ("The condition above it never holds, so this fails no test", failing(side, at, asserting)),
            () if LATER.is_match(code) => ("Nobody waits for the clock that asks this", unawaited(file, side, at, asserting)),
            () => ("What is asserted here is asked before, and nothing fails where it does not hold", repeated(file, side, at, asserting)),
        };
        let Some(first) = lost.first() else { continue };
        let stood = |at: &usize| {
            statements.get(*at).is_some_and(|inner| {
                let plain = side.plain_of(inner).trim();
                let whole = known.contains(plain) || !side.touches(inner.first_line, inner.last_line);
                whole
                    || plain.len() < WIDEST && known.iter().take(200).any(|one| one.len() > 8 && plain.contains(one.trim_end_matches(';')))
            })
        };
        let severity = match lost.iter().any(stood) {
            true if guard_changes(file) => Severity::High,
            true => Severity::Medium,
            false => Severity::Low,
        };
        let line = if NEVER.is_match(code) { one.first_line } else { statements.get(*first).map_or(one.first_line, |one| one.first_line) };
        sink.report(Draft::line(file, side, line).title(title).severity(severity));
    }
}

fn speaks(code: &str) -> bool {
    NEVER.is_match(code) || LATER.is_match(code) || ASKS.is_match(code)
}

/// The assertions below a condition, with those that only fail what stands around them.
fn failing(side: &SideView<'_>, at: usize, asserting: &[bool]) -> Vec<usize> {
    let end = side.statements().get(at).map_or(at, |one| one.end);
    (at + 1..end.max(at + 1)).take(WIDEST).filter(|inner| asserting.get(*inner).copied().unwrap_or(false)).collect()
}

/// The assertions that a clock would ask when the test is long over.
fn unawaited(file: &FileView<'_>, side: &SideView<'_>, at: usize, asserting: &[bool]) -> Vec<usize> {
    let statements = side.statements();
    let Some(one) = statements.get(at).filter(|_| matches!(file.language, Language::JavaScript | Language::TypeScript)) else {
        return Vec::new();
    };
    let Some(test) = one.parent.and_then(|parent| statements.get(parent)).filter(|parent| begins_test(side.plain_of(parent))) else {
        return Vec::new();
    };
    let header = side.code_of(test);
    let waits = |inner: &Statement| WAITS.is_match(side.code_of(inner));
    let block = at..test.end.min(at + WIDEST);
    if WAITS.is_match(header) || block.filter_map(|at| statements.get(at)).any(waits) || turned(file) {
        return Vec::new();
    }
    inside(side, at, asserting)
}

/// Whether a file turns the clock by hand somewhere.
fn turned(file: &FileView<'_>) -> bool {
    struct Turned(bool);
    let told = |text: &str| ["useFakeTimers", "fakeTimers", "FakeTimers", "mock.timers"].iter().any(|sign| text.contains(sign));
    file.shared(|file| Turned(file.new_side().is_some_and(|side| told(side.text())))).0
}

/// The assertions below a condition that asks the very same.
fn repeated(file: &FileView<'_>, side: &SideView<'_>, at: usize, asserting: &[bool]) -> Vec<usize> {
    let statements = side.statements();
    let Some(one) = statements.get(at) else { return Vec::new() };
    let Some(asked) = condition(file.language, side.plain_of(one)) else { return Vec::new() };
    let otherwise = statements.get(one.end).is_some_and(|next| {
        let code = side.code_of(next).trim_start();
        next.parent == one.parent && (code.starts_with("else") || code.starts_with("} else") || code.starts_with("elif"))
    });
    if otherwise || asked.len() < 3 {
        return Vec::new();
    }
    // On one line with the condition, what stands behind it is the assertion.
    let said = |inner: &usize| {
        let plain = side.plain_of(statements.get(*inner)?);
        if *inner == at { plain.find('(').map(|open| bracketed(plain, open).1) } else { Some(plain) }
    };
    let same = |inner: &usize| said(inner).is_some_and(|said| says(said, &asked));
    inside(side, at, asserting).into_iter().take(20).filter(same).collect()
}

/// What a condition asks, without blanks.
fn condition(language: Language, plain: &str) -> Option<String> {
    if plain.len() > WIDEST {
        return None;
    }
    let rest = ASKS.group(plain, 1)?;
    let asked = match language {
        Language::Python | Language::Go | Language::Rust | Language::Ruby | Language::Swift => rest.to_owned(),
        _ => bracketed(rest, rest.find('(')?).0.join(","),
    };
    Some(squeezed(&asked))
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace()).collect()
}

/// Whether an assertion says no more than what was asked.
fn says(said: &str, asked: &str) -> bool {
    if said.len() > WIDEST || !asserts(said) {
        return false;
    }
    let equal = || {
        let (left, right) = compared(said.trim())?;
        let (left, right) = (squeezed(&left), squeezed(&right));
        let told = |one: &str, other: &str| {
            ["==", "===", "is"].iter().any(|sign| asked == format!("{one}{sign}{other}")) || asked == format!("{one}.equals({other})")
        };
        Some(told(&left, &right) || told(&right, &left))
    };
    let said_squeezed = squeezed(said);
    let whole = said_squeezed.strip_prefix("assert").is_some_and(|rest| rest == asked || rest.starts_with(&format!("{asked},")));
    whole || said_squeezed.contains(&format!("({asked})")) || equal().unwrap_or(false)
}

/// The assertions of the block that the statement at `at` heads, or it itself.
pub(super) fn inside(side: &SideView<'_>, at: usize, asserting: &[bool]) -> Vec<usize> {
    let end = side.statements().get(at).map_or(at, |one| one.end);
    let at = if asserting.get(at).copied().unwrap_or(false) { at } else { at + 1 };
    (at..end.max(at)).filter(|inner| asserting.get(*inner).copied().unwrap_or(false)).collect()
}
