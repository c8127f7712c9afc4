//! Tests that are still written and no longer found: without their mark, or under a name that no runner knows. No rule of its own.

use std::collections::BTreeMap;

use super::assertions::{asserts, begins_test, guard_changes};
use super::cases::{Case, cases};
use super::refusal::{REFUSES, WAITS};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::outline::Function;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// More tests are not lost by hand.
const MOST: usize = 20;
/// A longer test is a program.
const LONGEST: usize = 400;

/// Tests of the old side whose functions stand in the new one, assert as before and are no tests there.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    if !file.removed().any(|line| line.text.trim_start().starts_with(['#', '@', '[']) || begins_test(line.text)) {
        return;
    }
    let now = cases(file, side);
    let free = Free::of(side, &now);
    if free.named.is_empty() {
        return;
    }
    for (name, was) in cases(file, old).into_iter().filter(|(name, _)| !now.contains_key(name)).take(MOST) {
        let Some(is) = free.named.get(&name.to_lowercase()).copied().or_else(|| free.of_body(old, &name, &was)) else { continue };
        let here = side.line(is.first_line).text;
        let marked = is.first_line.checked_sub(1).is_some_and(|above| side.line(above).text.trim_start().starts_with(['#', '@', '[']));
        // The name is another one, or the mark above it went.
        let touched = side.is_changed(is.first_line) || is.name == name && old.is_changed(was.first);
        // A mark of any kind may be that of a runner, and what is called elsewhere is a helper now.
        if !touched
            || marked
            || here.trim_start().starts_with(['@', '[', '#'])
            || !asserted(old, was.first, was.last)
            || !asserted(side, is.first_line, is.last_line)
            || found_by_name(side, &is.name)
            || is_called(side, &name, is.first_line)
            || is_called(side, &is.name, is.first_line)
        {
            continue;
        }
        let waits = (was.first..=was.last).take(LONGEST).any(|at| WAITS.is_match(old.line(at).code()));
        let severity = if guard_changes(file) || waits || REFUSES.is_match(&name) { Severity::High } else { Severity::Medium };
        sink.report(
            Draft::line(file, side, is.first_line)
                .title(format!("The test `{name}` still stands there, and no runner finds it"))
                .severity(severity),
        );
    }
}

/// The functions of the new side that are no tests.
struct Free<'s> {
    /// By what stands behind a sign that takes them from a runner, in small letters.
    named: BTreeMap<String, &'s Function>,
    /// Those under a new name, by all that stands in them.
    bodies: BTreeMap<String, &'s Function>,
}

impl<'s> Free<'s> {
    fn of(side: &'s SideView<'_>, now: &BTreeMap<String, Case>) -> Self {
        /// Put before a name so that no runner takes it for a test.
        static PUT_BEFORE: Pattern = Pattern::new(r"^(?:_+|x_?|no_?|not_?|off_?|(?i:disabled?|skip(?:ped)?|ignored?|old)_?)?([A-Za-z].*)$");
        let mut free = Self { named: BTreeMap::new(), bodies: BTreeMap::new() };
        let functions = side.functions().iter().filter(|function| !function.name.is_empty() && !now.contains_key(&function.name));
        for function in functions {
            if let Some(bare) = PUT_BEFORE.group(&function.name, 1) {
                free.named.insert(bare.to_lowercase(), function);
            }
            if side.is_changed(function.first_line) {
                free.bodies.insert(body(side, function), function);
            }
        }
        free
    }

    /// The one in which all of a test stands under a name of another kind.
    fn of_body(&self, old: &SideView<'_>, name: &str, was: &Case) -> Option<&'s Function> {
        /// What runs around tests, or measures and is no test.
        static OTHER: Pattern = Pattern::new(r"(?i)^(?:set_?up|tear_?down|bench|profile|pytest_|fixture)");
        let mut inside = old.functions().iter().filter(|function| (was.first..=was.last).contains(&function.first_line));
        let known = inside.find(|function| function.name == name)?;
        self.bodies.get(&body(old, known)).copied().filter(|function| !OTHER.is_match(&function.name))
    }
}

/// What stands in a function, line for line.
fn body(side: &SideView<'_>, function: &Function) -> String {
    let lines = (function.first_line + 1..=function.last_line).take(LONGEST);
    lines.map(|at| side.line(at).text.trim()).collect::<Vec<_>>().join("\n")
}

fn asserted(side: &SideView<'_>, first: usize, last: usize) -> bool {
    (first..=last).take(LONGEST).any(|at| asserts(side.line(at).code()))
}

/// Whether a runner takes a function of this file by its name alone.
fn found_by_name(side: &SideView<'_>, name: &str) -> bool {
    static OLD_WAY: Pattern = Pattern::new(r"\bextends\s+(?:junit\.framework\.)?\w*TestCase\b");
    name.starts_with("test") && OLD_WAY.is_match(side.text())
}

/// Whether another line names the function.
fn is_called(side: &SideView<'_>, name: &str, own: usize) -> bool {
    side.lines().any(|line| line.index != own && line.code().contains(name))
}
