//! `auto-merge-added`: changes that would be merged or approved without a person.

use super::steps::added_commands;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::{Role, fold};
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static MERGES: Pattern = Pattern::new(
    r"(?i)\bgh\s+pr\s+merge\b|enable-?pull-?request-?auto-?merge|pascalgn/automerge-action|(fastify|dependabot)/?github-action-merge|merge-me-action|pulls\.merge\(|/pulls/[^\s]+/merge\b",
);
static APPROVES: Pattern =
    Pattern::new(r"(?i)\bgh\s+pr\s+review\b[^\n]*(--approve|\s-a\b)|auto-?approve-action|event:\s*['\x22]?APPROVE\b");
static FORCED: Pattern = Pattern::new(r"(?i)\bgh\s+pr\s+merge\b[^\n]*--admin");
static KNOWN_BOT: Pattern =
    Pattern::new(r"(?i)(dependabot|renovate|pre-commit-ci|github-actions)(\[bot\])?|user\.login|github\.actor|author:");
static SETTING: Pattern = Pattern::new(
    r#"(?i)(?:^|[{,])\s*["']?(automerge|platformAutomerge|auto_merge)["']?\s*:\s*["']?true|^\s*require_automerge_label\s*=\s*false\b"#,
);
static MERGIFY: Pattern = Pattern::new(r"(?i)^\s*(merge|queue):\s*(\{\}|$)");

static REVIEWS: Pattern = Pattern::new(
    r"(?i)(?:approved-reviews-by\s*>?=|required_approving_review_count\W*[:=]|required_?approvals?\W*[:=]|min(?:imum)?_?(?:approvals|reviews)\W*[:=]|count\W*:)\s*(\d+)",
);

/// See `rules/code/auto-merge-added.toml`.
pub struct AutoMergeAdded;

impl Check for AutoMergeAdded {
    fn rule(&self) -> RuleId {
        RuleId("auto-merge-added")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let path = format!("/{}", fold(&file.path));
        let bot_settings = [
            "/renovate",
            "/.renovaterc",
            "/.mergify",
            "/mergify.yml",
            "/.kodiak",
            "/bulldozer",
            "/.github/auto",
            "/.policy.yml",
            "/.bulldozer",
            "/.github/settings.yml",
            "/.github/branch",
        ]
        .iter()
        .any(|part| path.contains(part));
        if file.role == Role::Workflow {
            let limited = side.lines().any(|line| KNOWN_BOT.is_match(line.text));
            for (index, text) in added_commands(file) {
                if let Some((title, severity)) = judged(&text, limited) {
                    sink.report(Draft::line(file, side, index).title(title).severity(severity));
                }
            }
        } else if bot_settings {
            let merges = |text: &str| SETTING.is_match(text) || (path.contains("mergify") && MERGIFY.is_match(text));
            reviews_lost(file, side, sink);
            for line in file.added().filter(|line| merges(line.text)) {
                sink.report(
                    Draft::line(file, side, line.index).title("A bot would merge changes without a person").severity(Severity::Medium),
                );
            }
        }
    }
}

/// A bot that merged what people had reviewed and no longer asks for that.
fn reviews_lost(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let asked = |text: &str| REVIEWS.group(text, 1).and_then(|number| number.parse::<u32>().ok());
    let Some(old) = file.old() else { return };
    let before = old.lines().filter_map(|line| asked(line.text)).max();
    let after = side.lines().filter_map(|line| asked(line.text)).max();
    if let Some(before) = before.filter(|before| after.is_none_or(|after| after < *before)) {
        let title = match after {
            None => format!("A bot that merges would no longer wait for {before} reviews"),
            Some(after) => format!("A bot that merges would wait for {after} reviews instead of {before}"),
        };
        let Some(line) = old.changed_lines().find(|line| asked(line.text).is_some()) else { return };
        sink.report(Draft::line(file, old, line.index).title(title).severity(Severity::High));
    }
}

fn judged(text: &str, limited: bool) -> Option<(&'static str, Severity)> {
    let open = if limited { Severity::Medium } else { Severity::High };
    if FORCED.is_match(text) {
        Some(("Automation would merge past the branch's protection", Severity::High))
    } else if APPROVES.is_match(text) {
        Some(("Automation would approve changes", open))
    } else if MERGES.is_match(text) {
        Some(("Automation would merge changes without a person", open))
    } else {
        None
    }
}
