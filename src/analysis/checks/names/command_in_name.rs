//! `command-in-name`: a name that becomes a command where a script pastes it.

use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::pattern::Pattern;
use crate::model::rule::{RuleId, Severity};

static SUBSTITUTION: Pattern = Pattern::new(r"\$\(|`[^`]+`|\$\{?IFS\b|\$\{IFS|<\(\s*\w");
static BRACES: Pattern = Pattern::new(r"\{(curl|wget|bash|sh|nc|cat|echo|python[\d.]*|perl|rm|ping|base64|touch|id|env),");
static CHAIN: Pattern = Pattern::new(
    r"(;|\|\|?|&&?|\n)\s*(/?\w+/)*(curl|wget|bash|sh|zsh|nc|ncat|python[\d.]*|perl|ruby|node|eval|exec|source|sudo|rm|chmod|touch|whoami|id|sleep|ping|env|printenv|base64|powershell|cmd)([\s;|&<>$'\x22{(-]|$)",
);
/// A file that a program takes for an option, as `tar *` does.
static OPTION: Pattern = Pattern::new(
    r"(^|/)--?[a-z][\w-]*=\S*(exec|sh|command|cmd)|(^|/)--(checkpoint-action|use-compress-program|to-command|rsh|upload-pack)\b",
);
/// In prose, backticks and signs are ordinary; a substitution that runs a known program is not.
static PROSE: Pattern = Pattern::new(
    r"\$\(\s*(curl|wget|bash|sh|nc|cat|python[\d.]*|perl|rm|base64|whoami|id|env|printenv|eval|sleep|ping)\b|\$\{IFS\}|\$IFS\$|\{(curl|wget|bash|nc|cat),",
);
static CHAIN_IN_PROSE: Pattern = Pattern::new(r"(;|\|\|?|&&)\s*(curl|wget|bash|nc)\s+\S*([/.-]\S*)");

/// See `rules/code/command-in-name.toml`.
pub struct CommandInName;

impl Check for CommandInName {
    fn rule(&self) -> RuleId {
        RuleId("command-in-name")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let pull = &view.change.pull;
        for path in view.change.patch.files.iter().filter_map(|file| file.new_path.as_ref()) {
            let text = path.text();
            if let Some(severity) = in_name(&text).or_else(|| OPTION.is_match(&text).then_some(Severity::High)) {
                sink.report(Draft::name(path).title("A file's name holds a command").severity(severity));
            }
        }
        if let Some(severity) = in_name(&pull.branch) {
            sink.report(Draft::branch(&pull.branch).title("The branch's name holds a command").severity(severity));
        }
        if let Some(severity) = in_prose(&pull.title) {
            sink.report(Draft::message(&pull.title).title("The title holds a command").severity(severity));
        }
        for commit in view.change.commits.iter().filter(|commit| commit.subject() != pull.title) {
            if let (Some(severity), Some(id)) = (in_prose(commit.subject()), &commit.id) {
                sink.report(Draft::commit(id, commit.subject()).title("A commit's subject holds a command").severity(severity));
            }
        }
    }
}

fn in_name(name: &str) -> Option<Severity> {
    if SUBSTITUTION.is_match(name) || BRACES.is_match(name) {
        Some(Severity::Critical)
    } else {
        CHAIN.is_match(name).then_some(Severity::High)
    }
}

/// A subject may speak of a command in backticks.
fn in_prose(text: &str) -> Option<Severity> {
    let spoken: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    if PROSE.is_match(&spoken) { Some(Severity::High) } else { CHAIN_IN_PROSE.is_match(&spoken).then_some(Severity::Medium) }
}
