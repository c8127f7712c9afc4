//! Jobs and steps of GitHub that give something to others, and whose condition on who or what started the run is gone.
//!
//! A condition that the triggers, the job or a job before it ask as well is not missed.

use std::collections::BTreeSet;

use super::gates::DELIVERS;
use super::steps::{Step, jobs, line_with, steps};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::SideView;

/// What a condition can ask of the start of a run.
static ASKS: Pattern = Pattern::new(
    r"\bgithub\.(?:ref(?:_name|_type|_protected)?|event_name|actor|triggering_actor|repository(?:_owner)?|event\.(?:ref|sender|release|pull_request|workflow_run|inputs|label)[\w.]*)\b|\bauthor_association\b",
);
static TAGS: Pattern = Pattern::new(r"refs/tags|ref_type|event\.release|'release'");

/// Something that delivers, with its condition.
struct Delivery<'n> {
    name: String,
    condition: String,
    line: usize,
    node: &'n Node,
}

/// What delivers in `new` for whoever starts it, and asked in `old` who or what did: its name and line.
pub(super) fn delivered_freely(old: &Node, new: &Node, side: &SideView<'_>) -> Vec<(String, usize)> {
    let before = deliveries(old);
    let mut out = Vec::new();
    for now in deliveries(new) {
        let mut known = before.iter().filter(|known| known.name == now.name).peekable();
        if known.peek().is_some()
            && known.all(|known| asks_less(&known.condition, &now.condition) && anything_starts(new, &known.condition))
        {
            let at = line_with(side, now.line, "if:");
            let inside = now.node.leaves().iter().any(|leaf| leaf.line == at);
            out.push((now.name, if inside && side.is_changed(at) { at } else { now.line }));
        }
    }
    out
}

fn deliveries(tree: &Node) -> Vec<Delivery<'_>> {
    let of_jobs = jobs(tree).filter(|(name, job)| delivers(name, job)).map(|(name, job)| Delivery {
        name: name.clone(),
        condition: [own(job), before_it(tree, job)].join(" && "),
        line: job.key,
        node: job,
    });
    let all = steps(tree);
    let of_steps = all.iter().filter_map(|step| {
        let runs = runs(step);
        DELIVERS.is_match(&runs).then(|| Delivery {
            name: runs.split('@').next().unwrap_or("").trim().lines().next().unwrap_or("").to_owned(),
            condition: [step.conditions(), step.job.map(|job| before_it(tree, job)).unwrap_or_default()].join(" && "),
            line: step.node.line,
            node: step.node,
        })
    });
    of_jobs.chain(of_steps).collect()
}

/// Whether a job gives something to others: by its name, its environment, or a step without a condition of its own.
fn delivers(name: &str, job: &Node) -> bool {
    let steps = job.get("steps").map_or(&[][..], Node::items);
    let mut bare = steps.iter().filter(|step| step.get("if").is_none());
    DELIVERS.is_match(name)
        || job.get("environment").is_some()
        || bare.any(|step| ["run", "uses"].into_iter().filter_map(|key| step.get(key)).any(|node| DELIVERS.is_match(&node.scalar())))
}

fn runs(step: &Step<'_>) -> String {
    ["uses", "run"].into_iter().find_map(|key| step.node.get(key)).map(Node::scalar).unwrap_or_default()
}

fn own(node: &Node) -> String {
    node.get("if").map(Node::scalar).unwrap_or_default()
}

/// The conditions of the jobs that `job` waits for: where they do not run, it does not.
fn before_it(tree: &Node, job: &Node) -> String {
    let needs = job.get("needs").map(Node::texts).unwrap_or_default();
    jobs(tree)
        .filter(|(name, _)| needs.contains(name))
        .map(|(_, job)| own(job))
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" && ")
}

/// Whether `now` lost a question about the start of a run and asks nothing new, or lets any answer do where all had to hold.
fn asks_less(was: &str, now: &str) -> bool {
    let (old, new) = (terms(was), terms(now));
    let lost = old.difference(&new).any(|term| ASKS.is_match(term));
    let either = |text: &str| text.matches("||").count();
    let both = |text: &str| text.matches("&&").count();
    let or_for_and = old == new && either(now) > either(was) && both(now) < both(was) && old.iter().any(|term| ASKS.is_match(term));
    or_for_and || lost && new.is_subset(&old) && !new.iter().any(|term| ASKS.is_match(term))
}

fn terms(condition: &str) -> BTreeSet<String> {
    let words = |term: &str| term.replace("${{", "").replace("}}", "").replace(['(', ')', '"', '\''], " ");
    let bare = |term: &str| words(term).split_whitespace().collect::<Vec<_>>().join(" ");
    condition.split("&&").flat_map(|part| part.split("||")).map(bare).filter(|term| !term.is_empty()).collect()
}

/// Whether `tree` is started by more than what `asked` let through: proposals, comments, or pushes to any branch.
fn anything_starts(tree: &Node, asked: &str) -> bool {
    let Some(on) = tree.get("on").or_else(|| tree.get("true")) else { return false };
    let names = on.texts();
    let named = |name: &str| on.get(name).is_some() || names.iter().any(|known| known == name);
    let anybody = ["pull_request", "pull_request_target", "issue_comment", "merge_group", "workflow_run"].into_iter().any(named);
    let limits = |key: &str| on.at(&["push", key]).map(Node::texts).unwrap_or_default();
    let (branches, tags) = (limits("branches"), limits("tags"));
    let every = branches.is_empty() && tags.is_empty() || branches.iter().any(|glob| matches!(glob.as_str(), "*" | "**"));
    anybody || named("push") && (every || !branches.is_empty() && TAGS.is_match(asked))
}
