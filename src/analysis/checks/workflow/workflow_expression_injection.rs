//! `workflow-expression-injection`: words of anybody, pasted into a script or an agent's prompt.

use super::expressions::{expressions, is_event, is_pasted, speaks, uses_variable, words_in_variables};
use super::steps::{Step, is_github, line_with, privileged, steps, trees};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::rule::{RuleId, Severity};

static AGENT_ACTION: Pattern = Pattern::new(r"(?i)claude-code|codex|gemini-cli|copilot|aider|openhands|amazon-q|cursor-agent|ai-inference");
static INSIDE: Pattern = Pattern::new(r"^\s*github\.event\.(label|milestone)\.\w+[\s|']*$");
/// A name of an action's input that is pasted into a script of the action.
static INPUT: Pattern = Pattern::new(r"^\s*(?:inputs|github\.event\.inputs)\.([\w-]+)\s*$");
/// Words of anybody in pipelines of others, where they are pasted rather than passed.
static ELSEWHERE: [(&str, Pattern); 3] = [
    (
        "azure",
        Pattern::new(
            r"(?i)\$\((System\.PullRequest\.(SourceBranch|SourceBranchName|SourceRepositoryURI)|Build\.(SourceVersionMessage|SourceBranchName|RequestedFor))\)",
        ),
    ),
    (
        "jenkins",
        Pattern::new(
            r#"(?i)\b(sh|bat|powershell|pwsh)\b[^'\n]*"[^\n]*\$\{?\s*(env\.|params\.)?(CHANGE_TITLE|CHANGE_BRANCH|CHANGE_AUTHOR_DISPLAY_NAME|CHANGE_FORK|ghprbPullTitle|ghprbPullLongDescription|ghprbCommentBody|ghprbSourceBranch|gitlabMergeRequestTitle|gitlabMergeRequestDescription|GIT_COMMIT_MESSAGE)\b"#,
        ),
    ),
    (
        "gitlab",
        Pattern::new(
            r#"(?i)\b(eval|(ba|z|da)?sh\s+-c)\b[^\n]*\$\{?(CI_MERGE_REQUEST_(TITLE|DESCRIPTION|SOURCE_BRANCH_NAME|LABELS)|CI_COMMIT_(MESSAGE|TITLE|DESCRIPTION|REF_NAME|BRANCH|AUTHOR)|CI_EXTERNAL_PULL_REQUEST_\w+)\b"#,
        ),
    ),
];

/// See `rules/code/workflow-expression-injection.toml`.
pub struct WorkflowExpressionInjection;

impl Check for WorkflowExpressionInjection {
    fn rule(&self) -> RuleId {
        RuleId("workflow-expression-injection")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if file.role == Role::Workflow && !is_github(file) {
            elsewhere(file, sink);
        }
        let Some((_, new, side)) = trees(file) else { return };
        let exposed = !privileged(new).is_empty();
        for step in steps(new) {
            for (text, line) in step.scripts() {
                for expression in expressions(text) {
                    script(file, side, (line, expression), (&step, exposed), sink);
                }
                into_environment(file, side, (line, text), (&step, exposed), sink);
            }
            if step.uses().is_some_and(|uses| AGENT_ACTION.is_match(uses)) {
                prompt(file, side, &step, sink);
            } else if step.uses().is_some_and(|uses| uses.starts_with("./")) {
                handed(file, side, &step, exposed, sink);
            }
        }
    }
}

fn script(
    file: &FileView<'_>,
    side: &SideView<'_>,
    (from, expression): (usize, &str),
    (step, exposed): (&Step<'_>, bool),
    sink: &mut Sink<'_>,
) {
    let line = line_with(side, from, expression);
    if !side.is_changed(line) {
        return;
    }
    let shown = expression.trim();
    let (title, severity) = if is_pasted(step, expression) {
        // Labels and milestones are named by people with rights.
        let severity = if exposed && !INSIDE.is_match(expression) { Severity::Critical } else { Severity::Medium };
        (format!("`{shown}` is pasted into a script: whoever writes it can add commands"), severity)
    } else if step.node.get("run").is_some() && is_event(expression) {
        let severity = if exposed { Severity::High } else { Severity::Low };
        (format!("`{shown}` pastes a whole event into a script: a quote in a title ends the text"), severity)
    } else if step.job.is_none() && INPUT.is_match(expression) {
        (format!("`{shown}` is pasted into a script: whatever a caller passes becomes part of it"), Severity::Low)
    } else {
        return;
    };
    sink.report(Draft::line(file, side, line).title(title).severity(severity));
}

/// A text of several lines in the file of variables sets any variable it likes.
fn into_environment(
    file: &FileView<'_>,
    side: &SideView<'_>,
    (from, text): (usize, &str),
    (step, exposed): (&Step<'_>, bool),
    sink: &mut Sink<'_>,
) {
    let texts: Vec<&str> =
        words_in_variables(step).into_iter().filter(|name| step.variable(name).is_some_and(|value| value.contains("body"))).collect();
    for row in text.lines().filter(|row| row.contains("GITHUB_ENV") || row.contains("GITHUB_PATH")) {
        let Some(name) = texts.iter().find(|name| uses_variable(row, name)) else { continue };
        let line = line_with(side, from, row.trim());
        if side.is_changed(line) {
            let title = format!("`{name}` holds words of anybody and is written into the variables of all later steps");
            sink.report(Draft::line(file, side, line).title(title).severity(if exposed { Severity::High } else { Severity::Medium }));
        }
    }
}

/// Words of anybody for an action of the repository, which may paste them.
fn handed(file: &FileView<'_>, side: &SideView<'_>, step: &Step<'_>, exposed: bool, sink: &mut Sink<'_>) {
    for (key, node) in step.node.get("with").map_or(&[][..], Node::entries) {
        let Some(expression) = expressions(node.text().unwrap_or("")).find(|inner| is_pasted(step, inner)) else { continue };
        let line = line_with(side, node.line, expression);
        let Some(action) = step.uses().filter(|_| side.is_changed(line)) else { continue };
        let pastes = pasting_inputs(file, action).iter().any(|input| input == key);
        let (what, severity) = match (pastes, exposed) {
            (true, true) => ("which pastes it into a script", Severity::Critical),
            (true, false) => ("which pastes it into a script", Severity::Medium),
            (false, _) => ("which must not paste it into a script", Severity::Low),
        };
        let title = format!("`{}` goes to `{action}` as `{key}`, {what}", expression.trim());
        sink.report(Draft::line(file, side, line).title(title).severity(severity));
    }
}

/// The inputs that the action at `action`, as far as this change brings it, pastes into its scripts.
fn pasting_inputs(file: &FileView<'_>, action: &str) -> Vec<String> {
    let folder = action.trim_start_matches("./").trim_end_matches('/');
    let is_it = |path: &str| [format!("{folder}/action.yml"), format!("{folder}/action.yaml")].iter().any(|known| known == path);
    let text = file.change.patch.files.iter().find(|other| is_it(&other.path().text())).and_then(|other| other.text());
    let lines: Vec<&str> = text.map(|text| text.added().map(|(_, line)| line).collect()).unwrap_or_default();
    lines.iter().flat_map(|line| expressions(line)).filter_map(|expression| INPUT.group(expression, 1)).map(str::to_owned).collect()
}

fn prompt(file: &FileView<'_>, side: &SideView<'_>, step: &Step<'_>, sink: &mut Sink<'_>) {
    let Some(with) = step.node.get("with") else { return };
    let anybody = super::agents::anybody(step);
    let mut touched: Option<(usize, &str)> = None;
    for (key, node) in with.entries() {
        let text = node.text().unwrap_or("");
        for expression in expressions(text).filter(|expression| speaks(&format!("${{{{{expression}}}}}"))) {
            let line = line_with(side, node.line, expression);
            if side.is_changed(line) {
                touched = touched.or(Some((line, key)));
            }
        }
        if anybody && key.starts_with("allow") && side.is_changed(node.line) {
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

/// Other servers pass words of anybody as variables, which is safe; these are the ways around that.
fn elsewhere(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let path = file.path.to_lowercase();
    for line in file.added().filter(|line| !line.text.trim_start().starts_with(['#', '/', '*'])) {
        for (server, pattern) in &ELSEWHERE {
            let fits = match *server {
                "azure" => path.contains("azure") || path.contains(".pipelines"),
                "jenkins" => path.contains("jenkins"),
                _ => true,
            };
            let Some(found) = pattern.find(line.text).filter(|_| fits) else { continue };
            let shown = line.text.get(found).unwrap_or("").trim();
            let title = format!("`{shown}` puts words of anybody into a script: whoever writes them can add commands");
            let named = shown.to_lowercase();
            let severity = if named.contains("branch") || named.contains("requestedfor") { Severity::Medium } else { Severity::High };
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}
