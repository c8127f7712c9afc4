//! `snapshot-rewritten`: recorded or expected results that change together with what they are to judge.

use super::assertions::{asserts, guards, is_tested_code, subject};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Needs;
use crate::analysis::role::{Role, fold};
use crate::model::diff::{FileDiff, FileStatus, Side};
use crate::model::rule::{RuleId, Severity};

static RECORDED: Pattern = Pattern::new(
    r"(?:/__snapshots__/|/snapshots/|/__image_snapshots__/|/golden/|/goldens/|/cassettes/|/__recordings__/|-snapshots/)|\.(?:snap|ambr|golden|approved\.\w+|verified\.\w+|expect|stdout|stderr|expected)$|(?:^|/)(?:golden|expected)[\w.-]*\.(?:txt|json|ya?ml|html|xml)$",
);
/// Lists of what is known to fail, of which each line that goes is one that passes.
static KNOWN_TO_FAIL: Pattern = Pattern::new(r"(?:expected|known)[-_](?:fail\w*|errors|skips)");
/// Words that say of a change that nothing looks different after it.
static KEEPS_BEHAVIOUR: Pattern = Pattern::new(
    r"(?i)^(?:refactor|docs|style|test|cleanup)(?:\([^)]*\))?:|^(?:(?:chore|build|ci)(?:\([^)]*\))?:\s*)?(?:refactor|tidy|clean|format|reformat|lint|rename|reorder|move)\b",
);
static REFUSED: Pattern = Pattern::new(r"(?i)\b(?:401|403)\b|unauthori[sz]ed|forbidden|access[ _]denied|permission[ _]denied");
/// A recorded status, one that turns somebody away, and one that does not.
static STATUS: Pattern = Pattern::new(r"(?i)\b(?:status\w*|code|http_?code)\b");
static AWAY: Pattern = Pattern::new(r"\b(?:401|403)\b");
static IN: Pattern = Pattern::new(r"\b(?:200|201|202|204)\b");
/// Words of a message that says that other people may do something now.
static ABOUT_ACCESS: Pattern = Pattern::new(
    r"(?i)\b(?:allow\w*|permit\w*|permission\w*|access\w*|public|anonymous|guests?|roles?|auth\w*|login|forbid\w*|refus\w*|let\s+\w+|open\w*\s+(?:up|to)|readers?|everybody|everyone|anyone|unauth\w*)\b",
);
/// Values in a line that asserts.
static VALUE: Pattern = Pattern::new(r#""[^"]*"|'[^']*'|`[^`]*`|\b\d[\w.]*|\b[Tt]rue\b|\b[Ff]alse\b"#);
/// So many recordings at once are read by nobody.
const MANY: usize = 20;

/// See `rules/code/snapshot-rewritten.toml`.
pub struct SnapshotRewritten;

impl Check for SnapshotRewritten {
    fn rule(&self) -> RuleId {
        RuleId("snapshot-rewritten")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let files = &view.change.patch.files;
        let changed: Vec<&FileDiff> =
            files.iter().filter(|file| is_tested_code(&file.path().text()) && file.status != FileStatus::Added).collect();
        let keeps = KEEPS_BEHAVIOUR.is_match(&view.change.pull.title);
        let commits = view.change.commits.iter().map(|commit| commit.message.as_str());
        let messages = [view.change.pull.title.as_str(), view.change.pull.body.as_str()].into_iter().chain(commits);
        let about_access = messages.into_iter().any(|text| ABOUT_ACCESS.is_match(text));
        recordings(files, &changed, (keeps, about_access), sink);
        expectations(files, &changed, keeps, sink);
    }
}

fn recordings(files: &[FileDiff], changed: &[&FileDiff], (keeps, about_access): (bool, bool), sink: &mut Sink<'_>) {
    let recorded = |file: &&FileDiff| {
        let path = format!("/{}", fold(&file.path().text()));
        file.status == FileStatus::Modified && RECORDED.is_match(&path) && !KNOWN_TO_FAIL.is_match(&path)
    };
    let rewritten: Vec<&FileDiff> = files.iter().filter(recorded).filter(|file| file.removed() > 0 || file.text().is_none()).collect();
    let Some(first) = rewritten.first() else { return };
    let (mut refused, mut refuses) = (0, 0);
    for text in rewritten.iter().filter_map(|file| file.text()) {
        refused += text.removed().filter(|(_, line)| REFUSED.is_match(line)).count();
        refuses += text.added().filter(|(_, line)| REFUSED.is_match(line)).count();
    }
    let let_in = rewritten.iter().filter_map(|file| file.text()).any(|text| {
        let told = |line: &&str| line.len() < 200 && STATUS.is_match(line);
        let away: Vec<String> = text.removed().map(|(_, line)| line).filter(told).filter(|line| AWAY.is_match(line)).map(bare).collect();
        text.added().map(|(_, line)| line).filter(told).any(|line| IN.is_match(line) && away.contains(&bare(line)))
    });
    let guarding = changed.iter().any(|file| guards(&file.path().text()));
    let (many, lines) = (rewritten.len(), rewritten.iter().map(|file| file.removed()).sum::<usize>());
    let (severity, why) = match () {
        () if refused > refuses && let_in && !changed.is_empty() && !about_access => {
            (Severity::High, "; who was turned away there is let in, and no message speaks of it")
        }
        () if refused > refuses && guarding => (Severity::High, "; what was refused there no longer is"),
        () if refused > refuses => (Severity::Medium, "; what was refused there no longer is"),
        () if keeps && !changed.is_empty() => (Severity::Medium, " in a change that says it changes no behaviour"),
        () if many > MANY => (Severity::Low, ""),
        () if changed.is_empty() => (Severity::Low, ", and no code that they record"),
        () => (Severity::Info, " together with the code"),
    };
    let title = format!("{lines} lines in {many} recorded results are rewritten{why}");
    sink.report(Draft::whole(first.path(), &first.path().text()).title(title).severity(severity));
}

/// Assertions of one file of tests that stay the same but for the value they expect.
fn expectations(files: &[FileDiff], changed: &[&FileDiff], keeps: bool, sink: &mut Sink<'_>) {
    let about: std::collections::BTreeMap<String, &FileDiff> = changed.iter().map(|file| (subject(&file.path().text()), *file)).collect();
    let tests = files.iter().filter(|file| file.status == FileStatus::Modified && Role::of(&file.path().text()) == Role::Test);
    for file in tests {
        let Some(code) = about.get(&subject(&file.path().text())) else { continue };
        let pairs = other_values(file);
        let Some((line, evidence)) = pairs.first() else { continue };
        let severity = if keeps { Severity::Medium } else { Severity::Info };
        let suffix = if keeps { ", in a change that says it changes no behaviour" } else { "" };
        let title = format!("{} expected values change together with `{}`{suffix}", pairs.len(), code.path().text());
        sink.report(Draft::numbered(file.path(), Side::New, *line, evidence).title(title).severity(severity));
    }
}

/// The added assertions that say what a removed one said with another value.
fn other_values(file: &FileDiff) -> Vec<(u32, String)> {
    let Some(text) = file.text() else { return Vec::new() };
    let telling = |line: &&str| line.len() < 300 && asserts(line) && VALUE.is_match(line);
    let mut before: std::collections::BTreeMap<String, Vec<&str>> = std::collections::BTreeMap::new();
    for (_, line) in text.removed().filter(|(_, line)| telling(line)) {
        before.entry(bare(line)).or_default().push(line.trim());
    }
    let mut out = Vec::new();
    for (number, line) in text.added().filter(|(_, line)| telling(line)) {
        let Some(known) = before.get_mut(&bare(line)).and_then(Vec::pop) else { continue };
        if known != line.trim() {
            out.push((number, format!("{known} -> {}", line.trim())));
        }
    }
    out
}

/// A line without its values.
fn bare(line: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    for found in VALUE.find_all(line) {
        out.push_str(line.get(at..found.start).unwrap_or("").trim());
        out.push('_');
        at = found.end;
    }
    out.push_str(line.get(at..).unwrap_or("").trim());
    out
}
