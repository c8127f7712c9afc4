//! `agent-permission-bypass`: settings by which an agent or editor stops asking or guarding.

use super::lists::{lists, tool};
use super::settings::gained;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::{Node, added};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// What an agent is kept from for good reason: keys, the network, what cannot be undone.
static GRAVE: Pattern = Pattern::new(
    r"(?i)\.env|secret|credential|\.ssh|\.aws|\.gnupg|\.npmrc|\.netrc|token|\.pem|id_rsa|/etc/|~/|\bcurl|\bwget|\brm\b|\bsudo|git\s+push|webfetch|\bssh\b|^bash\(?\*?\)?$|publish|deploy",
);
static ANY_COMMAND: Pattern = Pattern::new(r"(?i)^(\*|bash|bash\(\s*(\*|:\*|\*:\*)?\s*\)|bash\((ba|z)?sh\b.*)$");

/// See `rules/code/agent-permission-bypass.toml`.
pub struct AgentPermissionBypass;

impl Check for AgentPermissionBypass {
    fn rule(&self) -> RuleId {
        RuleId("agent-permission-bypass")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        for hit in gained(&lists().bypass, file) {
            sink.report(hit.draft(file));
        }
        if tool(file).is_some() {
            freed(file, sink);
            front_matter(file, sink);
            of_agent(file, sink);
        }
    }
}

/// What was denied, asked about or kept out before and is not any more.
fn freed(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let (Some(old), Some(new)) = (file.old(), file.new_side()) else { return };
    let (Ok(before), Ok(after)) = (old.document(), new.document()) else { return };
    for leaf in added(Some(after), before).into_iter().filter(|leaf| !leaf.text.is_empty()) {
        let path: Vec<&str> = leaf.path.iter().copied().filter(|key| *key != "[]").collect();
        let guards = matches!(
            path.as_slice(),
            ["permissions", "deny" | "ask"]
                | ["excludeTools" | "disallowedTools" | "disallowed-tools"]
                | ["tools", "exclude"]
                | ["sandbox", "network", _]
        );
        if guards {
            let severity = if GRAVE.is_match(&leaf.text) { Severity::High } else { Severity::Medium };
            let title = format!("`{}` was kept from {} and would not be any more", leaf.text, tool(file).unwrap_or("an agent"));
            sink.report(Draft::line(file, old, leaf.line).title(title).severity(severity));
        }
    }
}

/// The tools that a command or skill allows itself, which stand in one line.
fn front_matter(file: &FileView<'_>, sink: &mut Sink<'_>) {
    if file.language != Language::Markdown {
        return;
    }
    let tools = |side: &SideView<'_>| side.document().ok().and_then(|node| node.get("allowed-tools").cloned());
    let Some((side, allowed)) = file.new_side().and_then(|side| Some((side, tools(side)?))) else { return };
    let split = |text: String| text.split(',').map(|tool| tool.trim().to_owned()).collect::<Vec<_>>();
    let before: Vec<String> = file.old().and_then(tools).map(|node| node.texts().into_iter().flat_map(split).collect()).unwrap_or_default();
    let mut now = allowed.texts().into_iter().flat_map(split).filter(|tool| !before.contains(tool));
    if let Some(any) = now.find(|tool| ANY_COMMAND.is_match(tool)) {
        let title = format!("Whoever calls this lets {} run any command (`{any}` is allowed)", tool(file).unwrap_or("an agent"));
        sink.report(Draft::line(file, side, allowed.line).title(title).severity(Severity::Medium));
    }
}

/// The tools of an agent's own page: one that could only read may change or run something now.
fn of_agent(file: &FileView<'_>, sink: &mut Sink<'_>) {
    static ACTS: Pattern = Pattern::new(r"(?i)^(?:\*|bash\b.*|shell\b.*|execute\w*|write|edit|multi_?edit|notebook_?edit|run_\w+)$");
    let (Some(old), Some(side)) = (file.old(), file.new_side()) else { return };
    if file.language != Language::Markdown || !crate::analysis::role::fold(&file.path).contains("agents/") {
        return;
    }
    let (Ok(before), Ok(now)) = (old.document(), side.document()) else { return };
    let split = |text: String| text.split(',').map(|tool| tool.trim().to_owned()).collect::<Vec<_>>();
    let listed = |node: &Node| node.texts().into_iter().flat_map(split).filter(|tool| !tool.is_empty()).collect::<Vec<_>>();
    let Some(known) = before.get("tools").map(listed).filter(|known| !known.is_empty() && !known.iter().any(|tool| ACTS.is_match(tool)))
    else {
        return;
    };
    let gained = now.get("tools").map(|node| (node.line, listed(node).into_iter().find(|tool| ACTS.is_match(tool))));
    let (line, tool) = match gained {
        Some((line, Some(tool))) => (line, format!("`{tool}`")),
        Some(_) => return,
        // Without a list it gets everything.
        None => (0, "every tool".to_owned()),
    };
    let title = format!("An agent that had {} may use {tool} now", known.join(", "));
    sink.report(Draft::line(file, side, line).title(title).severity(Severity::Medium));
}
