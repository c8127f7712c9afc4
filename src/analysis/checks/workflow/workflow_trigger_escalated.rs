//! `workflow-trigger-escalated`: a workflow that now also runs on words or code of anybody.

use super::steps::{line_of_key, privileged, trees};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/workflow-trigger-escalated.toml`.
pub struct WorkflowTriggerEscalated;

impl Check for WorkflowTriggerEscalated {
    fn rule(&self) -> RuleId {
        RuleId("workflow-trigger-escalated")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if super::steps::is_github(file)
            && let Some(Err(why)) = file.new_side().map(|side| side.document())
        {
            sink.skip(Some(file.repo_path()), format!("workflow judged by its lines only: {why}"));
        }
        let Some((old, new, side)) = trees(file) else { return };
        let before = old.map(privileged).unwrap_or_default();
        for (name, line) in privileged(new) {
            let known = before.iter().any(|(known, _)| *known == name);
            // Without the tree before, only a changed line can be new.
            let line = line_of_key(side, line, &name);
            if known || (old.is_none() && !side.is_changed(line)) {
                continue;
            }
            let severity =
                if name == "pull_request_target" || (name != "issues" && file.old().is_some()) { Severity::Medium } else { Severity::Low };
            let title = format!("The workflow would now also run on `{name}`");
            sink.report(Draft::line(file, side, line).title(title).severity(severity));
        }
    }
}
