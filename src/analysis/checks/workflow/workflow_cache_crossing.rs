//! `workflow-cache-crossing`: a cache that proposed code can write and a trusted run restores.

use super::gates::{DELIVERS, is_limited};
use super::steps::{Step, jobs, line_with, of_job, trees, triggers};
use super::workflow_untrusted_checkout::{checkouts, with_rights};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/workflow-cache-crossing.toml`.
pub struct WorkflowCacheCrossing;

impl Check for WorkflowCacheCrossing {
    fn rule(&self) -> RuleId {
        RuleId("workflow-cache-crossing")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some((old, new, side)) = trees(file) else { return };
        let foreign = |tree: &Node| with_rights(tree).filter(|_| checkouts(tree).next().is_some());
        if let Some(trigger) = foreign(new) {
            let known = old.is_some_and(|old| foreign(old).is_some() && cached(old).next().is_some());
            if let Some((step, name)) = cached(new).next().filter(|_| !known) {
                let title = format!("`{trigger}` runs proposed code beside the cache of the default branch (`{name}`)");
                let severity = if is_limited(&step.conditions()) { Severity::Medium } else { Severity::High };
                sink.report(Draft::line(file, side, line_with(side, step.node.line, &name)).title(title).severity(severity));
            }
        }
        let delivers =
            |tree: &Node| triggers(tree).iter().any(|(name, _)| matches!(name.as_str(), "release" | "workflow_dispatch" | "push"));
        let was = old.map(restored).unwrap_or_default();
        for (step, name) in jobs(new).filter(|_| delivers(new)).flat_map(|(_, job)| of_delivery(new, job)) {
            let line = line_with(side, step.node.line, &name);
            if !was.contains(&name) && old.is_some() && side.is_changed(line) {
                let title = format!("What is delivered would be built from a cache (`{name}`)");
                sink.report(Draft::line(file, side, line).title(title).severity(Severity::Low));
            }
        }
    }
}

fn restored(tree: &Node) -> Vec<String> {
    jobs(tree).flat_map(|(_, job)| of_delivery(tree, job)).map(|(_, name)| name).collect()
}

fn of_delivery<'n>(tree: &'n Node, job: &'n Node) -> Vec<(Step<'n>, String)> {
    let delivers = of_job(tree, job).any(|step| {
        step.uses().is_some_and(|uses| DELIVERS.is_match(uses))
            || step.scripts().any(|(text, _)| text.lines().any(|row| DELIVERS.is_match(row)))
    });
    if delivers { of_job(tree, job).filter_map(|step| Some((step, cache(&step)?))).collect() } else { Vec::new() }
}

fn cached(tree: &Node) -> impl Iterator<Item = (Step<'_>, String)> {
    super::steps::steps(tree).into_iter().filter_map(|step| Some((step, cache(&step)?)))
}

/// The cache that `step` restores and writes.
fn cache(step: &Step<'_>) -> Option<String> {
    let uses = step.uses()?;
    let lower = uses.to_lowercase();
    let caches = lower.starts_with("actions/cache@") || lower.contains("rust-cache") || lower.contains("gradle-build-action");
    let switched = lower.contains("setup-") && !matches!(step.with("cache").as_str(), "" | "false");
    let reads_only = lower.contains("/restore@") || step.with("lookup-only") == "true" || step.with("save-if") == "false";
    ((caches || switched) && !reads_only).then(|| uses.to_owned())
}
