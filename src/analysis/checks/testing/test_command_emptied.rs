//! `test-command-emptied`: the command everybody starts the tests by starts none, or takes their failure for nothing.

use super::commands::{commands, holds_commands};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/test-command-emptied.toml`.
pub struct TestCommandEmptied;

impl Check for TestCommandEmptied {
    fn rule(&self) -> RuleId {
        RuleId("test-command-emptied")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(
            Reach::REMOVED,
            Words::named([
                "test",
                "check",
                "verify",
                "spec",
                "unit",
                "e2e",
                "validate",
                "makefile",
                ".mk",
                "tox.ini",
                "setup.cfg",
                "json",
                "toml",
                "yml",
                "yaml",
            ]),
        )
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if !holds_commands(file) || file.role.is_mechanical() {
            return;
        }
        let (Some(side), Some(old)) = (file.new_side(), file.old()) else { return };
        let before = commands(file, old);
        if before.is_empty() {
            return;
        }
        for (name, command) in commands(file, side) {
            // What never ran a test cannot stop running one.
            let Some(known) = before.get(&name).filter(|known| !known.is_idle()) else { continue };
            let shown = command.runs.join("; ");
            let draft = Draft::line(file, side, command.line).evidence(format!("{name}: {shown}"));
            if command.is_idle() {
                sink.report(draft.title(format!("`{name}` no longer runs any test")).severity(Severity::High));
            } else if command.is_deaf() && !known.is_deaf() {
                sink.report(draft.title(format!("`{name}` succeeds whatever its tests say")).severity(Severity::High));
            } else if command.is_hushed(known) {
                sink.report(draft.title(format!("`{name}` goes on when one of its tests fails")).severity(Severity::High));
            }
        }
    }
}
