//! `instructions-replaced`: most of a file that steers agents is replaced at once.

use std::collections::BTreeSet;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// Fewer lines before are no file worth the word.
const FEWEST_LINES: usize = 8;
/// From this share of lines, in per cent, a file counts as replaced.
const MOST: usize = 70;

static HOST: Pattern = Pattern::new(r"(?i)\bhttps?://([a-z0-9.-]+\.[a-z]{2,})");
static SIGNS: [(&str, Pattern); 5] = [
    (
        "to commit or push",
        Pattern::new(
            r"(?i)\b(commit|push)\b(\s+\w+){0,4}\s+(changes|work|everything|results?|branch|origin|main|it|them|and\s+push)|\bforce-push",
        ),
    ),
    ("to post or send", Pattern::new(r"(?i)\b(post|send|upload|submit|forward)\b(\s+\w+){0,6}\s+(to|at)\b")),
    (
        "to approve or merge",
        Pattern::new(r"(?i)\b(approve|merge|auto-merge)\b(\s+\w+){0,4}\s+(pull|pr|prs|request|changes?|it|them|branch)\b"),
    ),
    (
        "to stay silent",
        Pattern::new(
            r"(?i)\b(do\s+not|don.t|never|no\s+need\s+to|without)\s+(\w+\s+)?(mention|tell|report|inform|ask|announc|discuss|disclos|explain|confirm)\w*",
        ),
    ),
    ("to run something from elsewhere", Pattern::new(r"(?i)\b(curl|wget|npx|uvx|bash|sh|run|execute)\b[^\n]{0,60}https?://")),
];

/// See `rules/code/instructions-replaced.toml`.
pub struct InstructionsReplaced;

impl Check for InstructionsReplaced {
    fn rule(&self) -> RuleId {
        RuleId("instructions-replaced")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(old), Some(new)) = (file.old().filter(|side| side.whole), file.new_side()) else { return };
        if file.role != Role::Instructions {
            return;
        }
        let total = filled(old, false);
        if total < FEWEST_LINES || filled(old, true) * 100 < total * MOST || filled(new, true) < FEWEST_LINES / 2 {
            return;
        }
        let signs = new_signs(old, new);
        let severity = match signs.len() {
            0 => Severity::Low,
            1 => Severity::Medium,
            _ => Severity::High,
        };
        let title = match signs.as_slice() {
            [] => "Most of these instructions was replaced".to_owned(),
            signs => format!("Most of these instructions was replaced; new orders {}", signs.join(", ")),
        };
        let first = new.changed_lines().next().map_or(0, |line| line.index);
        sink.report(Draft::line(file, new, first).title(title).severity(severity));
    }
}

fn filled(side: &SideView<'_>, changed: bool) -> usize {
    side.lines().filter(|line| (!changed || line.changed) && !line.text.trim().is_empty()).count()
}

/// What the new text orders and the old one did not.
fn new_signs(old: &SideView<'_>, new: &SideView<'_>) -> Vec<String> {
    let mut signs: Vec<String> = Vec::new();
    for (what, pattern) in &SIGNS {
        if new.changed_lines().any(|line| pattern.is_match(line.text)) && !pattern.is_match(old.text()) {
            signs.push((*what).to_owned());
        }
    }
    let known: BTreeSet<&str> = HOST.groups(old.text(), 1).collect();
    if let Some(host) = new.changed_lines().flat_map(|line| HOST.groups(line.text, 1)).find(|host| !known.contains(host)) {
        signs.push(format!("that name `{host}`"));
    }
    signs
}
