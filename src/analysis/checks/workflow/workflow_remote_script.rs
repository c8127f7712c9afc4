//! `workflow-remote-script`: automation that downloads or decodes something and runs it.

use super::remote::{KNOWN, fetches_and_evaluates, keeps_a_release, runs_fetched, saved_and_run};
use super::steps::{Step, added_commands, line_with, steps, trees};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

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
                Some(Deed::RunsDownload) if KNOWN.is_match(&text) || keeps_a_release(&text) => Severity::Low,
                Some(Deed::RunsDownload) if ONLY_WRITTEN.is_match(&text) => Severity::Medium,
                Some(Deed::RunsDownload) => Severity::High,
                _ => continue,
            };
            if before.iter().any(|line| line == text.trim()) {
                continue;
            }
            let deed = shell::worst(&text).map_or("", Deed::says);
            sink.report(Draft::line(file, side, index).title(format!("Automation {deed}")).severity(severity));
        }
        over_lines(file, sink);
    }
}

/// A text is put behind others in a file of notes; what is done with that stands elsewhere.
static ONLY_WRITTEN: Pattern = Pattern::new(
    r#"^\s*(?:echo|printf)\s+(?:-\w+\s+)?(?:"[^"$`]*"|'[^']*')\s*>>\s*["']?\$?\{?[\w./-]*(?i:notes|summary|body|readme|changelog|\.md)[\w./-]*\}?["']?\s*$"#,
);

/// What one line saves and a later one runs, and scripts of other languages that run what they fetch.
fn over_lines(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some((old, new, side)) = trees(file) else { return };
    let before: Vec<String> = old.map(saved_and_run).unwrap_or_default().into_iter().map(|saved| saved.row).collect();
    for saved in saved_and_run(new).into_iter().filter(|saved| !before.contains(&saved.row)) {
        let line = line_with(side, saved.line, &saved.row);
        let title = format!("Automation downloads `{}` and runs it", saved.name);
        sink.report(Draft::line(file, side, line).title(title).severity(saved.severity));
    }
    let known: Vec<String> =
        old.map(|old| steps(old).iter().flat_map(Step::scripts).map(|(text, _)| text.to_owned()).collect()).unwrap_or_default();
    for (text, from) in steps(new).iter().flat_map(Step::scripts) {
        if let Some(row) = fetches_and_evaluates(text).filter(|_| !known.iter().any(|was| fetches_and_evaluates(was).is_some())) {
            let line = line_with(side, from, row);
            if side.is_changed(line) {
                let title = "A script of automation fetches a text and runs it as a program";
                sink.report(Draft::line(file, side, line).title(title).severity(Severity::High));
                continue;
            }
        }
        for row in text.lines().map(str::trim).filter(|row| runs_fetched(row)) {
            let line = line_with(side, from, row);
            if side.is_changed(line) {
                sink.report(Draft::line(file, side, line).title("Automation runs code that it fetches").severity(Severity::High));
            }
        }
    }
}
