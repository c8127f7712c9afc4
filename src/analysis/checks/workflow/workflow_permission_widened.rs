//! `workflow-permission-widened`: a token that may write, an identity for clouds, a machine of one's own.

use super::steps::{jobs, line_with, privileged, steps, trees, triggers};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::{Leaf, Node};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/workflow-permission-widened.toml`.
pub struct WorkflowPermissionWidened;

impl Check for WorkflowPermissionWidened {
    fn rule(&self) -> RuleId {
        RuleId("workflow-permission-widened")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some((old, new, side)) = trees(file) else { return };
        let before = old.map(rights).unwrap_or_default();
        let exposed =
            privileged(new).iter().any(|(name, _)| matches!(name.as_str(), "pull_request_target" | "issue_comment" | "workflow_run"));
        let proposed = exposed || triggers(new).iter().any(|(name, _)| matches!(name.as_str(), "pull_request" | "discussion" | "issues"));
        unlimited(file, old, new, exposed, sink);
        let mut said: Vec<String> = Vec::new();
        for right in rights(new) {
            let known = before.iter().any(|known| known.name == right.name && known.place == right.place)
                // A right that only moved between the workflow and its jobs is not wider for the whole.
                || before.iter().filter(|known| known.name == right.name).count() >= 1 && !right.place.is_empty();
            let line = line_with(side, right.line, &right.needle);
            if known || said.contains(&right.name) || (old.is_none() && file.old().is_some() && !side.is_changed(line)) {
                continue;
            }
            let severity = severity(&right.name, (exposed, proposed), file.old().is_none());
            sink.report(Draft::line(file, side, line).title(format!("The workflow would now have {}", right.says())).severity(severity));
            said.push(right.name);
        }
    }
}

/// The limits of the token are gone: it has whatever the repository gives by default.
fn unlimited(file: &FileView<'_>, old: Option<&Node>, new: &Node, exposed: bool, sink: &mut Sink<'_>) {
    let (Some(before), Some(limits)) = (file.old(), old.and_then(|old| old.get("permissions"))) else { return };
    let wide = limits.text() == Some("write-all") || new.get("permissions").is_some() || new.get("jobs").is_none();
    let open = jobs(new).filter(|(_, job)| job.get("permissions").is_none()).count();
    if !wide && open > 0 {
        let severity = if exposed { Severity::High } else { Severity::Medium };
        let draft = Draft::line(file, before, limits.key).title("The limits of the workflow's token are taken out");
        sink.report(draft.severity(severity));
    }
}

/// One thing a workflow may do.
struct Right {
    /// `contents`, `write-all`, `self-hosted`, `persist-credentials`…
    name: String,
    /// The job; empty for the whole workflow.
    place: String,
    needle: String,
    line: usize,
}

impl Right {
    fn says(&self) -> String {
        match self.name.as_str() {
            "write-all" => "every right of the repository (`write-all`)".to_owned(),
            "self-hosted" => "a machine of your own to run on (`self-hosted`)".to_owned(),
            "persist-credentials" => "the token left behind in the checkout (`persist-credentials: true`)".to_owned(),
            "printed-commands" => "whatever is printed obeyed as a command (`ACTIONS_ALLOW_UNSECURE_COMMANDS`)".to_owned(),
            "open-shell" => format!("a shell open to whoever has its address (`{}`)", self.needle),
            "machine" => "a container that reaches the machine it runs on".to_owned(),
            name => format!("the right `{name}: write`"),
        }
    }
}

fn rights(tree: &Node) -> Vec<Right> {
    let mut out = Vec::new();
    granted(tree, "", &mut out);
    for (name, job) in jobs(tree) {
        granted(job, name, &mut out);
        if let Some(runs_on) = job.get("runs-on").filter(|node| node.leaves().iter().any(|leaf| leaf.text == "self-hosted")) {
            out.push(Right { name: "self-hosted".to_owned(), place: name.clone(), needle: "self-hosted".to_owned(), line: runs_on.line });
        }
    }
    of_steps(tree, &mut out);
    of_containers(tree, &mut out);
    let obeyed = |leaf: &Leaf<'_>| leaf.path.last() == Some(&UNSECURE) && leaf.text == "true";
    if let Some(leaf) = tree.leaves().iter().find(|leaf| obeyed(leaf)) {
        out.push(Right { name: "printed-commands".to_owned(), place: String::new(), needle: UNSECURE.to_owned(), line: leaf.line });
    }
    out
}

/// The variable by which a runner obeys what a step prints.
const UNSECURE: &str = "ACTIONS_ALLOW_UNSECURE_COMMANDS";
/// Actions that open a shell on the runner to whoever knows its address.
const SHELLS: [&str; 4] = ["mxschmitt/action-tmate", "lhotari/action-upterm", "csexton/debugger-action", "owenthereal/action-upterm"];

fn of_steps(tree: &Node, out: &mut Vec<Right>) {
    for step in steps(tree) {
        let mut push = |name: &str, needle: &str| {
            out.push(Right { name: name.to_owned(), place: String::new(), needle: needle.to_owned(), line: step.node.line });
        };
        if step.with("persist-credentials") == "true" {
            push("persist-credentials", "persist-credentials");
        }
        let shell = SHELLS.into_iter().find(|shell| step.uses().is_some_and(|uses| uses.starts_with(shell)));
        if let Some(shell) = shell.filter(|_| step.with("limit-access-to-actor") != "true" && step.with("limit-access-to-users").is_empty())
        {
            push("open-shell", shell);
        }
    }
}

/// Containers of jobs and services that are privileged, or hold the machine's disk or its container engine.
fn of_containers(tree: &Node, out: &mut Vec<Right>) {
    static REACHES: Pattern = Pattern::new(
        r"--privileged\b|--cap-add[=\s]+(?:ALL|SYS_ADMIN|SYS_PTRACE)\b|docker\.sock|(?:^|\s)(?:-v|--volume)[=\s]+/:|^/:|--(?:pid|network|net)[=\s]+host\b",
    );
    for (name, job) in jobs(tree) {
        let containers =
            job.get("container").into_iter().chain(job.get("services").map_or(&[][..], Node::entries).iter().map(|(_, node)| node));
        let told = containers.flat_map(|node| ["options", "volumes"].into_iter().filter_map(|key| node.get(key))).flat_map(Node::leaves);
        if let Some(leaf) = told.into_iter().find(|leaf| REACHES.is_match(&leaf.text)) {
            let needle = REACHES.find(&leaf.text).and_then(|at| leaf.text.get(at)).unwrap_or("").trim().to_owned();
            out.push(Right { name: "machine".to_owned(), place: name.clone(), needle, line: leaf.line });
        }
    }
}

fn granted(node: &Node, place: &str, out: &mut Vec<Right>) {
    let Some(permissions) = node.get("permissions") else { return };
    let mut push = |name: &str, needle: String, line| out.push(Right { name: name.to_owned(), place: place.to_owned(), needle, line });
    if permissions.text() == Some("write-all") {
        push("write-all", "write-all".to_owned(), permissions.line);
    }
    for (name, value) in permissions.entries().iter().filter(|(_, value)| value.text() == Some("write")) {
        push(name, format!("{name}:"), value.line);
    }
}

/// Rights are ordinary (one agent commit in twenty-five); together with a trigger for anybody they are not.
fn severity(name: &str, (exposed, proposed): (bool, bool), new_file: bool) -> Severity {
    match name {
        "write-all" => Severity::High,
        "contents" | "packages" | "actions" | "id-token" if exposed && !new_file => Severity::High,
        "contents" | "packages" | "actions" if exposed => Severity::Medium,
        // A machine of one's own keeps what proposed code leaves there.
        "self-hosted" if exposed || (proposed && !new_file) => Severity::High,
        "self-hosted" | "printed-commands" | "open-shell" | "machine" => Severity::Medium,
        "contents" | "id-token" if !new_file => Severity::Medium,
        _ => Severity::Low,
    }
}
