//! `test-disarmed`: a test that asserted something keeps its name and asserts nothing that can fail.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use super::assertion_hollow::hollow;
use super::assertions::{ASSERTION, asserts, guard_changes, is_weak, said_from};
use super::cases::{Case, cases, end_of};
use super::compared::is_unanswered;
use super::error_ignored;
use super::refusal::{REFUSES, WAITS};
use super::run_status::{self, SAYS, STOPS as SCRIPT_STOPS};
use super::test_without_assertion::judges;
use super::unmarked;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// An error that the runner waits for, said beside the test and not in it.
static MUST_FAIL: Pattern = Pattern::new(r"#\[should_panic|\bexpected\s*=\s*\w+\.class|\[ExpectedException|@expectedException\b");
/// What fails a test by itself.
static STOPS: Pattern = Pattern::new(r"\b(?:throw|raise|panic)\b");
/// What is called.
static CALLED: Pattern = Pattern::new(r"([A-Za-z_]\w*)[!?]?\s*\(");

/// See `rules/code/test-disarmed.toml`.
pub struct TestDisarmed;

impl Check for TestDisarmed {
    fn rule(&self) -> RuleId {
        RuleId("test-disarmed")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&ASSERTION, &MUST_FAIL, &SAYS, &SCRIPT_STOPS]).or(Words::named(["@test", "test"])))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(side), Some(old)) = (file.new_side(), file.old()) else { return };
        if let Some((at, title, severity)) = run_status::hushed(file, old, side) {
            sink.report(Draft::line(file, side, at).title(title).severity(severity));
        }
        let readable = side.whole && old.whole && file.role == Role::Test && file.language.is_code();
        // What is only added takes nothing from a test that was there.
        if readable {
            unmarked::report(file, old, side, sink);
        }
        if !readable || !file.removed().any(|line| asserts(line.code()) || MUST_FAIL.is_match(line.text)) {
            return;
        }
        thrown_away(file, old, side, sink);
        error_ignored::report(file, old, side, sink);
        let now = cases(file, side);
        for (name, before) in cases(file, old) {
            let Some(case) = now.get(&name).filter(|_| touched(old, &before)) else { continue };
            if !is_armed(file, old, &before) || is_armed(file, side, case) || helped(old, &before, side, case) {
                continue;
            }
            let swallows = refused(old, &before) && (swallowed(side, case) || only_caught(side, case));
            let judged = || {
                static HELPS: Pattern = Pattern::new(r"(?i)\b(?:check|verify|expect|assert)_?\w+\s*\(");
                (case.first + 1..=case.last).any(|at| !side.is_changed(at) && HELPS.is_match(side.line(at).code()))
            };
            // `unwrap` of Rust fails a test, though it asks less.
            let unwraps = || (case.first..=case.last).any(|at| side.is_changed(at) && side.line(at).code().contains(".unwrap()"));
            let severity = if swallows || guard_changes(file) && !judged() && !(file.language == Language::Rust && unwraps()) {
                Severity::High
            } else {
                Severity::Medium
            };
            let vague = (case.first..=case.last).any(|at| asserts(side.line(at).code()));
            let title = if vague { "asserts only what nearly everything passes" } else { "asserts nothing any more" };
            let title = if swallows { "waited for an error, and takes it without a word now" } else { title };
            sink.report(Draft::line(file, side, case.first).title(format!("The test `{name}` {title}")).severity(severity));
        }
        let now = hooks(file, side);
        // What it asserted may stand in a part of its own now.
        let asserted = |side: &SideView<'_>| side.lines().filter(|line| asserts(line.code())).count();
        let fewer = LazyCell::new(|| asserted(side) < asserted(old));
        for (name, before) in hooks(file, old) {
            let Some(case) = now.get(&name).filter(|_| touched(old, &before)) else { continue };
            if is_armed(file, old, &before) && !is_armed(file, side, case) && !helped(old, &before, side, case) {
                let title = format!("`{name}`, which runs with every test, fails none of them any more");
                let severity = if *fewer { Severity::High } else { Severity::Medium };
                sink.report(Draft::line(file, side, case.first).title(title).severity(severity));
            }
        }
    }
}

/// What a test asked and failed by is still called, and what it answers is thrown away: `_ = limiter.Allow("a")`.
fn thrown_away(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static AWAY: Pattern = Pattern::new(
        r"^\s*(?:_\s*(?:,\s*_\s*)*:?=|let\s+_\w*\s*=|var\s+_\s*=|void\s|\(void\)|\$_\s*=)\s*(?:await\s+)?([^=].*?\))\s*;?\s*$",
    );
    static BARE: Pattern = Pattern::new(r"^\s*(?:await\s+)?([\w$@][\w$.:>!?-]*\(.+\))\s*;?\s*$");
    /// What a command of the shell says, thrown away.
    static SILENCED: Pattern = Pattern::new(r"^\s*([\w./-]+\s+[^|;&>]+?)\s*>\s*/dev/null(?:\s+2>&1)?\s*$");
    static ASKED: Pattern = Pattern::new(r"^\s*(?:\}?\s*if\b|unless\b)");
    /// What fails a test where it is asked by hand.
    static FAILS: Pattern = Pattern::new(r"\bt\.(?:Fatal|Error|Fail)\w*\(|\bfail\w*\s*\(|\bpanic!?\s*\(|\b(?:throw|raise)\b");
    // Only such lines count, so that others do not hide them.
    let telling = |text: &str| text.len() < 400 && (asserts(text) || ASKED.is_match(text));
    let went: Vec<(usize, &str)> =
        old.changed_lines().filter(|line| telling(line.text)).map(|line| (line.index, line.text)).take(500).collect();
    let before = cases(file, old);
    let now = cases(file, side);
    let asserted = |call: &str| {
        went.iter().any(|(at, text)| {
            let by_hand =
                || ASKED.is_match(text) && (at + 1..at + 3).any(|below| old.is_changed(below) && FAILS.is_match(old.line(below).code()));
            text.contains(call) && (asserts(text) || by_hand())
        })
    };
    fn called(text: &str) -> Option<(&str, bool)> {
        let bare = || BARE.group(text, 1).filter(|_| !asserts(text)).map(|call| (call, false));
        AWAY.group(text, 1).or_else(|| SILENCED.group(text, 1)).map(|call| (call, true)).or_else(bare).filter(|(call, _)| call.len() > 4)
    }
    let calls = side.changed_lines().filter(|line| line.text.len() < 400).filter_map(|line| Some((line, called(line.text)?)));
    for (line, (call, away)) in calls.take(500) {
        // What is only called may have nothing to answer any more; of a test that waited for a refusal it was the question.
        let within = || {
            let (name, _) = now.iter().find(|(_, case)| (case.first..=case.last).contains(&line.index))?;
            before.get(name).filter(|case| REFUSES.is_match(name) && holds(old, case, call))
        };
        if asserted(call) && (away || within().is_some()) {
            let draft = Draft::line(file, side, line.index).title(format!("What `{call}` answers was asserted, and is thrown away"));
            // Where the test still asserts something, it was not its question.
            let still = || {
                let around = now.values().find(|case| (case.first..=case.last).contains(&line.index));
                around.is_some_and(|case| (case.first..=case.last).take(400).any(|at| asserts(side.line(at).code())))
            };
            return sink.report(draft.severity(if away && !still() { Severity::High } else { Severity::Medium }));
        }
    }
}

/// Whether a test has a line that went and held `call`.
fn holds(old: &SideView<'_>, case: &Case, call: &str) -> bool {
    (case.first..=case.last).take(400).any(|at| old.is_changed(at) && old.line(at).text.contains(call))
}

/// What runs around every test, by name: fixtures that nobody asks for, and what is called before or after each.
fn hooks(file: &FileView<'_>, side: &SideView<'_>) -> BTreeMap<String, Case> {
    static MARKED: Pattern = Pattern::new(
        r"\bautouse\s*=\s*True|@(?:AfterEach|AfterAll|After|AfterClass|TearDown|OneTimeTearDown)\b|\[(?:TearDown|OneTimeTearDown|TestCleanup|ClassCleanup)\b",
    );
    static NAMED: Pattern = Pattern::new(
        r"^(?:tearDown\w*|tear_down|teardown(?:_\w+)?|TestMain|TearDownTest|TearDownSuite|AfterTest|pytest_(?:runtest_teardown|sessionfinish|runtest_call)|setUp|afterEach|after_each|_after)$",
    );
    static BLOCK: Pattern = Pattern::new(r"^\s*(?:(?:test|config|RSpec)\.)?(afterEach|afterAll|after|append_after|teardown)\b\s*[({:d]");
    let mut out = BTreeMap::new();
    for function in side.functions().iter().filter(|function| !function.name.is_empty()) {
        let above = (function.first_line.saturating_sub(4)..function.first_line).rev();
        let mut marks = above.take_while(|at| side.line(*at).text.trim_start().starts_with(['@', '[', '#']));
        if NAMED.is_match(&function.name) || marks.any(|at| MARKED.is_match(side.line(at).text)) {
            out.insert(function.name.clone(), Case { first: function.first_line, last: function.last_line });
        }
    }
    for line in side.lines() {
        let Some(name) = BLOCK.group(line.code(), 1) else { continue };
        if let Some(last) = end_of(file, side, line.index).filter(|_| !out.contains_key(name)) {
            out.insert(name.to_owned(), Case { first: line.index, last });
        }
    }
    out
}

/// Whether the test waited for an error on a line that went.
fn refused(old: &SideView<'_>, case: &Case) -> bool {
    (case.first..=case.last).any(|at| old.is_changed(at) && WAITS.is_match(old.line(at).text))
}

/// Whether the test now takes errors and does nothing with them.
fn swallowed(side: &SideView<'_>, case: &Case) -> bool {
    static TAKES: Pattern = Pattern::new(
        r"\.catch\(\s*(?:\(?\w*\)?\s*=>\s*(?:\{\s*\}|\w+|null|undefined|void 0|\(\s*\)|\(\{\s*\}\))|noop|\w+\.noop)\s*\)|\bcatch\b[^{}]*\{\s*\}|\bsuppress\(|^\s*except\b[^:]*:\s*(?:pass|\.\.\.)|\brescue\s+nil\b|\blet\s+_\s*=|^\s*_\s*(?:,\s*_\s*)?:?=\s|\.ok\(\)\s*;",
    );
    static HANDLER: Pattern = Pattern::new(r"^\s*\}?\s*(?:except|catch|rescue)\b");
    static NOTHING: Pattern = Pattern::new(r"^\s*(?:pass|\.\.\.|nil|end|return|\})?\s*;?\s*(?:(?://|#).*)?$");
    (case.first..=case.last).any(|at| {
        let code = side.line(at).code();
        let empty = || HANDLER.is_match(code) && NOTHING.is_match(side.line((at + 1).min(case.last)).code());
        side.is_changed(at) && (TAKES.is_match(code) || empty())
    })
}

/// Whether the test now asserts something about an error only where one comes, and passes where none does.
fn only_caught(side: &SideView<'_>, case: &Case) -> bool {
    static CATCHES: Pattern = Pattern::new(r"^\s*\}?\s*(?:catch|except|rescue)\b|\.catch\(");
    static NONE_CAME: Pattern = Pattern::new(
        r"\bfail\w*\s*[(!]|expect\.assertions|hasAssertions|\bthrow\b|\braise\b|\bt\.(?:Fatal|Error)|\bpanic|\bflunk\b|assert\.fail|unreachable",
    );
    let mut lines = case.first..=case.last;
    let stops = lines.clone().any(|at| NONE_CAME.is_match(side.line(at).code()));
    let caught = lines.find(|at| side.is_changed(*at) && CATCHES.is_match(side.line(*at).code()));
    let asserted = |from: usize, to: usize| (from..to).any(|at| asserts(side.line(at).code()));
    !stops && caught.is_some_and(|caught| asserted(caught, case.last + 1) && !asserted(case.first + 1, caught))
}

fn touched(side: &SideView<'_>, case: &Case) -> bool {
    (case.first..=case.last).any(|at| side.line(at).changed)
}

/// Whether something in a test can fail it.
fn is_armed(file: &FileView<'_>, side: &SideView<'_>, case: &Case) -> bool {
    let marked = |at: &usize| side.line(*at).text.trim_start().starts_with(['#', '@', '[']);
    let above = (0..case.first).rev().take_while(marked).count();
    (case.first - above..=case.last).any(|at| {
        let line = side.line(at);
        MUST_FAIL.is_match(line.text)
            || asserts(line.code()) && hollow(file, side, at).is_none() && {
                let said = said_from(side, at);
                !is_weak(&said) && !is_unanswered(&said)
            }
    })
}

/// Whether something else judges now: a helper whose name says so, and which the test did not call.
fn helped(old: &SideView<'_>, before: &Case, side: &SideView<'_>, case: &Case) -> bool {
    let known: BTreeSet<&str> = (before.first..=before.last).flat_map(|at| CALLED.groups(old.line(at).code(), 1)).collect();
    let mut lines = (case.first + 1..=case.last).map(|at| side.line(at).code()).filter(|code| !asserts(code));
    lines.any(|code| STOPS.is_match(code) || CALLED.groups(code, 1).any(|called| !known.contains(called) && judges(called)))
}
