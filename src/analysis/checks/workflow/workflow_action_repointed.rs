//! `workflow-action-repointed`: an action that now comes from elsewhere or is no longer pinned.

use std::collections::BTreeMap;

use super::steps::{jobs, line_with, steps, trees};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static BRANCH: Pattern = Pattern::new(r"(?i)^(main|master|develop|dev|trunk|next|head|latest|[\w-]+/.+)$");

/// See `rules/code/workflow-action-repointed.toml`.
pub struct WorkflowActionRepointed;

impl Check for WorkflowActionRepointed {
    fn rule(&self) -> RuleId {
        RuleId("workflow-action-repointed")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some((old, new, side)) = trees(file) else { return };
        let before: Vec<Action> = old.map(actions).unwrap_or_default();
        let after = actions(new);
        let mut said: BTreeMap<&str, ()> = BTreeMap::new();
        for action in &after {
            if before.iter().any(|known| known.text == action.text) || said.insert(action.text, ()).is_some() {
                continue;
            }
            let line = line_with(side, action.line, action.text);
            let Some((title, severity)) = judged(action, &before, &after).filter(|_| side.is_changed(line)) else { continue };
            sink.report(Draft::line(file, side, line).title(title).severity(severity));
        }
    }
}

/// `owner/name@reference`.
struct Action<'n> {
    text: &'n str,
    owner: &'n str,
    name: &'n str,
    reference: &'n str,
    line: usize,
}

impl Action<'_> {
    fn is_pinned(&self) -> bool {
        self.reference.len() >= 40 && self.reference.bytes().all(|byte| byte.is_ascii_hexdigit())
    }
}

fn actions(tree: &Node) -> Vec<Action<'_>> {
    let of_steps = steps(tree).into_iter().filter_map(|step| Some((step.uses()?, step.node.line)));
    let of_jobs = jobs(tree).filter_map(|(_, job)| Some((job.get("uses")?.text()?, job.line)));
    of_steps
        .chain(of_jobs)
        .filter_map(|(text, line)| {
            let (path, reference) = text.split_once('@')?;
            let (owner, name) = path.split_once('/')?;
            (!text.starts_with("./") && !text.starts_with("docker://")).then_some(Action { text, owner, name, reference, line })
        })
        .collect()
}

fn judged(action: &Action<'_>, before: &[Action<'_>], after: &[Action<'_>]) -> Option<(String, Severity)> {
    let same = before.iter().find(|known| known.owner.eq_ignore_ascii_case(action.owner) && known.name == action.name);
    if let Some(known) = same {
        let branch = BRANCH.is_match(action.reference);
        let title =
            |what: &str| format!("`{}/{}` {what}: `{}` instead of `{}`", action.owner, action.name, action.reference, known.reference);
        return match (known.is_pinned(), action.is_pinned()) {
            (true, false) if branch => Some((title("would now follow a branch"), Severity::High)),
            (true, false) => Some((title("is no longer pinned to a commit"), Severity::Medium)),
            (false, false) if branch && !BRANCH.is_match(known.reference) => Some((title("would now follow a branch"), Severity::Medium)),
            _ => None,
        };
    }
    // The same action under another owner, while the old one went.
    let gone = |known: &&Action<'_>| {
        known.name == action.name && !after.iter().any(|other| other.owner == known.owner && other.name == known.name)
    };
    if let Some(known) = before.iter().find(gone) {
        let title = format!("`{}` would now come from `{}` instead of `{}`", action.name, action.owner, known.owner);
        return Some((title, if action.is_pinned() { Severity::Medium } else { Severity::High }));
    }
    let well_known = matches!(action.owner.to_lowercase().as_str(), "actions" | "github");
    (!well_known && !action.is_pinned()).then(|| (format!("`{}` is new and not pinned to a commit", action.text), Severity::Info))
}
