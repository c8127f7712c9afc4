//! Checks of GitHub that fewer runs would start: a trigger that lost proposals, or a condition that proposals never meet.
//!
//! Says what is narrower, and how grave that is; never what a deleted file held (see `workflow_gone`).

use super::gates::{A_CHECK, SECURITY, Soft, soft};
use super::steps::{line_with, triggers};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::SideView;
use crate::model::rule::Severity;

const PROPOSALS: [&str; 3] = ["pull_request", "pull_request_target", "merge_group"];
/// Names of branches that proposals usually go to.
static MAIN: Pattern = Pattern::new(r"(?i)^(?:main|master|trunk|develop(?:ment)?|dev|next|\*\*?|(?:release|v?\d).*|.*\$.*)$");
/// Globs of what is no code.
static NO_CODE: Pattern = Pattern::new(
    r"(?i)\.(?:md|mdx|rst|txt|adoc|png|jpe?g|gif|svg|ico|webp)$|(?:^|/)(?:docs?|documentation|website|examples?|samples?|images?|assets|\.github|\.vscode|\.idea|\.devcontainer|\.changeset|licen[cs]e|changelog|readme|codeowners|\.git\w+|\.editorconfig|\.\w+rc)\b|^\.",
);

/// Something that fewer runs start: what to say, how grave, and the line.
pub(super) struct Fewer {
    /// What to say.
    pub(super) title: String,
    /// How grave it is.
    pub(super) severity: Severity,
    /// The line, from 0.
    pub(super) line: usize,
}

/// What starts fewer checks than before, if anything does.
pub(super) fn started_less(old: &Node, new: &Node, side: &SideView<'_>) -> Vec<Fewer> {
    let now = soft(new);
    let check = now.values().find(|soft| SECURITY.is_match(&soft.text)).or_else(|| now.values().find(|soft| A_CHECK.is_match(&soft.text)));
    let Some(check) = check else { return Vec::new() };
    let mut out: Vec<Fewer> = by_triggers(old, new, side, SECURITY.is_match(&check.text)).into_iter().collect();
    out.extend(by_conditions(old, new, side));
    out
}

fn proposed(tree: &Node) -> bool {
    triggers(tree).into_iter().any(|(name, _)| PROPOSALS.contains(&name.as_str()))
}

fn listed(tree: &Node, key: &str) -> Vec<String> {
    tree.at(&["on", "pull_request", key]).map(Node::texts).unwrap_or_default()
}

fn by_triggers(old: &Node, new: &Node, side: &SideView<'_>, grave: bool) -> Option<Fewer> {
    let on = new.get("on").map_or(0, |on| on.key);
    let line = (0..side.len()).find(|index| *index >= on && side.is_changed(*index)).unwrap_or(on);
    let fewer = |title: &str, severity| Some(Fewer { title: title.to_owned(), severity, line });
    let all = |tree: &Node| {
        ["pull_request", "push"].into_iter().any(|trigger| {
            let ignored = ["paths-ignore", "branches-ignore"].into_iter().filter_map(|key| tree.at(&["on", trigger, key]));
            ignored.flat_map(Node::texts).any(|glob| matches!(glob.as_str(), "**" | "*" | "**/*"))
        })
    };
    if all(new) && !all(old) {
        return fewer("These checks would ignore every file or branch", Severity::High);
    }
    if proposed(old) && !proposed(new) && triggers(new).len() <= triggers(old).len() {
        return fewer("Proposed changes would no longer start these checks", if grave { Severity::Medium } else { Severity::Low });
    }
    if !proposed(old) || !proposed(new) {
        return None;
    }
    let (types, had) = (listed(new, "types"), listed(old, "types"));
    let opens = |types: &[String]| types.is_empty() || types.iter().any(|kind| matches!(kind.as_str(), "synchronize" | "edited"));
    if opens(&had) && !opens(&types) {
        return fewer("What is pushed to a proposal later would no longer start these checks", Severity::Medium);
    }
    let (ignored, was) = (listed(new, "paths-ignore"), listed(old, "paths-ignore"));
    if let Some(glob) = ignored.iter().find(|glob| !was.contains(glob) && !NO_CODE.is_match(glob)) {
        return fewer(&format!("Changes of `{glob}` would no longer start these checks"), Severity::Medium);
    }
    let branches = listed(new, "branches");
    let other = listed(old, "branches").is_empty() && !branches.is_empty() && !branches.iter().any(|name| MAIN.is_match(name));
    other.then(|| fewer("Only proposals to branches of other names would start these checks", Severity::Medium)).flatten()
}

/// Steps and jobs that check, and that a new condition keeps from running for proposals.
fn by_conditions(old: &Node, new: &Node, side: &SideView<'_>) -> Vec<Fewer> {
    static TELLS: Pattern = Pattern::new(
        r"(?i)upload|report|comment|coverage|codecov|coveralls|notify|annotat|artifact|summary|badge|sonar|publish|deploy|release",
    );
    if !proposed(old) || !proposed(new) {
        return Vec::new();
    }
    let before = soft(old);
    let asked = |name: &String, soft: &Soft| {
        let known = before.get(name)?;
        let checks = A_CHECK.is_match(&soft.text) && !TELLS.is_match(&soft.text);
        (checks && without_proposals(&soft.condition) && !without_proposals(&known.condition)).then(|| {
            let line = line_with(side, soft.line, "if:");
            let shown: String = soft.text.lines().next().unwrap_or("").trim().chars().take(60).collect();
            let title = format!("`{shown}` would no longer run for proposed changes");
            Fewer { title, severity: Severity::Medium, line: if side.is_changed(line) { line } else { soft.line } }
        })
    };
    soft(new).iter().filter_map(|(name, soft)| asked(name, soft)).collect()
}

/// Whether a run for a proposal never meets `condition`.
fn without_proposals(condition: &str) -> bool {
    static EVENT: Pattern = Pattern::new(r"github\.event_name\s*==\s*['\x22](\w+)");
    static OTHER: Pattern = Pattern::new(
        r"github\.event_name\s*!=\s*['\x22]pull_request['\x22]|github\.ref\s*==\s*['\x22]refs/(?:heads|tags)/|startsWith\(\s*github\.ref\s*,",
    );
    if condition.contains("||") {
        return false;
    }
    let events: Vec<&str> = EVENT.groups(condition, 1).collect();
    OTHER.is_match(condition) || !events.is_empty() && !events.iter().any(|name| PROPOSALS.contains(name))
}
