//! `workflow-untrusted-checkout`: code of anybody, run with the rights of the repository.

use super::steps::{Step, line_with, privileged, steps, trees};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static FOREIGN: Pattern = Pattern::new(
    r"(?i)github\.event\.pull_request\.head\.(sha|ref|repo)|github\.head_ref|github\.event\.workflow_run\.(head_(sha|branch|commit|repository)|pull_requests)|refs/pull/|steps\.[\w-]+\.outputs\.[\w-]*(head|sha|ref)|github\.event\.issue\.number",
);
static FETCHES: Pattern = Pattern::new(
    r"(?i)\bgh\s+pr\s+checkout\b|\bgit\s+(fetch|pull|checkout|switch|merge|clone)\b[^\n]*(pull/|pull_request\.head|head_ref|head_sha|workflow_run\.head|PR_HEAD|HEAD_REF|HEAD_SHA)",
);
/// Triggers whose run has secrets and a token that may write, whoever caused it.
const WITH_RIGHTS: [&str; 3] = ["pull_request_target", "workflow_run", "issue_comment"];

/// See `rules/code/workflow-untrusted-checkout.toml`.
pub struct WorkflowUntrustedCheckout;

impl Check for WorkflowUntrustedCheckout {
    fn rule(&self) -> RuleId {
        RuleId("workflow-untrusted-checkout")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some((old, new, side)) = trees(file) else { return };
        let Some(trigger) = trigger(new) else { return };
        if old.is_some_and(|old| checkouts(old).next().is_some() && self::trigger(old).is_some()) {
            return;
        }
        let Some((_, text, line)) = checkouts(new).next() else { return };
        let line = line_with(side, line, &text);
        if old.is_none() && file.old().is_some() && !side.is_changed(line) {
            return;
        }
        let severity = if trigger == "workflow_run" { Severity::High } else { Severity::Critical };
        let title = format!("`{trigger}` would check out code of whoever asks, with the rights of the repository");
        sink.report(Draft::line(file, side, line).title(title).severity(severity));
    }
}

fn trigger(tree: &Node) -> Option<String> {
    privileged(tree).into_iter().map(|(name, _)| name).find(|name| WITH_RIGHTS.contains(&name.as_str()))
}

/// Steps that take foreign code: the step, the telling text, and a line at or above it.
fn checkouts(tree: &Node) -> impl Iterator<Item = (Step<'_>, String, usize)> {
    steps(tree).into_iter().filter_map(|step| {
        let by_action = step.uses().filter(|uses| uses.to_lowercase().starts_with("actions/checkout")).and_then(|_| {
            ["ref", "repository"].into_iter().find_map(|name| {
                let value = step.with(name);
                FOREIGN.is_match(&value).then_some(value)
            })
        });
        let by_script =
            || step.scripts().find_map(|(text, _)| text.lines().find(|line| FETCHES.is_match(line)).map(|line| line.trim().to_owned()));
        let text = by_action.or_else(by_script)?;
        Some((step, text, step.node.line))
    })
}
