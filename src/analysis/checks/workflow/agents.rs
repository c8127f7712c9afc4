//! Agents in automation: who may start one, what it may do without being asked, and how one is started from a command line.

use super::steps::Step;
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;

/// Command lines that start an agent which asks nobody.
pub(super) static UNASKED: Pattern = Pattern::new(
    r#"(?ix)
      \bclaude\b [^\n]* (--dangerously-skip-permissions | --permission-mode[\s='"]+bypassPermissions)
    | \bgemini\b [^\n]* (--yolo\b | \s-y\b | --approval-mode[\s='"]+yolo)
    | \bcodex\b [^\n]* (--dangerously-bypass-approvals-and-sandbox | --full-auto\b | --yolo\b | danger-full-access)
    | \b(q|kiro-cli)\s+chat\b [^\n]* --trust-all-tools
    | \bcopilot\b [^\n]* (--allow-all-tools | --allow-all-paths | --yolo\b)
    | \bcursor-agent\b [^\n]* \s(--force|-f)\b
    | \bamp\b [^\n]* --dangerously-allow-all
    | \baider\b [^\n]* --yes-always
    | \bqwen\b [^\n]* (--yolo\b | \s-y\b)
    "#,
);
/// Tools of an agent's action by which it may run anything or reach anywhere.
static ANY_TOOL: Pattern = Pattern::new(
    r#"(?ix)
      (^|[\s,"'\[=])(bash|shell|run_shell_command|execute_bash)(\(\s*(\*|:\*)?\s*\))?($|[\s,"'\]])
    | \*\s*$ | bypassPermissions | dangerously-skip-permissions | danger-full-access | --yolo | "yolo" | --allow-all-tools | --full-auto
    "#,
);
static AGENT: Pattern =
    Pattern::new(r"(?i)claude-code|codex-action|run-gemini-cli|gemini-cli|copilot-cli|cursor-agent|amazon-q|aider|opencode|qwen-code");

/// Whether `step` lets people without rights in the repository start its agent.
pub(super) fn anybody(step: &Step<'_>) -> bool {
    ["allowed_non_write_users", "allowed_bots", "allow-users", "allow-bots", "allowed_users"].iter().any(|key| {
        let value = step.with(key);
        value.split(',').any(|name| name.trim() == "*") || (*key == "allow-bots" && value == "true")
    })
}

/// The line at which an agent of `step` may run anything, when it may.
pub(super) fn unasked(step: &Step<'_>) -> Option<(usize, String)> {
    for (text, line) in step.scripts() {
        if let Some(row) = text.lines().find(|row| UNASKED.is_match(row)) {
            return Some((line, row.trim().to_owned()));
        }
    }
    step.uses().filter(|uses| AGENT.is_match(uses))?;
    let entries = step.node.get("with").map_or(&[][..], Node::entries).iter();
    let mut settings = entries.filter(|(key, _)| {
        let key = key.to_lowercase();
        ["allowed_tools", "allowedtools", "claude_args", "settings", "safety-strategy", "sandbox", "codex-args", "args", "extra_args"]
            .contains(&key.as_str())
    });
    settings.find_map(|(key, node)| {
        let text = node.text()?;
        let row = text.lines().find(|row| ANY_TOOL.is_match(row) || (key == "safety-strategy" && row.trim() == "unsafe"))?;
        Some((node.line, row.trim().to_owned()))
    })
}

/// Whether `step` starts an agent at all.
pub(super) fn starts(step: &Step<'_>) -> bool {
    step.uses().is_some_and(|uses| AGENT.is_match(uses)) || step.scripts().any(|(text, _)| text.lines().any(|row| UNASKED.is_match(row)))
}
