//! `protected-path-opened`: owners or ignore lists that kept paths from agents, commits or lone approvals, and do not any more.

use std::collections::BTreeSet;

use super::review_hidden;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::fold;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// Lists of what agents must not read.
const KEPT_FROM_AGENTS: [&str; 10] = [
    ".aiignore",
    ".cursorignore",
    ".cursorindexingignore",
    ".claudeignore",
    ".geminiignore",
    ".codeiumignore",
    ".aiexclude",
    ".copilotignore",
    ".rooignore",
    ".clineignore",
];
/// Paths that hold secrets.
static SECRET: Pattern = Pattern::new(
    r"(?i)\.env\b|secret|credential|\.pem|\.key\b|id_rsa|\.p12|\.pfx|\.npmrc|\.aws|\.ssh|kubeconfig|\.tfstate|\.tfvars|token|password|\.jks|keystore",
);
/// Paths whose owners guard the others.
static GUARDING: Pattern = Pattern::new(
    r"(?i)^\*$|^/?\*\*$|\.github|workflows|codeowners|auth|secur|crypt|login|session|permission|polic|deploy|infra|terraform|k8s|release|\.claude|\.mcp|agents\.md|payment|billing|package(-lock)?\.json|cargo\.|go\.(mod|sum)",
);

/// See `rules/code/protected-path-opened.toml`.
pub struct ProtectedPathOpened;

impl Check for ProtectedPathOpened {
    fn rule(&self) -> RuleId {
        RuleId("protected-path-opened")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let name = fold(file.name());
        if name == ".gitattributes" {
            review_hidden::report(file, sink);
            return;
        }
        let Some(old) = file.old() else { return };
        if name == "codeowners" {
            owners(file, old, sink);
        } else if KEPT_FROM_AGENTS.contains(&name.as_str()) || matches!(name.as_str(), ".gitignore" | ".dockerignore" | ".npmignore") {
            ignored(file, old, KEPT_FROM_AGENTS.contains(&name.as_str()), sink);
        }
    }
}

fn owners(file: &FileView<'_>, old: &SideView<'_>, sink: &mut Sink<'_>) {
    let now = || file.new_side().into_iter().flat_map(SideView::lines).filter_map(|line| entry(line.text));
    let covered = now().any(|(path, owned)| owned && matches!(path, "*" | "/" | "/**" | "**"));
    let of = |wanted: bool| now().filter(|(_, owned)| *owned == wanted).map(|(path, _)| path.trim_matches('/')).collect::<BTreeSet<&str>>();
    let (theirs, nobodys) = (of(true), of(false));
    handed_over(file, old, sink);
    taken_out(file, old, sink);
    for line in old.changed_lines() {
        let Some((path, true)) = entry(line.text) else { continue };
        // Another line for the same path, or for all of them, still asks somebody.
        if theirs.contains(path.trim_matches('/')) {
            continue;
        }
        // The last line that fits decides: a path that stands there with nobody behind it is nobody's, whoever owns the rest.
        let bare = nobodys.contains(path.trim_matches('/'));
        let severity = match (GUARDING.is_match(path), covered && !bare) {
            (true, false) => Severity::High,
            (true, true) => Severity::Medium,
            (false, _) => Severity::Low,
        };
        let title = format!("Nobody would have to agree to changes of `{path}` any more");
        sink.report(Draft::line(file, old, line.index).title(title).severity(severity));
    }
}

/// A path for which an earlier line asks somebody, and a new one below it nobody.
fn taken_out(file: &FileView<'_>, old: &SideView<'_>, sink: &mut Sink<'_>) {
    /// What tools write anew all the time.
    static WRITTEN_BY_TOOLS: Pattern = Pattern::new(r"(?i)lock|go\.sum|changelog|\.md$|package\.json");
    let Some(new) = file.new_side() else { return };
    let before: BTreeSet<&str> = old.lines().filter_map(|line| entry(line.text)).map(|(path, _)| path.trim_matches('/')).collect();
    let mut owned: BTreeSet<&str> = BTreeSet::new();
    for line in new.lines() {
        let Some((path, asks)) = entry(line.text) else { continue };
        let bare = path.trim_matches('/');
        if asks {
            owned.insert(bare);
            continue;
        }
        let mut above = bare.match_indices('/').filter_map(|(at, _)| bare.get(..at)).chain([bare, "*", "**"]);
        if !line.changed || before.contains(bare) || !above.any(|known| owned.contains(known)) {
            continue;
        }
        let severity = if GUARDING.is_match(path) && !WRITTEN_BY_TOOLS.is_match(path) { Severity::High } else { Severity::Low };
        let title = format!("Nobody would have to agree to changes of `{path}` any more");
        sink.report(Draft::line(file, new, line.index).title(title).severity(severity));
    }
}

/// A path whose owners guard the others was a team's, and is one account's now that owned nothing before.
fn handed_over(file: &FileView<'_>, old: &SideView<'_>, sink: &mut Sink<'_>) {
    let Some(new) = file.new_side() else { return };
    let who =
        |text: &'_ str| -> Vec<String> { text.split('#').next().unwrap_or("").split_whitespace().skip(1).map(str::to_owned).collect() };
    let mut known: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
    let all: BTreeSet<String> = old.lines().flat_map(|line| who(line.text)).collect();
    for line in old.changed_lines() {
        if let Some((path, true)) = entry(line.text) {
            known.insert(path.trim_matches('/').to_owned(), who(line.text));
        }
    }
    for line in new.changed_lines() {
        let Some((path, true)) = entry(line.text).filter(|(path, _)| GUARDING.is_match(path)) else { continue };
        let Some(before) = known.get(path.trim_matches('/')) else { continue };
        let now = who(line.text);
        let teams = |owners: &[String]| owners.iter().any(|owner| owner.starts_with('@') && owner.contains('/'));
        if teams(before) && !teams(&now) && now.len() == 1 && !now.iter().any(|owner| all.contains(owner)) {
            let title = format!("A single account would agree to changes of `{path}`, which was a team's");
            sink.report(Draft::line(file, new, line.index).title(title).severity(Severity::High));
        }
    }
}

/// The path of a line of owners, and whether it names any.
fn entry(text: &str) -> Option<(&str, bool)> {
    let text = text.split('#').next().unwrap_or("").trim();
    let mut words = text.split_whitespace();
    let path = words.next().filter(|path| !path.starts_with('['))?;
    Some((path, words.any(|word| word.contains('@'))))
}

fn ignored(file: &FileView<'_>, old: &SideView<'_>, agents: bool, sink: &mut Sink<'_>) {
    let pattern = |text: &str| text.trim().trim_start_matches('/').trim_end_matches('/').to_owned();
    let kept = Kept::of(file.new_side().into_iter().flat_map(SideView::lines).map(|line| pattern(line.text)));
    for line in old.changed_lines() {
        let gone = pattern(line.text);
        if !gone.starts_with(['#', '!']) && SECRET.is_match(&gone) && !kept.covers(&gone) {
            let who = if agents { "agents" } else { "commits and packages" };
            let severity = if agents { Severity::High } else { Severity::Medium };
            let title = format!("`{gone}` would not be kept from {who} any more");
            sink.report(Draft::line(file, old, line.index).title(title).severity(severity));
        }
    }
    let Some(side) = file.new_side() else { return };
    for line in file.added().filter(|line| line.text.trim().starts_with('!') && SECRET.is_match(line.text)) {
        if agents && !line.text.contains("example") && !line.text.contains("sample") && !line.text.contains("template") {
            let title = format!("`{}` would be let through to agents", line.text.trim().trim_start_matches('!'));
            sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::High));
        }
    }
}

/// More wildcards than these are not gone through for each line that went.
const MOST_WILD: usize = 500;

/// What a list keeps away.
struct Kept {
    /// As it is written, but for stars behind it.
    plain: BTreeSet<String>,
    /// What stands before the first star, and behind it.
    wild: Vec<(String, String)>,
}

impl Kept {
    fn of(patterns: impl Iterator<Item = String>) -> Self {
        let patterns: BTreeSet<String> = patterns.filter(|pattern| !pattern.is_empty()).collect();
        let wild = patterns.iter().filter_map(|pattern| pattern.split_once('*')).take(MOST_WILD);
        let wild = wild.map(|(start, end)| (start.to_owned(), end.to_owned())).collect();
        Self { plain: patterns.iter().map(|pattern| pattern.trim_end_matches('*').to_owned()).collect(), wild }
    }

    /// Whether the list still has `gone`, a folder above it, or a wider pattern: `.env*` for `.env.local`.
    fn covers(&self, gone: &str) -> bool {
        let above = || gone.match_indices('/').filter_map(|(at, _)| gone.get(..at)).any(|folder| self.plain.contains(folder));
        let wider = |(start, end): &(String, String)| {
            !(start.is_empty() && end.is_empty()) && gone.starts_with(start.as_str()) && gone.ends_with(end.as_str())
        };
        // Of nothing but stars nothing is left.
        self.plain.contains("") || self.plain.contains(gone.trim_end_matches('*')) || above() || self.wild.iter().any(wider)
    }
}
