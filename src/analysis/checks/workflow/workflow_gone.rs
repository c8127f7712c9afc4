//! Workflows that are deleted, or moved to where nothing starts them, with checks that no other workflow of the change takes over.

use std::collections::BTreeSet;

use super::gates::SECURITY;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::{Role, fold};
use crate::model::change::Change;
use crate::model::diff::{FileDiff, FileStatus, TextDiff};
use crate::model::path::RepoPath;

/// Programs and actions that test or look for security, by the names they are called by.
static TOOLS: Pattern = Pattern::new(
    r"(?i)\b(semgrep|codeql-action/analyze|gitleaks|trufflehog|trivy|zizmor|bandit|snyk|grype|osv-scanner|cargo[- ](?:deny|audit|test|nextest)|govulncheck|gosec|scorecard|dependency-review|(?:npm|yarn|pnpm) (?:run )?(?:audit|test)|pip-audit|sonar\w*|veracode\w*|checkmarx\w*|pytest|tox|jest|vitest|rspec|phpunit|go test|ctest|make (?:test|check)|mvn\b[^\n]*\b(?:test|verify)|gradlew?\b[^\n]*\b(?:test|check|build))\b",
);

/// A workflow that no longer runs.
pub(super) struct Gone<'c> {
    /// Where it stood.
    pub(super) path: &'c RepoPath,
    /// The line of its first check, from 1.
    pub(super) number: u32,
    /// That line.
    pub(super) line: &'c str,
    /// A check of it, by the name it is called by; empty where the workflow moved away with all it did.
    pub(super) tool: String,
    /// Whether the check looks for security.
    pub(super) security: bool,
}

/// The workflows of `change` that are gone with checks that nothing else of the change took over, or that moved away from where they ran.
pub(super) fn workflows_gone(change: &Change) -> Vec<Gone<'_>> {
    let files = &change.patch.files;
    let mut gone = files.iter().filter_map(|file| Some((file, left(file)?))).peekable();
    if gone.peek().is_none() {
        return Vec::new();
    }
    let added = files.iter().filter(|file| runs(file.path())).filter_map(FileDiff::text).flat_map(TextDiff::added);
    let taken_over: BTreeSet<String> = added.flat_map(|(_, line)| tools(line)).collect();
    gone.filter_map(|(file, path)| lost(file, path, &taken_over)).collect()
}

/// The gravest check that went with `file`.
fn lost<'c>(file: &'c FileDiff, path: &'c RepoPath, taken_over: &BTreeSet<String>) -> Option<Gone<'c>> {
    if file.status != FileStatus::Deleted {
        return Some(Gone { path, number: 1, line: "", tool: String::new(), security: false });
    }
    let lines = file.text()?.removed().filter(|(_, line)| !line.trim_start().starts_with('#'));
    let all: Vec<Gone<'_>> = lines
        .filter_map(|(number, line)| {
            let tool = tools(line).find(|tool| !taken_over.contains(tool))?;
            Some(Gone { path, number, line, security: SECURITY.is_match(&tool), tool })
        })
        .collect();
    let worst = all.iter().position(|gone| gone.security).unwrap_or(0);
    all.into_iter().nth(worst)
}

fn tools(line: &str) -> impl Iterator<Item = String> {
    TOOLS.groups(line, 1).map(fold)
}

/// The path of a workflow that `file` deletes, or moves to where no forge starts it.
fn left(file: &FileDiff) -> Option<&RepoPath> {
    let was = file.old_path.as_ref().filter(|path| runs(path))?;
    let moved = file.new_path.as_ref().is_some_and(|path| of_forge(was) && !runs(path));
    (file.status == FileStatus::Deleted || moved).then_some(was)
}

/// Whether a forge or a build server starts what stands at `path`.
fn runs(path: &RepoPath) -> bool {
    let text = fold(&path.text());
    let yaml = text.ends_with(".yml") || text.ends_with(".yaml");
    of_forge(path) || yaml && Role::of(&text) == Role::Workflow && !text.contains(".github/") || text == "jenkinsfile"
}

fn of_forge(path: &RepoPath) -> bool {
    let text = fold(&path.text());
    let yaml = text.ends_with(".yml") || text.ends_with(".yaml");
    yaml && [".github/workflows/", ".gitea/workflows/", ".forgejo/workflows/"].iter().any(|place| text.starts_with(place))
}
