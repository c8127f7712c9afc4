//! `workflow-remote-script`: automation that downloads or decodes something and runs it.

use super::steps::added_commands;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// Installers that half of all projects use; they are no pin either, so they stay a note.
static KNOWN: Pattern = Pattern::new(
    r"(?ix) https://(
    sh\.rustup\.rs|static\.rust-lang\.org|astral\.sh|install\.python-poetry\.org|get\.docker\.com|deno\.land|bun\.sh|get\.pnpm\.io|fnm\.vercel\.app
  | (get|install)\.determinate\.systems|nixos\.org|cli\.github\.com|deb\.nodesource\.com|apt\.llvm\.org|raw\.githubusercontent\.com/(nvm-sh|Homebrew|helm|golangci|rustwasm|anchore|aquasecurity|reviewdog|rhysd)/
  | get\.helm\.sh|codecov\.io|uploader\.codecov\.io|sentry\.io/get-cli|fly\.io/install|sdk\.cloud\.google\.com|packages\.microsoft\.com|mise\.(run|jdx\.dev)|taskfile\.dev|just\.systems|cursor\.com|claude\.ai|opencode\.ai|raw\.githubusercontent\.com/All-Hands-AI/ )",
);

/// See `rules/code/workflow-remote-script.toml`.
pub struct WorkflowRemoteScript;

impl Check for WorkflowRemoteScript {
    fn rule(&self) -> RuleId {
        RuleId("workflow-remote-script")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side().filter(|_| file.role == Role::Workflow) else { return };
        let before: Vec<String> = file.removed().map(|line| line.text.trim().to_owned()).collect();
        for (index, text) in added_commands(file) {
            let severity = match shell::worst(&text) {
                Some(Deed::RunsDecoded | Deed::RemoteShell) => Severity::Critical,
                Some(Deed::RunsDownload) if KNOWN.is_match(&text) => Severity::Low,
                Some(Deed::RunsDownload) => Severity::High,
                _ => continue,
            };
            if before.iter().any(|line| line == text.trim()) {
                continue;
            }
            let deed = shell::worst(&text).map_or("", Deed::says);
            sink.report(Draft::line(file, side, index).title(format!("Automation {deed}")).severity(severity));
        }
    }
}
