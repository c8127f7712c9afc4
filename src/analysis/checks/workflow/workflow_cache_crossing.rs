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
        if delivers(new) {
            run_from(file, (old, new), side, sink);
        }
    }
}

/// A job whose product is delivered runs programs out of a cache that it takes from whichever run was last: what any job put there is run.
fn run_from(file: &FileView<'_>, (old, new): (Option<&Node>, &Node), side: &crate::analysis::view::SideView<'_>, sink: &mut Sink<'_>) {
    let known = old.map(|old| loosely(old).into_iter().map(|(_, path)| path).collect::<Vec<_>>()).unwrap_or_default();
    for (step, path) in loosely(new).into_iter().filter(|(_, path)| !known.contains(path)) {
        let line = line_with(side, step.node.line, "restore-keys");
        if side.is_changed(line) || side.is_changed(step.node.line) {
            let title = format!("What is delivered would be built by programs of a cache that other runs fill (`{path}`)");
            sink.report(Draft::line(file, side, line).title(title).severity(Severity::High));
        }
    }
}

/// The steps that restore such a cache in jobs whose product is delivered, by themselves or through a job that waits for them, each with the
/// folder whose programs are run.
fn loosely(tree: &Node) -> Vec<(Step<'_>, String)> {
    /// Rows that have a program of that folder run, before its name.
    static RUN: crate::analysis::pattern::Pattern = crate::analysis::pattern::Pattern::new(
        r"(?:^|[;&|]|\b(?:source|sudo|exec|time|env|bash|sh|node|python3?|\.))\s*[\x22']?(?:\./|\$\w+/|\$\{\{[^}]*\}\}/)?$",
    );
    let delivering = |job: &Node| {
        of_job(tree, job).any(|step| {
            step.uses().is_some_and(|uses| DELIVERS.is_match(uses))
                || step.scripts().any(|(text, _)| text.lines().any(|row| DELIVERS.is_match(row)))
        })
    };
    let awaited: Vec<String> =
        jobs(tree).filter(|(_, job)| delivering(job)).flat_map(|(_, job)| job.get("needs").map(Node::texts).unwrap_or_default()).collect();
    let mut out = Vec::new();
    for (_, job) in jobs(tree).filter(|(name, job)| awaited.contains(name) || delivering(job)) {
        for step in of_job(tree, job) {
            let cache = step.uses().is_some_and(|uses| uses.to_lowercase().starts_with("actions/cache"));
            if !cache || step.with("restore-keys").trim().is_empty() {
                continue;
            }
            let paths = step.with("path");
            let folders = paths
                .lines()
                .map(|path| path.trim().trim_start_matches("./").trim_end_matches('/'))
                .filter(|path| !path.is_empty() && !path.starts_with('~') && !path.starts_with('/'));
            let runs = |folder: &&str| {
                let inside = format!("{folder}/");
                of_job(tree, job).flat_map(|step| step.scripts().map(|(text, _)| text.to_owned()).collect::<Vec<_>>()).any(|text| {
                    text.lines()
                        .any(|row| row.match_indices(&inside).any(|(at, _)| row.get(..at).is_some_and(|before| RUN.is_match(before))))
                })
            };
            if let Some(folder) = folders.clone().find(runs) {
                out.push((step, folder.to_owned()));
            }
        }
    }
    out
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
