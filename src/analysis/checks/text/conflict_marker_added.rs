//! `conflict-marker-added`: a merge was ended without being finished.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/conflict-marker-added.toml`.
pub struct ConflictMarkerAdded;

static BEGINS: Pattern = Pattern::new(r"^<{7}(?: \S.*)?\r?$");
static ENDS: Pattern = Pattern::new(r"^>{7}(?: \S.*)?\r?$");

impl Check for ConflictMarkerAdded {
    fn rule(&self) -> RuleId {
        RuleId("conflict-marker-added")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::ADDED, Words::named(["<<<<<<<"])).and(Reach::ADDED, Words::named([">>>>>>>"]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        // A page about merging, or a test of what reads conflicts, holds them on purpose.
        if matches!(file.role, Role::Docs | Role::Test | Role::Example) || file.language == Language::Markdown {
            return;
        }
        let Some(side) = file.new_side() else { return };
        let Some(first) = file.added().find(|line| BEGINS.is_match(line.text)) else { return };
        let Some(last) = file.added().find(|line| line.index > first.index && ENDS.is_match(line.text)) else { return };
        let between = (first.index..last.index).any(|index| side.line(index).text.trim_end() == "=======");
        if between {
            let severity = if file.role.is_live() { Severity::Medium } else { Severity::Low };
            sink.report(Draft::line(file, side, first.index).severity(severity));
        }
    }
}
