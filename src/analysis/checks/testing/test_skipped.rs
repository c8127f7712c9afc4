//! `test-skipped`: tests that no longer run, or that keep all others from running.

use super::assertions::{begins_test, guard_changes};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Hint, Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::Side;
use crate::model::rule::{RuleId, Severity};

static SKIPPED: Pattern = Pattern::new(
    r"(?x) @(pytest\.mark\.(skip|xfail)|unittest\.(skip|expectedFailure)|skip|Disabled|Ignore)\b | \bpytest\.skip\( | \bself\.skipTest\(
    | \b(it|test|describe|context|suite)\.(skip|todo|failing)\s*[(.] | \b(xit|xdescribe|xtest|xcontext)\s*\( | \bthis\.skip\(\)
    | \b[tb]\.Skip(f|Now)?\( | \#\[ignore | \[(Ignore|Explicit)\b | \bSkip\s*=\s*\x22 | markTest(Skipped|Incomplete)\( | XCTSkip\b | @tag\s+:skip | \bassumeTrue\(\s*false | ^\s*(skip|pending)\s+['\x22]",
);
static FOCUSED: Pattern =
    Pattern::new(r"\b(it|test|describe|context|suite)\.only\s*[(.]|\b(fit|fdescribe|fcontext)\s*\(|,\s*focus:\s*true\b|:focus\b.*\bdo\b");
static CONDITION: Pattern = Pattern::new(
    r"^\s*(\}?\s*else\s+)?if\b|^\s*(elif|unless|except|catch|switch|case|when)\b|\bif\s+\w|skip_?[iI]f|skipUnless|importorskip|importlib",
);
static MARKED: Hint = Hint::new(|| Words::of([&SKIPPED, &FOCUSED]));
/// How many lines below a mark the test it belongs to may begin.
const REACH: usize = 6;

/// See `rules/code/test-skipped.toml`.
pub struct TestSkipped;

impl Check for TestSkipped {
    fn rule(&self) -> RuleId {
        RuleId("test-skipped")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and_on(Reach::ADDED, &MARKED)
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let rust = file.path.ends_with(".rs");
        if !(file.role == Role::Test || rust) || !file.language.is_code() {
            return;
        }
        // Marks that were there and only move.
        let before = file.spots(&MARKED, Side::Old);
        let mut known = file
            .removed()
            .filter(|line| before.meet(line.index, line.index))
            .filter(|line| SKIPPED.is_match(line.code()) || FOCUSED.is_match(line.code()))
            .count();
        for line in file.added_on(&MARKED) {
            let focused = FOCUSED.is_match(line.code());
            if !focused && !SKIPPED.is_match(line.code()) {
                continue;
            }
            if known > 0 {
                known -= 1;
                continue;
            }
            let Some((title, severity)) = judged(file, side, line.index, focused) else { continue };
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}

fn judged(file: &FileView<'_>, side: &SideView<'_>, index: usize, focused: bool) -> Option<(&'static str, Severity)> {
    if focused {
        return Some(("Only this test would run; all others of the file are left out", Severity::Medium));
    }
    let line = side.line(index);
    let above = index.checked_sub(1).map_or("", |before| side.line(before).code());
    if CONDITION.is_match(line.code()) || CONDITION.is_match(above) {
        return None;
    }
    // A skipped test that is itself new was never a guard.
    let existing = tested_before(file, side, index);
    Some(match existing {
        true if guard_changes(file) => ("A test is skipped while the guard it tests changes", Severity::High),
        true => ("A test that ran before is skipped", Severity::Medium),
        false => ("A new test is skipped", Severity::Low),
    })
}

/// Whether the test the mark belongs to stood there before: its first line is not an added one, or the old text has it.
fn tested_before(file: &FileView<'_>, side: &SideView<'_>, index: usize) -> bool {
    let Some(old) = file.old() else { return false };
    let around = side.function_at(index).map(|function| function.first_line).filter(|first| *first < index);
    let below = (index..side.len().min(index + REACH)).find(|at| begins_test(side.line(*at).text));
    let Some(start) = around.or(below) else { return true };
    let first = side.line(start);
    if !first.changed {
        return true;
    }
    // `it.skip('name'` was `it('name'`: what stands in the quotes tells.
    let name = first.text.split(['\'', '"', '`']).nth(1).unwrap_or("");
    name.len() > 3 && old.text().contains(name)
}
