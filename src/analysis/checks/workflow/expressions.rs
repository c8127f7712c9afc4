//! Expressions of workflows: which of them stand for words or code of anybody, also by way of a variable or an output.

use super::steps::Step;
use crate::analysis::pattern::Pattern;

/// What somebody outside writes: titles, texts, branch names, addresses.
static WORDS: Pattern = Pattern::new(
    r"(?ix)
    github\.head_ref | github\.event\.(
        (issue|pull_request|discussion|comment|review|review_comment|answer)\.(title|body)
      | pull_request\.head\.(ref|label|repo\.default_branch|repo\.description|repo\.homepage)
      | (head_commit|commits\[?[^\]\s]*\]?|commits\.\*)\.(message|author\.(name|email)|committer\.(name|email))
      | workflow_run\.(head_branch|display_title|head_commit\.(message|author\.(name|email)))
      | pages\[?[^\]\s]*\]?\.page_name | pages\.\*\.page_name | client_payload\.\w+
      | label\.(name|description) | milestone\.(title|description) )",
);
/// A whole event, which holds them.
static EVENT: Pattern = Pattern::new(
    r"(?i)to_?json\(\s*(github|github\.event|github\.event\.(issue|pull_request|comment|discussion|review|head_commit|commits|workflow_run)(\.(title|body))?)\s*\)",
);
/// The commit or branch of a proposal.
static CODE: Pattern = Pattern::new(
    r"(?i)github\.event\.pull_request\.head\.(sha|ref|repo)|github\.event\.pull_request\.merge_commit_sha|github\.head_ref|github\.event\.workflow_run\.(head_(sha|branch|commit|repository)|pull_requests)|refs/pull/|steps\.[\w-]+\.outputs\.[\w-]*(head|sha|ref)|github\.event\.issue\.number|github\.event\.client_payload\.\w*(sha|ref|branch)",
);
static EXPRESSION: Pattern = Pattern::new(r"(?s)\$\{\{(.*?)\}\}");
static VARIABLE: Pattern = Pattern::new(r"^env\.([\w-]+)$");
static OUTPUT: Pattern = Pattern::new(r"^steps\.([\w-]+)\.outputs\.([\w-]+)$");
/// A variable that leads to another that leads to another is nobody's habit.
const DEEPEST: usize = 3;

/// The expressions in `text`.
pub(super) fn expressions(text: &str) -> impl Iterator<Item = &str> {
    EXPRESSION.groups(text, 1)
}

/// `github.event['issue']["body"]` as `github.event.issue.body`.
fn plain(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression.trim();
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let inside = from.get(1..).unwrap_or("").trim_start();
        let quote = inside.chars().next().filter(|c| matches!(c, '\'' | '"'));
        let named = quote.and_then(|quote| inside.get(1..)?.split_once(quote));
        match named.and_then(|(name, after)| Some((name, after.trim_start().strip_prefix(']')?))) {
            Some((name, after)) => {
                out.push('.');
                out.push_str(name);
                rest = after;
            }
            None => {
                out.push('[');
                rest = from.get(1..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    out
}

/// Whether `expression`, pasted by `step`, leaves words of anybody there. What is only compared is not pasted.
pub(super) fn is_pasted(step: &Step<'_>, expression: &str) -> bool {
    pastes(step, expression, DEEPEST)
}

fn pastes(step: &Step<'_>, expression: &str, depth: usize) -> bool {
    let plain = plain(expression);
    let mut operands = plain.split("&&").flat_map(|part| part.split("||")).map(|operand| operand.trim().trim_matches(['(', ')']));
    operands.any(|operand| {
        let decides = ["==", "!=", "contains(", "startsWith(", "endsWith(", "hashFiles("].iter().any(|sign| operand.contains(sign));
        let whole = operand.to_ascii_lowercase().contains("tojson(");
        !decides && ((WORDS.is_match(operand) && !whole) || depth > 0 && leads(step, operand, depth - 1))
    })
}

/// Whether a variable or an output of the job leads to words of anybody.
fn leads(step: &Step<'_>, operand: &str, depth: usize) -> bool {
    if let Some(value) = VARIABLE.group(operand, 1).and_then(|name| step.variable(name)) {
        return expressions(value).any(|inner| pastes(step, inner, depth));
    }
    let (Some(id), Some(output)) = (OUTPUT.group(operand, 1), OUTPUT.group(operand, 2)) else { return false };
    let siblings = step.siblings();
    let Some(source) = siblings.iter().find(|other| other.node.get("id").is_some_and(|node| node.scalar() == id)) else { return false };
    let assigns = |line: &str| line.contains("GITHUB_OUTPUT") && line.contains(&format!("{output}="));
    source.scripts().flat_map(|(text, _)| text.lines()).filter(|line| assigns(line)).any(|line| {
        expressions(line).any(|inner| pastes(source, inner, depth)) || worded(source, depth).iter().any(|name| uses_variable(line, name))
    })
}

/// Whether `expression` pastes a whole event, words and all.
pub(super) fn is_event(expression: &str) -> bool {
    EVENT.is_match(&plain(expression))
}

/// Whether `text` holds an expression for words of anybody, pasted or compared.
pub(super) fn speaks(text: &str) -> bool {
    expressions(text).any(|expression| WORDS.is_match(&plain(expression)))
}

/// The variables of `step` that hold words of anybody.
pub(super) fn words_in_variables<'n>(step: &Step<'n>) -> Vec<&'n str> {
    worded(step, DEEPEST)
}

fn worded<'n>(step: &Step<'n>, depth: usize) -> Vec<&'n str> {
    let held = |text: &str| expressions(text).any(|inner| pastes(step, inner, depth));
    step.variables().filter(|(_, node)| held(node.text().unwrap_or(""))).map(|(name, _)| name.as_str()).collect()
}

/// Whether `text` names the commit or branch of a proposal, also by way of a variable.
pub(super) fn is_proposal(step: &Step<'_>, text: &str) -> bool {
    let by_variable = |expression: &str| {
        VARIABLE.group(plain(expression).as_str(), 1).and_then(|name| step.variable(name)).is_some_and(|value| CODE.is_match(&plain(value)))
    };
    CODE.is_match(&plain(text)) || expressions(text).any(by_variable)
}

/// Whether `text` names the commit or branch of a proposal outright.
pub(super) fn names_proposal(text: &str) -> bool {
    CODE.is_match(&plain(text))
}

/// The variables of `step` that name the commit, branch or number of a proposal.
pub(super) fn proposals_in_variables<'n>(step: &Step<'n>) -> Vec<&'n str> {
    step.variables().filter(|(_, node)| CODE.is_match(&plain(node.text().unwrap_or("")))).map(|(name, _)| name.as_str()).collect()
}

/// Whether a shell would put the variable `name` into `line`.
pub(super) fn uses_variable(line: &str, name: &str) -> bool {
    ["$", "${", "$env:", "%"].iter().any(|sign| {
        line.match_indices(&format!("{sign}{name}")).any(|(at, found)| {
            let next = line.get(at + found.len()..).and_then(|rest| rest.chars().next());
            !next.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_dots() {
        assert_eq!(plain(" github.event['issue'][\"body\"] "), "github.event.issue.body");
        assert_eq!(plain("github.event.commits[0].message"), "github.event.commits[0].message");
        assert_eq!(plain("a['b"), "a['b");
    }

    #[test]
    fn a_variable_is_used_as_a_whole_name() {
        assert!(uses_variable("echo \"${TITLE}\"", "TITLE") && uses_variable("x $TITLE", "TITLE") && uses_variable("$env:TITLE", "TITLE"));
        assert!(!uses_variable("echo $TITLES", "TITLE") && !uses_variable("TITLE", "TITLE"));
    }
}
