//! `agent-config-executes`: hooks and helper commands that an agent or editor runs by itself.

use super::lists::{lists, tool};
use super::settings::{Hit, gained};
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::shell;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static SHELL_SIGN: Pattern = Pattern::new(r"[;&|`<>\n]|\$\(");
/// Lines of an `.envrc` that only set or load what direnv itself offers.
static PLAIN_DIRENV: Pattern = Pattern::new(
    r#"^\s*(#.*|use\s+(flake|nix|asdf|mise|node|rtx|devenv)\b[^;&|`$]*|layout\s+[\w -]+|dotenv(_if_exists)?\b[^;&|`$]*|source_up(_if_exists)?|watch_file\s.*|PATH_add\s+[\w./-]+|(export\s+)?[A-Z_][A-Z0-9_]*=[^;&|`]*|if .*then|fi|else|then)?\s*$"#,
);

/// See `rules/code/agent-config-executes.toml`.
pub struct AgentConfigExecutes;

impl Check for AgentConfigExecutes {
    fn rule(&self) -> RuleId {
        RuleId("agent-config-executes")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if tool(file).is_none() {
            return;
        }
        for hit in gained(&lists().executes, file) {
            sink.report(graded(&hit, hit.draft(file)));
        }
        if file.name().eq_ignore_ascii_case(".envrc") {
            envrc(file, sink);
        }
        unread(file, sink);
    }
}

/// A formatter or a notice is worth a look; a hook that downloads, decodes or hides is sabotage.
fn graded(hit: &Hit<'_>, draft: Draft) -> Draft {
    let harmless = lists().harmless.iter().any(|name| name == shell::program(&hit.value)) && !SHELL_SIGN.is_match(&hit.value);
    match shell::worst(&hit.value) {
        Some(deed) if deed.is_grave() => {
            draft.severity(Severity::Critical).why(format!("This command {}, and nobody is asked before.", deed.says()))
        }
        None if harmless => draft.severity(Severity::Medium),
        _ => draft,
    }
}

fn envrc(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    for line in file.added().filter(|line| !PLAIN_DIRENV.is_match(line.text)) {
        let deed = shell::worst(line.text);
        let severity = match deed {
            Some(deed) if deed.is_grave() => Severity::Critical,
            Some(_) => Severity::High,
            None => Severity::Low,
        };
        let title = format!("Entering this folder with direnv would run `{}`", line.text.trim().chars().take(80).collect::<String>());
        sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
    }
}

/// Says which settings could be judged by their changed lines only.
fn unread(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let settings = matches!(file.language, Language::Json | Language::Yaml | Language::Toml);
    if let (true, Some(Err(why))) = (settings, file.new_side().map(|side| side.document())) {
        sink.skip(Some(file.repo_path()), format!("agent settings judged by their lines only: {why}"));
    }
}
