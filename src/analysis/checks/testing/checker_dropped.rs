//! Checks that are asked for by name and are no more: in lists of rules, linters and plugins, and in settings that are code. A part of
//! `checker-loosened`.

use std::collections::BTreeSet;

use super::checker_rules::{RULE, SCANNER, SECURITY, hardness};
use crate::analysis::check::{Draft, Sink};
use crate::analysis::document::node::{Leaf, added};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::fold;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::Severity;

/// Lists of what is asked.
static ASKED: Pattern =
    Pattern::new(r"^(?:select|extend-select|extend_select|enable|enabled|extends|plugins|enabled_rules|opt_in_rules|load-plugins|tests)$");
/// Everything is asked.
static EVERYTHING: Pattern = Pattern::new(r"(?im)^\s*(?:enable-all|enable_all)\s*[:=]\s*true|^\s*default\s*:\s*all\b|[\x22']ALL[\x22']");
/// The rules of Ruff that come from Bandit.
static OF_RUFF: Pattern = Pattern::new(r"^S\d*$");
/// Longer lines are data.
const WIDEST: usize = 1_000;

/// Reports both.
pub(super) fn report(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    from_lists(file, old, side, sink);
    let name = fold(file.name());
    if name.contains("eslint") && file.language.is_code() {
        plugins(file, old, side, sink);
        in_code(file, old, side, sink);
    }
}

fn from_lists(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    let (Ok(before), Ok(now)) = (old.document(), side.document()) else { return };
    let asks = |leaf: &Leaf<'_>| {
        leaf.path.iter().any(|key| ASKED.is_match(key))
            && !leaf.text.is_empty()
            && (leaf.path.iter().any(|key| SCANNER.is_match(key)) || SCANNER.is_match(&file.path))
    };
    let gone: Vec<Leaf<'_>> = added(Some(now), before).into_iter().filter(asks).collect();
    if gone.is_empty() || EVERYTHING.is_match(side.text()) {
        return;
    }
    // A list may only stand under another name.
    let still: Vec<String> = now.leaves().iter().filter(|leaf| asks(leaf)).map(|leaf| leaf.text.clone()).collect();
    let lost: Vec<&Leaf<'_>> = gone.iter().filter(|leaf| !still.contains(&leaf.text)).collect();
    let wider = |text: &str| still.iter().any(|kept| !kept.is_empty() && text.starts_with(kept.as_str()));
    let lost: Vec<&Leaf<'_>> = lost.into_iter().filter(|leaf| !wider(&leaf.text)).collect();
    // Where others came in their place, it is another choice; what looks for weaknesses stays a loss.
    let other = !added(Some(before), now).into_iter().filter(asks).collect::<Vec<_>>().is_empty();
    let secure = |leaf: &&&Leaf<'_>| SECURITY.is_match(&leaf.text) || OF_RUFF.is_match(&leaf.text);
    let Some(first) = lost.iter().find(secure).or_else(|| lost.first().filter(|_| !other)) else { return };
    let grave = secure(&first);
    let names = lost.iter().map(|leaf| leaf.text.as_str()).take(4).collect::<Vec<_>>().join(", ");
    let severity = if grave { Severity::Medium } else { Severity::Low };
    sink.report(Draft::line(file, old, first.line).title(format!("Checkers no longer ask: {names}")).severity(severity));
}

/// A plugin that looks for weaknesses stands nowhere any more.
fn plugins(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static PLUGIN: Pattern = Pattern::new(r"\b(?:eslint-plugin-)?(security|no-unsanitized|no-secrets|xss|scanjs-rules|sonarjs)\b");
    let lines = old.changed_lines().filter(|line| line.text.len() < WIDEST && !line.code().trim().is_empty());
    let lost = lines.filter_map(|line| Some((line.index, PLUGIN.group(line.text, 1)?))).find(|(_, name)| !side.text().contains(name));
    if let Some((at, name)) = lost {
        let draft = Draft::line(file, old, at).title(format!("Checkers no longer ask: {name}"));
        sink.report(draft.severity(Severity::Medium));
    }
}

/// Rules for security that are switched off, wherever in a line they stand.
fn in_code(file: &FileView<'_>, old: &SideView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static SET: Pattern = Pattern::new(r#"["']([@\w/-]+)["']\s*:\s*\[?\s*["']?(error|warn|off|2|1|0)\b"#);
    let set = |text: &str, name: &str, hard: bool| {
        let found = SET.groups(text, 1).zip(SET.groups(text, 2));
        found.into_iter().any(|(rule, level)| rule == name && (hardness(level) > 0) == hard)
    };
    let short = |text: &str| text.len() < WIDEST;
    let levels = |text: &str| {
        SET.groups(text, 1).zip(SET.groups(text, 2)).map(|(rule, level)| (rule.to_owned(), hardness(level) > 0)).collect::<Vec<_>>()
    };
    let known: BTreeSet<(String, bool)> = old.lines().filter(|line| short(line.text)).flat_map(|line| levels(line.text)).collect();
    for line in side.changed_lines().filter(|line| short(line.text) && !RULE.is_match(line.text)).take(WIDEST) {
        let off = SET.groups(line.text, 1).find(|name| SECURITY.is_match(name) && set(line.text, name, false));
        let Some(name) = off else { continue };
        if !known.contains(&(name.to_owned(), false)) {
            let was_on = known.contains(&(name.to_owned(), true));
            let severity = if was_on { Severity::Medium } else { Severity::Low };
            sink.report(Draft::line(file, side, line.index).title(format!("No longer errors: {name}")).severity(severity));
            return;
        }
    }
}
