//! Tests that are still written and no longer found: without their mark, or under a name that no runner knows. No rule of its own.

use std::collections::BTreeMap;

use super::assertions::{asserts, guard_changes};
use super::cases::{Case, cases};
use super::refusal::{REFUSES, WAITS};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// More tests are not lost by hand.
const MOST: usize = 20;

/// Tests of the old side whose functions stand in the new one, assert as before and are no tests there.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    /// Put before a name so that no runner takes it for a test.
    static PUT_BEFORE: Pattern = Pattern::new(r"^(?:_+|x_?|no_?|not_?|off_?|(?i:disabled?|skip(?:ped)?|ignored?|old)_?)?([A-Za-z].*)$");
    if !file.removed().any(|line| line.text.trim_start().starts_with(['#', '@', '[']) || super::assertions::begins_test(line.text)) {
        return;
    }
    let now = cases(file, side);
    let mut functions: BTreeMap<String, Case> = BTreeMap::new();
    for function in side.functions().iter().filter(|function| !function.name.is_empty() && side.is_changed(function.first_line)) {
        let Some(bare) = PUT_BEFORE.group(&function.name, 1) else { continue };
        if !now.contains_key(&function.name) {
            functions.insert(bare.to_lowercase(), Case { first: function.first_line, last: function.last_line });
        }
    }
    if functions.is_empty() {
        return;
    }
    for (name, was) in cases(file, old).into_iter().filter(|(name, _)| !now.contains_key(name)).take(MOST) {
        let Some(is) = functions.get(&name.to_lowercase()) else { continue };
        let asserted = |side: &SideView<'_>, case: &Case| (case.first..=case.last).take(400).any(|at| asserts(side.line(at).code()));
        let marked = is.first.checked_sub(1).is_some_and(|above| side.line(above).text.trim_start().starts_with(['#', '@', '[']));
        let here = side.line(is.first).text;
        // A mark of any kind may be that of a runner, and what is called elsewhere is a helper now.
        if marked
            || here.trim_start().starts_with(['@', '[', '#'])
            || !asserted(old, &was)
            || !asserted(side, is)
            || is_called(side, &name, is.first)
        {
            continue;
        }
        let waits = (was.first..=was.last).take(400).any(|at| WAITS.is_match(old.line(at).code()));
        let severity = if guard_changes(file) || waits || REFUSES.is_match(&name) { Severity::High } else { Severity::Medium };
        sink.report(
            Draft::line(file, side, is.first)
                .title(format!("The test `{name}` still stands there, and no runner finds it"))
                .severity(severity),
        );
    }
}

/// Whether another line names the function.
fn is_called(side: &SideView<'_>, name: &str, own: usize) -> bool {
    side.lines().any(|line| line.index != own && line.code().contains(name))
}
