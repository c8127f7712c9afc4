//! `workflow-expression-injection`: words of anybody, pasted into a script or an agent's prompt.

use super::steps::{Step, UNTRUSTED, line_with, privileged, steps, trees};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static EXPRESSION: Pattern = Pattern::new(r"\$\{\{([^}]*)\}\}");
static AGENT_ACTION: Pattern = Pattern::new(r"(?i)claude-code|codex|gemini-cli|copilot|aider|openhands|amazon-q|cursor-agent|ai-inference");

/// See `rules/code/workflow-expression-injection.toml`.
pub struct WorkflowExpressionInjection;

impl Check for WorkflowExpressionInjection {
    fn rule(&self) -> RuleId {
        RuleId("workflow-expression-injection")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some((_, new, side)) = trees(file) else { return };
        let exposed = !privileged(new).is_empty();
        for step in steps(new) {
            for (text, line) in step.scripts() {
                for expression in EXPRESSION.groups(text, 1).filter(|expression| is_pasted(expression)) {
                    script(file, side, (line, expression), exposed, sink);
                }
            }
            if step.uses().is_some_and(|uses| AGENT_ACTION.is_match(uses)) {
                prompt(file, side, &step, sink);
            }
        }
    }
}

/// Inside `contains(…)` and comparisons the words decide, but are not pasted.
fn is_pasted(expression: &str) -> bool {
    UNTRUSTED.is_match(expression)
        && !expression.contains("==")
        && !expression.contains("!=")
        && !expression.contains("contains(")
        && !expression.contains("startsWith(")
        && !expression.contains("toJSON(")
}

fn script(file: &FileView<'_>, side: &SideView<'_>, (from, expression): (usize, &str), exposed: bool, sink: &mut Sink<'_>) {
    let line = line_with(side, from, expression);
    if !side.is_changed(line) {
        return;
    }
    let title = format!("`{}` is pasted into a script: whoever writes it can add commands", expression.trim());
    let severity = if exposed { Severity::Critical } else { Severity::Medium };
    sink.report(Draft::line(file, side, line).title(title).severity(severity));
}

fn prompt(file: &FileView<'_>, side: &SideView<'_>, step: &Step<'_>, sink: &mut Sink<'_>) {
    let Some(with) = step.node.get("with") else { return };
    let anybody =
        ["allowed_non_write_users", "allowed_bots"].into_iter().any(|key| with.get(key).map(Node::scalar).as_deref() == Some("*"));
    let mut touched: Option<(usize, &str)> = None;
    for (key, node) in with.entries() {
        for expression in EXPRESSION.groups(node.text().unwrap_or(""), 1).filter(|expression| UNTRUSTED.is_match(expression)) {
            let line = line_with(side, node.line, expression);
            if side.is_changed(line) {
                touched = touched.or(Some((line, key)));
            }
        }
        if anybody && key.starts_with("allowed_") && side.is_changed(node.line) {
            touched = touched.or(Some((node.line, key)));
        }
    }
    if let Some((line, _)) = touched {
        let title = if anybody {
            "Anybody may speak to an agent that has the rights of this workflow"
        } else {
            "Words of anybody become part of an agent's prompt"
        };
        sink.report(Draft::line(file, side, line).title(title).severity(if anybody { Severity::High } else { Severity::Medium }));
    }
}
