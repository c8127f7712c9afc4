//! `automation-unreadable`: a file that automation or an agent reads can be read no more, and could before.

use super::gates::{A_CHECK, SECURITY, soft};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::role::Role;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/automation-unreadable.toml`.
pub struct AutomationUnreadable;

impl Check for AutomationUnreadable {
    fn rule(&self) -> RuleId {
        RuleId("automation-unreadable")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let settings = matches!(file.language, Language::Yaml | Language::Json | Language::Toml);
        if !settings || !matches!(file.role, Role::Workflow | Role::AgentConfig) {
            return;
        }
        let (Some(old), Some(new)) = (file.old().filter(|side| side.whole), file.new_side().filter(|side| side.whole)) else { return };
        let (Ok(before), Err(why)) = (old.document(), new.document()) else { return };
        // What is only too large for us may be read by others.
        if why.contains("nested more") || why.contains("aliases grow") || new.text().trim().is_empty() {
            return;
        }
        let line = why.strip_prefix("line ").and_then(|rest| rest.split(':').next()?.parse::<usize>().ok()).map_or(0, |line| line - 1);
        let line = if new.is_changed(line) { line } else { new.changed_lines().next().map_or(line, |line| line.index) };
        let gates = soft(before);
        let (what, severity) = match file.role {
            Role::Workflow if gates.values().any(|soft| SECURITY.is_match(&soft.text) || A_CHECK.is_match(&soft.text)) => {
                ("These checks would not run any more", Severity::High)
            }
            Role::Workflow => ("This automation would not run any more", Severity::Medium),
            _ => ("These settings of an agent would not be read any more", Severity::Medium),
        };
        sink.report(Draft::line(file, new, line).title(format!("{what}: {why}")).severity(severity));
    }
}
