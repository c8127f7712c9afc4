//! `test-without-assertion`: new tests that nothing can fail but an error; a note for the reader.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::assertions::{asserts, begins_test};
use super::cases::end_of;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::RuleId;

/// What judges without being called an assertion: helpers named so, comparisons of pictures, errors that are returned, rules of the library.
static JUDGES: Pattern = Pattern::new(
    r"(?i)\w*(?:assert|expect|verif|check|should|must|require|ensure|compare|valid|raise|throw|fail|match|snapshot|golden|cmp\.|diff\(|quick\.|panic|benchmark|testpmd|approve|\.unwrap\(|\?;|\bskip|todo|pending|xfail|skipif)",
);
static BENCH: Pattern = Pattern::new(r"^\s*func\s+(?:Benchmark|Fuzz|Example)");

/// See `rules/code/test-without-assertion.toml`.
pub struct TestWithoutAssertion;

impl Check for TestWithoutAssertion {
    fn rule(&self) -> RuleId {
        RuleId("test-without-assertion")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::named(["test", "it", "spec", "fact", "theory", "should", "void"]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if file.role != Role::Test || !file.language.is_code() || !side.whole {
            return;
        }
        let (mut new, mut empty) = (0_usize, Vec::new());
        let kept = LazyCell::new(|| KEPT.groups(side.plain(), 1).collect::<BTreeSet<&str>>());
        for line in side.changed_lines() {
            if !begins_test(line.text) || line.code().trim().is_empty() || BENCH.is_match(line.text) {
                continue;
            }
            let Some(last) = end_of(file, side, line.index) else { continue };
            new += 1;
            // How a test is called judges nothing, nor what it may throw.
            let body = body_of(side, line.index).min(last);
            let judged = (body..=last).any(|at| {
                let code = side.line(at).code();
                asserts(code) || judges(code) && !asks(code, &kept)
            });
            if !judged && last > line.index {
                empty.push(line.index);
            }
        }
        if let Some(first) = empty.first() {
            let title = format!("{} of {new} new tests here assert nothing", empty.len());
            sink.report(Draft::line(file, side, *first).title(title));
        }
    }
}

/// Calls whose answer this file keeps.
static KEPT: Pattern = Pattern::new(r"=\s*(?:await\s+)?([A-Za-z_$]\w*(?:(?:\.|->)\w+)+)\s*\(");

/// Whether a line only asks what is tested, though the question is called like a judgment: elsewhere the answer is kept and looked at.
fn asks(code: &str, kept: &BTreeSet<&str>) -> bool {
    static ASKS: Pattern = Pattern::new(
        r"^\s*(?:(?:final\s+)?(?:var|let|const|val|auto|my)\s+)?(?:\$?\w+\s*:?=\s*)?(?:await\s+)?([A-Za-z_$]\w*(?:(?:\.|->)\w+)+)\s*\(",
    );
    let Some(call) = ASKS.group(code, 1).filter(|call| kept.contains(call)) else { return false };
    code.split_once(call).is_some_and(|(_, rest)| !judges(rest))
}

/// The first line of the body of the test that begins on the line `first`, below its marks and its name.
fn body_of(side: &SideView<'_>, first: usize) -> usize {
    let mark = |at: usize| side.line(at).text.trim_start().starts_with(['#', '@', '[']) && !side.line(at).text.contains('{');
    let header = (first..side.len().min(first + 6)).find(|at| !mark(*at)).unwrap_or(first);
    // Where the brace has a line of its own, the name of the test ends above it.
    if header + 1 < side.len() && side.line(header + 1).text.trim() == "{" {
        return header + 2;
    }
    let opens = side.line(header).code().trim_end().ends_with(['{', ':', ')']) || side.line(header).text.trim_end().ends_with("do");
    if opens { header + 1 } else { header }
}

/// Whether `code` judges something by the name of what it calls.
pub(super) fn judges(code: &str) -> bool {
    JUDGES.is_match(code)
}
