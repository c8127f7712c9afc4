//! `agent-server-added`: a server that was not there before.

use super::lists::tool;
use super::servers::{Server, servers};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::redact::redact;
use crate::analysis::shell;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

static COMMAND: Pattern = Pattern::new(r#"(?:^\s*|[{,"'\s])(?:command|url|serverUrl)["']?\s*[:=]\s*["'\[]+([^"']+)"#);
static SECRET_NAME: Pattern = Pattern::new(r"(?i)(token|secret|password|api_?key|access_?key|credential)");

/// See `rules/code/agent-server-added.toml`.
pub struct AgentServerAdded;

impl Check for AgentServerAdded {
    fn rule(&self) -> RuleId {
        RuleId("agent-server-added")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let (Some(tool), Some(side)) = (tool(file), file.new_side()) else { return };
        match (side.document(), file.old().map(SideView::document)) {
            (Ok(node), None) => added(file, side, tool, &servers(file, node), &[], sink),
            (Ok(node), Some(Ok(old))) => added(file, side, tool, &servers(file, node), &servers(file, old), sink),
            (Ok(node), Some(Err(_))) => {
                let touched: Vec<Server> = servers(file, node).into_iter().filter(|server| side.is_changed(server.line)).collect();
                added(file, side, tool, &touched, &[], sink);
            }
            (Err(_), _) => by_lines(file, side, tool, sink),
        }
    }
}

fn added(file: &FileView<'_>, side: &SideView<'_>, tool: &str, new: &[Server], old: &[Server], sink: &mut Sink<'_>) {
    for server in new.iter().filter(|server| !old.iter().any(|known| known.name == server.name)) {
        let danger = server.danger();
        let severity = danger.as_ref().map_or(Severity::Medium, |danger| danger.severity);
        let title = format!("Opening this repository in {tool} would {} as server `{}`", redact(&server.deed()), server.name);
        let mut draft = Draft::line(file, side, server.line).title(title).severity(severity);
        if let Some(danger) = danger {
            let secret = server.env.iter().find(|(key, _)| SECRET_NAME.is_match(key));
            let gets = secret.map_or_else(String::new, |(key, _)| format!(" It gets `{key}`."));
            draft =
                draft.why(format!("The server {}; an agent starts it with the rights of whoever opens the repository.{gets}", danger.why));
        }
        sink.report(draft);
    }
}

/// Where the file cannot be read, every command or address that is added.
fn by_lines(file: &FileView<'_>, side: &SideView<'_>, tool: &str, sink: &mut Sink<'_>) {
    if !crate::analysis::role::fold(&file.path).contains("mcp") {
        return;
    }
    for line in file.added() {
        let Some(value) = COMMAND.group(line.text, 1) else { continue };
        let severity = if shell::worst(value).is_some_and(shell::Deed::is_grave) { Severity::Critical } else { Severity::High };
        let title = format!("Opening this repository in {tool} may start or reach `{}` as a server", redact(value));
        sink.report(Draft::line(file, side, line.index).title(title).severity(severity).confidence(Confidence::Medium));
    }
}
