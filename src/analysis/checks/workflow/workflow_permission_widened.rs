//! `workflow-permission-widened`: a token that may write, an identity for clouds, a machine of one's own.

use super::steps::{jobs, line_with, privileged, steps, trees, triggers};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
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
    for step in steps(tree).iter().filter(|step| step.with("persist-credentials") == "true") {
        out.push(Right {
            name: "persist-credentials".to_owned(),
            place: String::new(),
            needle: "persist-credentials".to_owned(),
            line: step.node.line,
        });
    }
    out
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
        "self-hosted" => Severity::Medium,
        "contents" | "id-token" if !new_file => Severity::Medium,
        _ => Severity::Low,
    }
}
