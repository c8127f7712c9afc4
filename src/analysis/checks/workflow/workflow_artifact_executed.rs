//! `workflow-artifact-executed`: what a run of proposed code left behind, taken over with rights and run.

use super::steps::{Step, jobs, line_with, of_job, trees};
use super::workflow_untrusted_checkout::with_rights;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static ANOTHER_RUN: Pattern = Pattern::new(r"(?i)workflow_run\.|run[-_]id|workflow_run");
static FETCHES: Pattern = Pattern::new(r"(?i)\bgh\s+run\s+download\b|listWorkflowRunArtifacts|downloadArtifact|/actions/artifacts/");
/// Commands that run what lies in the folder.
static RUNS: Pattern = Pattern::new(
    r"(?i)(^|[;&|]\s*|\bsudo\s+|\bthen\s+)(chmod\s+\S*\+?x|\./\S|(ba|z|da)?sh\s+[\w./$]|source\s+\S|\.\s+\S|node\s+[\w./]|python[\d.]*\s+[\w./]|ruby\s+[\w./]|npm\s+(ci|i|install|run|test|exec|publish)|pnpm\s|yarn\b|npx\s|make\b|pip\s+install\s+[-./]|cargo\s+(run|build|test)|go\s+(run|build|test)|mvn\b|(\./)?gradlew?\b|docker\s+(build|load)|terraform\s+apply)",
);
static INTO_ENVIRONMENT: Pattern = Pattern::new(r"(?i)\bcat\s+\S+[^\n]*>>\s*\W*(GITHUB_ENV|GITHUB_PATH)");
static ASIDE: Pattern = Pattern::new(r"(?i)runner\.temp|RUNNER_TEMP|^/tmp/");

/// See `rules/code/workflow-artifact-executed.toml`.
pub struct WorkflowArtifactExecuted;

impl Check for WorkflowArtifactExecuted {
    fn rule(&self) -> RuleId {
        RuleId("workflow-artifact-executed")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some((old, new, side)) = trees(file) else { return };
        let Some(trigger) = with_rights(new) else { return };
        let known: Vec<String> = old.filter(|old| with_rights(old).is_some()).map(taken).unwrap_or_default();
        for (_, job) in jobs(new) {
            for (row, line) in executed(new, job) {
                let line = line_with(side, line, &row);
                if known.contains(&row) {
                    continue;
                }
                let title = format!("`{trigger}` would run `{row}` on what a run of proposed code left behind");
                sink.report(Draft::line(file, side, line).title(title).severity(Severity::High));
                break;
            }
        }
    }
}

fn taken(tree: &Node) -> Vec<String> {
    jobs(tree).flat_map(|(_, job)| executed(tree, job)).map(|(row, _)| row).collect()
}

/// Commands of `job` that run something behind the artifact of another run was put there.
fn executed(tree: &Node, job: &Node) -> Vec<(String, usize)> {
    let mut folder: Option<String> = None;
    let mut out = Vec::new();
    for step in of_job(tree, job) {
        if let Some(into) = fetched_into(&step) {
            folder = Some(into);
        }
        let Some(into) = &folder else { continue };
        let own = into.trim_start_matches("./").trim_end_matches('/');
        let here = own.is_empty() || own == "." || own.contains("github.workspace");
        for (text, line) in step.scripts() {
            let rows = text.lines().map(str::trim).filter(|row| !row.starts_with('#'));
            let run = |row: &&str| (RUNS.is_match(row) && (here || row.contains(own))) || INTO_ENVIRONMENT.is_match(row);
            out.extend(rows.filter(run).map(|row| (row.to_owned(), line)));
        }
    }
    out
}

/// Where `step` puts the artifact of another run; empty for the working folder.
fn fetched_into(step: &Step<'_>) -> Option<String> {
    let uses = step.uses().unwrap_or("").to_lowercase();
    let of_another = || {
        step.node.get("with").is_some_and(|with| with.leaves().iter().any(|leaf| ANOTHER_RUN.is_match(&leaf.text)))
            || !step.with("run-id").is_empty()
    };
    if (uses.starts_with("actions/download-artifact") && of_another()) || uses.contains("/action-download-artifact") {
        let path = step.with("path");
        return (!ASIDE.is_match(&path)).then_some(path);
    }
    let script = step.scripts().find(|(text, _)| FETCHES.is_match(text))?.0;
    let folder = script.split_whitespace().skip_while(|word| !matches!(*word, "-D" | "--dir" | "-d")).nth(1).unwrap_or("");
    (!ASIDE.is_match(folder)).then(|| folder.trim_matches(['"', '\'']).to_owned())
}
