//! `agent-server-override`: a server keeps its name and becomes something else.

use super::lists::tool;
use super::servers::{Server, servers};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::redact::redact;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

static COMMAND: Pattern = Pattern::new(r#"(?:^\s*|[{,"'\s])(?:command|url|serverUrl)["']?\s*[:=]\s*["'\[]+([^"']+)"#);

/// See `rules/code/agent-server-override.toml`.
pub struct AgentServerOverride;

impl Check for AgentServerOverride {
    fn rule(&self) -> RuleId {
        RuleId("agent-server-override")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(_), Some(side), Some(old)) = (tool(file), file.new_side(), file.old()) else { return };
        let (Ok(node), Ok(before)) = (side.document(), old.document()) else {
            by_lines(file, side, sink);
            return;
        };
        let before = servers(file, before);
        for server in servers(file, node) {
            let Some(known) = before.iter().find(|known| known.name == server.name) else { continue };
            let Some((what, severity)) = change(known, &server) else { continue };
            let title = format!("Server `{}` kept its name; {what}", server.name);
            sink.report(Draft::line(file, side, server.line).title(redact(&title)).severity(severity));
        }
    }
}

/// What changed about a server and how serious that is; `None` when it means the same as before.
fn change(old: &Server, new: &Server) -> Option<(String, Severity)> {
    let worse = |least: Severity| new.danger().filter(|_| old.danger().is_none()).map_or(least, |danger| danger.severity.max(least));
    if old.program() != new.program() || old.command.is_empty() != new.command.is_empty() {
        return Some((format!("it would now {} instead of {}", new.deed(), old.deed()), Severity::Critical));
    }
    if old.url != new.url {
        let severity = if host(&old.url) == host(&new.url) { worse(Severity::Medium) } else { Severity::Critical };
        return Some((format!("its address changed from `{}` to `{}`", old.url, new.url), severity));
    }
    if old.meaning() != new.meaning() {
        let ((old_words, _), (new_words, _)) = (old.meaning(), new.meaning());
        let first_changed = positional(&old_words) != positional(&new_words);
        // A program of its own is told by that word what to do, a runner what to run.
        let least = if first_changed && RUNNERS.is_match(new.program()) { Severity::Critical } else { Severity::Medium };
        return Some((format!("it would now {} instead of {}", new.deed(), old.deed()), worse(least)));
    }
    let sent = new.headers.iter().find(|pair| !old.headers.contains(pair));
    let gained = new.env.iter().find(|pair| !old.env.contains(pair)).or(sent);
    if let (Some((key, _)), Some(danger)) = (gained, new.danger().filter(|_| old.danger().is_none())) {
        return Some((format!("it now {} (`{key}`)", danger.why), danger.severity));
    }
    (new.is_unpinned() && !old.is_unpinned()).then(|| ("its package is no longer pinned to a version".to_owned(), Severity::Medium))
}

/// Programs that run what they are given: a package, a script, an image, a line.
static RUNNERS: Pattern = Pattern::new(
    r"(?i)(?:^|[/\\])(?:npx|npm|pnpm|pnpx|yarn|bunx?|deno|node|tsx|ts-node|uvx?|pipx|python[\d.]*|poetry|ruby|perl|php|java|dotnet|dnx|go|cargo|docker|podman|nix|env|sudo|(?:ba|z|da|k|fi)?sh|cmd|powershell|pwsh|ssh|npm-exec|mise|make)(?:\.(?:exe|cmd|bat))?$",
);

/// The first word that is no option: the package or script that decides what runs.
fn positional(words: &[String]) -> Option<&String> {
    words.iter().skip(1).find(|word| !word.starts_with('-'))
}

fn host(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?']).next().unwrap_or("")
}

/// Where the file is known only in parts: a command or address that replaces another.
fn by_lines(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    if !crate::analysis::role::fold(&file.path).contains("mcp") {
        return;
    }
    let before: Vec<String> = file.removed().filter_map(|line| COMMAND.group(line.text, 1).map(str::to_owned)).collect();
    let mut old = before.iter();
    for line in file.added() {
        let Some(value) = COMMAND.group(line.text, 1).filter(|value| !before.iter().any(|known| known == value)) else { continue };
        let Some(known) = old.next() else { return };
        let title = format!("A server would now start or reach `{value}` instead of `{known}`");
        sink.report(Draft::line(file, side, line.index).title(redact(&title)).severity(Severity::Critical).confidence(Confidence::Medium));
    }
}
