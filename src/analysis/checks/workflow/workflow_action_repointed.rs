//! `workflow-action-repointed`: an action that now comes from elsewhere or is no longer pinned.

use std::collections::BTreeMap;

use super::steps::{jobs, line_with, steps, trees};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::dependency::likeness::imitates;
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static BRANCH: Pattern = Pattern::new(r"(?i)^(main|master|develop|dev|trunk|next|head|latest|[\w-]+/.+)$");

static UPDATES: Pattern = Pattern::new(
    r"(?i)\b(bump|updat|upgrad|pin|refresh)\w*\b.{0,60}\b(actions?|workflows?|dependenc\w+|deps|versions?|hooks?|pre-commit)\b",
);
/// Owners who offer the usual actions for their own machines.
const RUNNERS: [&str; 6] = ["useblacksmith", "depot", "buildjet", "warpbuilds", "namespacelabs", "runs-on"];
/// A whole version in the comment behind a pin.
static VERSION: Pattern = Pattern::new(r"#\s*(?:tag=|version\s+)?(v?\d+\.\d+\.\d+[\w.-]*)");

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
            let Some((title, severity)) = judged(file, action, &before, &after).filter(|_| side.is_changed(line)) else { continue };
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
    /// Whether it is handed a secret.
    trusted: bool,
}

impl Action<'_> {
    fn is_pinned(&self) -> bool {
        let commit = self.reference.len() >= 40 && self.reference.bytes().all(|byte| byte.is_ascii_hexdigit());
        commit || self.reference.starts_with("sha256:")
    }
}

fn actions(tree: &Node) -> Vec<Action<'_>> {
    let of_steps = steps(tree).into_iter().filter_map(|step| Some((step.uses()?, step.node)));
    let of_jobs = jobs(tree).filter_map(|(_, job)| Some((job.get("uses")?.text()?, job)));
    let image = tree.at(&["runs", "image"]).and_then(|image| Some((image.text()?, image)));
    of_steps
        .chain(of_jobs)
        .chain(image)
        .filter_map(|(text, node)| Some(Action { trusted: holds_secret(node), ..action(text, node.line)? }))
        .collect()
}

/// Whether a step or a job hands a secret of the repository on; the token that every run gets is none.
fn holds_secret(node: &Node) -> bool {
    static SECRET: Pattern = Pattern::new(r"(?i)\bsecrets(?:\.|\[['\x22])(\w+)");
    let own = |text: &str| SECRET.groups(text, 1).any(|name| !name.eq_ignore_ascii_case("github_token"));
    let given = |key: &str| node.get(key).map_or(&[][..], Node::entries).iter().any(|(_, value)| value.text().is_some_and(own));
    given("with") || given("env")
}

fn action(text: &str, line: usize) -> Option<Action<'_>> {
    if text.starts_with("./") {
        return None;
    }
    if let Some(image) = text.strip_prefix("docker://") {
        let (path, reference) =
            image.split_once('@').or_else(|| image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))).unwrap_or((image, "latest"));
        let path = if reference.starts_with("sha256:") {
            path.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or(path, |(path, _)| path)
        } else {
            path
        };
        let (owner, name) = path.rsplit_once('/').unwrap_or(("docker.io", path));
        return Some(Action { text, owner, name, reference, line, trusted: false });
    }
    let (path, reference) = text.split_once('@')?;
    let (owner, name) = path.split_once('/')?;
    Some(Action { text, owner, name, reference, line, trusted: false })
}

/// A pin that moved while the version beside it stayed: `actions/checkout@<another commit> # v4.2.2`.
fn moved_under_its_version(file: &FileView<'_>, action: &Action<'_>, known: &Action<'_>) -> Option<String> {
    let version_of = |side: &SideView<'_>, action: &Action<'_>| {
        let line = line_with(side, action.line, action.text);
        VERSION.group(side.line(line).text, 1).map(str::to_owned)
    };
    let (old, new) = (version_of(file.old()?, known)?, version_of(file.new_side()?, action)?);
    (old == new).then_some(new)
}

/// Whether nothing beside a pin says which version it is.
fn unnamed(file: &FileView<'_>, action: &Action<'_>) -> bool {
    static ANY: Pattern = Pattern::new(r"#\s*\S");
    file.new_side().is_some_and(|side| !ANY.is_match(side.line(line_with(side, action.line, action.text)).text))
}

/// Whether a message names the action, or says that actions are brought up to date.
fn says_so(file: &FileView<'_>, action: &Action<'_>) -> bool {
    let pull = &file.change.pull;
    let messages =
        [pull.title.as_str(), pull.body.as_str()].into_iter().chain(file.change.commits.iter().map(|commit| commit.message.as_str()));
    let name = action.name.split('/').next().unwrap_or(action.name);
    messages.into_iter().any(|text| UPDATES.is_match(text) || text.contains(name))
}

fn judged(file: &FileView<'_>, action: &Action<'_>, before: &[Action<'_>], after: &[Action<'_>]) -> Option<(String, Severity)> {
    let same = before.iter().find(|known| known.owner.eq_ignore_ascii_case(action.owner) && known.name == action.name);
    if let Some(known) = same {
        let branch = BRANCH.is_match(action.reference);
        let title =
            |what: &str| format!("`{}/{}` {what}: `{}` instead of `{}`", action.owner, action.name, action.reference, known.reference);
        return match (known.is_pinned(), action.is_pinned()) {
            (true, false) if branch => Some((title("would now follow a branch"), Severity::High)),
            (true, false) => Some((title("is no longer pinned to a commit"), Severity::Medium)),
            (true, true) => match moved_under_its_version(file, action, known) {
                Some(version) => {
                    // Bots forget the comment now and then, but they say what they bump.
                    let severity = if says_so(file, action) { Severity::Low } else { Severity::High };
                    Some((title(&format!("is pinned to another commit, and still called {version}")), severity))
                }
                None if unnamed(file, action) => Some((title("is pinned to another commit, and no version is named"), Severity::Info)),
                None => None,
            },
            (false, false) if branch && !BRANCH.is_match(known.reference) => Some((title("would now follow a branch"), Severity::Medium)),
            _ => None,
        };
    }
    // The same action under another owner, while the old one went.
    let gone = |known: &&Action<'_>| {
        known.name == action.name && !after.iter().any(|other| other.owner == known.owner && other.name == known.name)
    };
    let owner = action.owner.to_lowercase();
    let well_known = matches!(owner.as_str(), "actions" | "github");
    if let Some(known) = before.iter().find(gone) {
        let title = format!("`{}` would now come from `{}` instead of `{}`", action.name, action.owner, known.owner);
        let severity = match () {
            () if well_known => Severity::Info,
            // Pinned or not: whose it is cannot be told from its name, and is meant not to be.
            () if imitates(action.owner, known.owner) => Severity::High,
            () if action.is_pinned() || RUNNERS.contains(&owner.as_str()) => Severity::Medium,
            () => Severity::High,
        };
        return Some((title, severity));
    }
    if well_known || action.is_pinned() {
        return None;
    }
    // Whose actions ran here before is trusted with them already.
    let stranger = !before.iter().any(|known| known.owner.eq_ignore_ascii_case(action.owner));
    if action.trusted && stranger && BRANCH.is_match(action.reference) {
        // What a whole new file of automation trusts is part of what it is.
        let severity = if file.old().is_some() { Severity::High } else { Severity::Medium };
        return Some((format!("`{}` is new, follows a branch and is handed a secret", action.text), severity));
    }
    Some((format!("`{}` is new and not pinned to a commit", action.text), Severity::Info))
}
