//! `workflow-agent-unguarded`: an agent in automation that may run anything, on words of anybody.

use super::expressions::{expressions, is_pasted, words_in_variables};
use super::steps::{Step, jobs, line_with, privileged, steps, trees};
use super::{agents, gates};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/workflow-agent-unguarded.toml`.
pub struct WorkflowAgentUnguarded;

impl Check for WorkflowAgentUnguarded {
    fn rule(&self) -> RuleId {
        RuleId("workflow-agent-unguarded")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some((old, new, side)) = trees(file) else { return };
        let triggers = privileged(new);
        let known: Vec<String> = old.map(steps).unwrap_or_default().iter().filter_map(agents::unasked).map(|(_, row)| row).collect();
        let was_exposed = old.is_some_and(|old| !privileged(old).is_empty());
        for step in steps(new).iter().filter(|step| agents::starts(step)) {
            let Some((line, row)) = agents::unasked(step) else { continue };
            if known.contains(&row) && (was_exposed || triggers.is_empty()) {
                continue;
            }
            let line = line_with(side, line, &row);
            let (title, severity) = judged(step, new, triggers.first().map(|(name, _)| name.as_str()));
            sink.report(Draft::line(file, side, line).title(title).severity(severity));
        }
    }
}

fn judged(step: &Step<'_>, tree: &Node, trigger: Option<&str>) -> (String, Severity) {
    let Some(trigger) = trigger else {
        return ("An agent of this workflow may run anything without being asked".to_owned(), Severity::Low);
    };
    let title = format!("`{trigger}` would start an agent that may run anything without being asked");
    // The scripts of such agents ask nobody who started them; the action of Claude asks for rights to write by itself.
    let asks_itself = step.uses().is_some_and(|uses| uses.contains("claude-code")) && !agents::anybody(step);
    let fed = !words_in_variables(step).is_empty()
        || step.node.leaves().iter().any(|leaf| expressions(&leaf.text).any(|inner| is_pasted(step, inner)));
    let severity = match () {
        () if agents::anybody(step) => Severity::Critical,
        () if asks_itself || gates::is_limited(&step.conditions()) => Severity::Medium,
        () if fed || may_write(step, tree) => Severity::High,
        () => Severity::Medium,
    };
    (title, severity)
}

/// Whether the token of the step's job may change the repository, as far as the file says.
fn may_write(step: &Step<'_>, tree: &Node) -> bool {
    let own = step.job.and_then(|job| job.get("permissions"));
    let Some(permissions) = own.or_else(|| tree.get("permissions")) else { return jobs(tree).next().is_some() };
    permissions.text() == Some("write-all") || permissions.entries().iter().any(|(_, value)| value.text() == Some("write"))
}
