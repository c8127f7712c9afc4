//! `agent-launched-unguarded`: code that starts an agent which asks nobody, or orders one to destroy or to collect.

use super::lists::lists;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::{Needs, Reach, Words};
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

/// Options by which an agent stops asking.
static UNASKED: Pattern = Pattern::new(
    r"(?i)--dangerously-skip-permissions\b|--dangerously-bypass-approvals-and-sandbox\b|--trust-all-tools\b|--allow-all-tools\b|--dangerously-allow-all\b|--yes-always\b|--dangerously-bypass-permissions\b|bypassPermissions\b|--approval-mode[\s='\x22,]+yolo\b",
);
/// The same in fewer letters, which only mean it beside the agent's name.
static YOLO: Pattern = Pattern::new(
    r#"(?i)\b(gemini|codex|copilot|qwen|claude|crush|cursor-agent|amp)\b["',\s\[\]]+[^\n]*(--yolo\b|--full-auto\b|danger-full-access)"#,
);
/// An agent started with words of its own.
static STARTED: Pattern = Pattern::new(
    r#"(?i)\b(claude["',\s\[]+(-p|--print)\b|gemini["',\s\[]+(-p|--prompt)\b|codex["',\s\[]+exec\b|(q|kiro-cli)["',\s\[]+chat\b|copilot["',\s\[]+(-p|--prompt)\b|opencode["',\s\[]+run\b|goose["',\s\[]+run\b|cursor-agent["',\s\[]+(-p|--print)\b|aider["',\s\[]+(-m|--message)\b)"#,
);
/// Orders that destroy or collect.
static DESTROYS: Pattern = Pattern::new(
    r"(?ix) near-factory | factory\s+state | \b(delete|wipe|erase|destroy|remove|terminate|purge|shred|drop)\b .{0,60} \b(home\s+director|file-?\s?system|filesystem|all\s+(files|data|resources|instances|buckets|databases|users)|every\s+\w*\s*(file|bucket|instance|database|resource)|cloud\s+resource|s3\b|ec2|iam\s+user|~/|\$home)
    | \brm\s+-(rf|fr)\s+(~|/|\$HOME|\*) | terminate-instances | s3\s+r[bm]\b | delete-user",
);
static COLLECTS: Pattern = Pattern::new(
    r"(?ix) wallet | keystore | seed\s+phrase | id_rsa | private\s+key | \b(search|find|collect|gather|list|record|read|harvest|scan)\w*\b .{0,120} (credential|secrets?\b|\.env\b|tokens?\b|\.ssh|password|api\s?keys?|\*\.key)",
);
/// How many lines around the start of an agent its orders are looked for.
const NEAR: usize = 12;

/// See `rules/code/agent-launched-unguarded.toml`.
pub struct AgentLaunchedUnguarded;

impl Check for AgentLaunchedUnguarded {
    fn rule(&self) -> RuleId {
        RuleId("agent-launched-unguarded")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::AFTER, Words::of([&UNASKED, &YOLO, &STARTED]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if file.role.is_mechanical() || matches!(file.role, Role::Docs | Role::Instructions | Role::Workflow) || lists_flags(file) {
            return;
        }
        let mut said = false;
        for line in file.added() {
            let unasked = UNASKED.is_match(line.text) || YOLO.is_match(line.text);
            if !(unasked || STARTED.is_match(line.text)) || said {
                continue;
            }
            let Some((title, severity)) = judged(file, side, line.index, unasked) else { continue };
            said = severity >= Severity::High;
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}

fn judged(file: &FileView<'_>, side: &SideView<'_>, index: usize, unasked: bool) -> Option<(&'static str, Severity)> {
    let around = side.bytes_of(index.saturating_sub(NEAR), (index + NEAR).min(side.len().saturating_sub(1)));
    let text = side.text().get(around).unwrap_or("").replace('\n', " ");
    let test = !file.role.is_live();
    let weigh = |severity: Severity| if test { Severity::Info } else { severity };
    if DESTROYS.is_match(&text) {
        return Some(("Code would order an agent to destroy", weigh(if unasked { Severity::Critical } else { Severity::High })));
    }
    if COLLECTS.is_match(&text) {
        return Some(("Code would order an agent to collect secrets", weigh(if unasked { Severity::Critical } else { Severity::Medium })));
    }
    unasked.then(|| ("Code would start an agent that asks nobody", weigh(Severity::Medium)))
}

/// Settings of agents have a rule of their own.
fn lists_flags(file: &FileView<'_>) -> bool {
    file.role == Role::AgentConfig && lists().knows(&file.path) && !file.language.is_code()
}
