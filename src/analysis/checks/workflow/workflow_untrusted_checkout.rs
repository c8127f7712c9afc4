//! `workflow-untrusted-checkout`: code of anybody, run with the rights of the repository.

use super::expressions::{is_proposal, names_proposal, proposals_in_variables, uses_variable};
use super::gates::is_limited;
use super::steps::{Step, jobs, line_with, privileged, steps, trees};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static FETCHES: Pattern = Pattern::new(
    r"(?i)\bgh\s+pr\s+checkout\b|\bgit\s+(fetch|pull|checkout|switch|merge|clone)\b[^\n]*(pull/|pull_request\.head|head_ref|head_sha|workflow_run\.head|PR_HEAD|HEAD_REF|HEAD_SHA)|\bgh\s+pr\s+diff\b[^\n]*\|\s*(git\s+apply|patch)\b|/pull/\S+\.(patch|diff)\b[^\n]*\|\s*(git\s+(apply|am)|patch)\b",
);
static GIT: Pattern = Pattern::new(r"(?i)\bgit\s+(fetch|pull|checkout|switch|merge|clone|reset|worktree)\b");
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
        let Some(trigger) = with_rights(new) else { return };
        let known = old.is_some_and(|old| with_rights(old).is_some());
        if !known || old.is_some_and(|old| checkouts(old).next().is_none()) {
            let taken = checkouts(new).min_by_key(|(step, ..)| is_limited(&step.conditions()));
            if let Some((step, text, line)) = taken {
                let line = line_with(side, line, &text);
                let severity = match trigger.as_str() {
                    _ if is_limited(&step.conditions()) => Severity::Medium,
                    "workflow_run" => Severity::High,
                    _ => Severity::Critical,
                };
                let title = format!("`{trigger}` would check out code of whoever asks, with the rights of the repository");
                if old.is_some() || file.old().is_none() || side.is_changed(line) {
                    sink.report(Draft::line(file, side, line).title(title).severity(severity));
                }
            }
        }
        calls(file, old.filter(|_| known), new, &trigger, sink);
    }
}

/// A workflow called with the commit of a proposal, which it will check out.
fn calls(file: &FileView<'_>, old: Option<&Node>, new: &Node, trigger: &str, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let passes = |job: &Node| {
        let inputs = job.get("with").map_or(&[][..], Node::entries);
        inputs.iter().find(|(_, node)| names_proposal(node.text().unwrap_or(""))).cloned()
    };
    for (name, job) in jobs(new) {
        let (Some(uses), Some((key, value))) = (job.get("uses").and_then(Node::text), passes(job)) else { continue };
        if old.and_then(|old| old.at(&["jobs", name])).is_some_and(|job| passes(job).is_some()) {
            continue;
        }
        let limited = is_limited(&job.get("if").map(Node::scalar).unwrap_or_default());
        let inherits = job.get("secrets").is_some();
        let severity = match () {
            () if limited => Severity::Medium,
            () if inherits => Severity::Critical,
            () => Severity::High,
        };
        let title = format!("`{trigger}` would hand the commit of whoever asks to `{uses}` as `{key}`, with the rights of the repository");
        sink.report(Draft::line(file, side, value.line).title(title).severity(severity));
    }
}

/// The trigger by which anybody makes the workflow `tree` run with the rights of the repository.
pub(super) fn with_rights(tree: &Node) -> Option<String> {
    privileged(tree).into_iter().map(|(name, _)| name).find(|name| WITH_RIGHTS.contains(&name.as_str()))
}

/// Steps that take foreign code: the step, the telling text, and a line at or above it.
pub(super) fn checkouts(tree: &Node) -> impl Iterator<Item = (Step<'_>, String, usize)> {
    steps(tree).into_iter().filter_map(|step| {
        let by_action = step.uses().filter(|uses| uses.to_lowercase().contains("checkout@")).and_then(|_| {
            ["ref", "repository"].into_iter().find_map(|name| {
                let value = step.with(name);
                is_proposal(&step, &value).then_some(value)
            })
        });
        let text = by_action.or_else(|| by_script(&step))?;
        Some((step, text, step.node.line))
    })
}

fn by_script(step: &Step<'_>) -> Option<String> {
    let names = proposals_in_variables(step);
    let takes = |line: &&str| FETCHES.is_match(line) || (GIT.is_match(line) && names.iter().any(|name| uses_variable(line, name)));
    step.scripts().find_map(|(text, _)| text.lines().find(takes).map(|line| line.trim().to_owned()))
}
