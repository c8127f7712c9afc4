//! `git-hook-added`: commands that run on commit, checkout or push of whoever works on the repository.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::fold;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static HOOK_FILE: Pattern = Pattern::new(
    r"/(\.husky|\.githooks|githooks|\.git-hooks|git-hooks|hooks|\.hooks)/(_/)?(pre-commit|pre-push|post-checkout|post-merge|commit-msg|prepare-commit-msg|post-commit|pre-rebase|post-rewrite|applypatch-msg|pre-merge-commit|push-to-checkout|pre-receive|post-update)(\.\w+)?$",
);
static HOOK_FOLDER: Pattern = Pattern::new(r"/(\.husky|\.githooks|\.git-hooks)/");
static MANAGER: Pattern = Pattern::new(
    r"/(\.?lefthook(-local)?\.ya?ml|\.?lefthook\.toml|\.pre-commit-config\.ya?ml|\.huskyrc(\.\w+)?|\.lintstagedrc(\.\w+)?|\.simple-git-hooks\.\w+|\.overcommit\.yml)$",
);
static LOCAL_ENTRY: Pattern = Pattern::new(r#"^\s*(-\s+)?(entry|run|command|args)\s*[:=]\s*(.+)$"#);
static ORDINARY: Pattern = Pattern::new(
    r#"(?i)^\s*($|#|\.\s+"?\$\(dirname|set\s+-|(npx\s+(--no-install\s+|--no\s+|--\s+)?|npm\s+|pnpm\s+(exec\s+|run\s+)?|yarn\s+|bun\s+(run\s+)?|bunx\s+|poetry\s+run\s+|uv\s+run\s+|make\s+|just\s+|cargo\s+|go\s+|git\s+|python3?\s+-m\s+|pre-commit|lint-staged|commitlint|prettier|eslint|ruff|black|mypy|gofmt|echo\b|printf\b|if\b|fi$|then$|else|done|do$|for\b|while\b|case\b|esac|exit\b|cd\b|export\s+\w+=|local\b|function\b|\}|\{|\w+\s*\(\)|\w+=|return\b|\[|test\b|grep\b|read\b|shift|true|false|unset))"#,
);

/// See `rules/code/git-hook-added.toml`.
pub struct GitHookAdded;

impl Check for GitHookAdded {
    fn rule(&self) -> RuleId {
        RuleId("git-hook-added")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let path = format!("/{}", fold(&file.path));
        let hook = HOOK_FILE.is_match(&path) || HOOK_FOLDER.is_match(&path);
        let manager = MANAGER.is_match(&path);
        let Some(side) = file.new_side().filter(|_| (hook || manager) && !path.ends_with(".md") && !path.ends_with(".gitignore")) else {
            return;
        };
        for line in file.added() {
            let command = if manager { LOCAL_ENTRY.group(line.text, 3).unwrap_or("") } else { line.text };
            if command.trim().is_empty() || command.trim_start().starts_with('#') {
                continue;
            }
            let severity = match shell::worst(command) {
                Some(deed) if deed.is_grave() => Severity::Critical,
                Some(Deed::Network | Deed::Sends | Deed::Temporary | Deed::Installs) => Severity::High,
                Some(Deed::Inline) => Severity::Medium,
                _ if ORDINARY.is_match(command) => continue,
                _ => Severity::Low,
            };
            let shown: String = command.trim().chars().take(80).collect();
            sink.report(
                Draft::line(file, side, line.index)
                    .title(format!("Working on this repository with git would run `{shown}`"))
                    .severity(severity),
            );
        }
    }
}
