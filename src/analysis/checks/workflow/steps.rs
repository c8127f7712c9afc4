//! A workflow of GitHub as triggers, jobs and steps, over the tree of its file.

use crate::analysis::document::node::Node;
use crate::analysis::role::{Role, fold};
use crate::analysis::view::{FileView, SideView};

/// Triggers that run with the rights of the repository on words or code of anybody.
const PRIVILEGED: [&str; 9] = [
    "pull_request_target",
    "workflow_run",
    "issue_comment",
    "issues",
    "discussion",
    "discussion_comment",
    "fork",
    "watch",
    "pull_request_review_comment",
];
/// Inputs of actions that a shell or an interpreter runs.
const SCRIPT_INPUTS: [&str; 9] =
    ["script", "command", "run", "cmd", "commands", "inlineScript", "inline-script", "shell-script", "on_retry_command"];
/// How far behind a node's line its text is looked for.
const REACH: usize = 400;

/// A step with what it runs.
#[derive(Clone, Copy)]
pub(super) struct Step<'n> {
    /// All of it.
    pub(super) node: &'n Node,
    /// The job it belongs to; `None` in an action.
    pub(super) job: Option<&'n Node>,
    tree: &'n Node,
}

impl<'n> Step<'n> {
    /// The action it uses.
    pub(super) fn uses(&self) -> Option<&'n str> {
        self.node.get("uses")?.text()
    }

    /// The scripts it runs, each with the line it starts at: `run`, and the scripts among the inputs of an action.
    pub(super) fn scripts(&self) -> impl Iterator<Item = (&'n str, usize)> {
        let inputs = self.node.get("with").map_or(&[][..], Node::entries).iter();
        let inputs = inputs.filter(|(name, _)| SCRIPT_INPUTS.contains(&name.as_str())).map(|(_, node)| node);
        self.node.get("run").into_iter().chain(inputs).filter_map(|node| Some((node.text()?, node.line)))
    }

    /// The text of the parameter `name`.
    pub(super) fn with(&self, name: &str) -> String {
        self.node.at(&["with", name]).map(Node::scalar).unwrap_or_default()
    }

    /// The variables it sees: its own, its job's, the workflow's, nearest first.
    pub(super) fn variables(&self) -> impl Iterator<Item = &'n (String, Node)> {
        let places = [Some(self.node), self.job, Some(self.tree)];
        places.into_iter().flatten().filter_map(|node| node.get("env")).flat_map(Node::entries)
    }

    /// The value of the variable `name`, as far as the file gives it one.
    pub(super) fn variable(&self, name: &str) -> Option<&'n str> {
        self.variables().find(|(known, _)| known == name)?.1.text()
    }

    /// The steps of the same job or action.
    pub(super) fn siblings(&self) -> Vec<Step<'n>> {
        match self.job {
            Some(job) => of_job(self.tree, job).collect(),
            None => of_action(self.tree).collect(),
        }
    }

    /// The conditions it runs under, its own and its job's.
    pub(super) fn conditions(&self) -> String {
        let places = [Some(self.node), self.job];
        places.into_iter().flatten().filter_map(|node| node.get("if")).map(Node::scalar).collect::<Vec<_>>().join(" && ")
    }
}

/// Whether `file` is a workflow or action of GitHub.
pub(super) fn is_github(file: &FileView<'_>) -> bool {
    let path = format!("/{}", fold(&file.path));
    let yaml = path.ends_with(".yml") || path.ends_with(".yaml");
    yaml && file.role == Role::Workflow
        && (path.contains("/.github/") || path.contains("/.gitea/") || path.contains("/.forgejo/") || path.contains("/action.y"))
}

/// The trees of a workflow: before, where it was there and can be read, and after.
pub(super) fn trees<'v>(file: &'v FileView<'_>) -> Option<(Option<&'v Node>, &'v Node, &'v SideView<'v>)> {
    let side = file.new_side().filter(|_| is_github(file))?;
    let new = side.document().ok()?;
    Some((file.old().and_then(|old| old.document().ok()), new, side))
}

/// Its jobs.
pub(super) fn jobs(tree: &Node) -> impl Iterator<Item = &(String, Node)> {
    tree.get("jobs").map_or(&[][..], Node::entries).iter()
}

/// Its steps, of all jobs or of a composite action.
pub(super) fn steps(tree: &Node) -> Vec<Step<'_>> {
    of_action(tree).chain(jobs(tree).flat_map(|(_, job)| of_job(tree, job))).collect()
}

/// The steps of one job.
pub(super) fn of_job<'n>(tree: &'n Node, job: &'n Node) -> impl Iterator<Item = Step<'n>> {
    job.get("steps").map_or(&[][..], Node::items).iter().map(move |node| Step { node, job: Some(job), tree })
}

fn of_action(tree: &Node) -> impl Iterator<Item = Step<'_>> {
    tree.at(&["runs", "steps"]).map_or(&[][..], Node::items).iter().map(move |node| Step { node, job: None, tree })
}

/// The names of its triggers with their lines.
pub(super) fn triggers(tree: &Node) -> Vec<(String, usize)> {
    let Some(on) = tree.get("on").or_else(|| tree.get("true")) else { return Vec::new() };
    let named = on.entries().iter().map(|(name, node)| (name.clone(), node.line));
    let listed = on.items().iter().map(|node| (node.scalar(), node.line));
    let single = on.text().map(|name| (name.to_owned(), on.line));
    named.chain(listed).chain(single).collect()
}

/// Its triggers by which anybody's words or code meet the repository's rights.
pub(super) fn privileged(tree: &Node) -> Vec<(String, usize)> {
    triggers(tree).into_iter().filter(|(name, _)| PRIVILEGED.contains(&name.as_str())).collect()
}

/// The line at or behind `from` that holds `needle`; `from` where none does.
pub(super) fn line_with(side: &SideView<'_>, from: usize, needle: &str) -> usize {
    (from..side.len().min(from + REACH)).find(|index| side.line(*index).text.contains(needle)).unwrap_or(from)
}

/// The line of a key: the value's own, or one above where the value starts behind it.
pub(super) fn line_of_key(side: &SideView<'_>, near: usize, key: &str) -> usize {
    (near.saturating_sub(3)..=near).rev().find(|index| side.line(*index).text.contains(key)).unwrap_or(near)
}

/// The added lines of automation, those that a backslash continues put together, without comments.
pub(super) fn added_commands(file: &FileView<'_>) -> Vec<(usize, String)> {
    let mut out: Vec<(usize, String)> = Vec::new();
    let mut open: Option<usize> = None;
    for line in file.added() {
        let text = line.text.trim();
        if text.starts_with('#') || text.starts_with("//") {
            continue;
        }
        let (body, continues) = text.strip_suffix('\\').map_or((text, false), |body| (body, true));
        match out.last_mut().filter(|_| open == line.index.checked_sub(1) && open.is_some()) {
            Some((_, whole)) => {
                whole.push(' ');
                whole.push_str(body.trim());
            }
            None => out.push((line.index, body.to_owned())),
        }
        open = continues.then_some(line.index);
    }
    out
}
