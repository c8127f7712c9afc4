//! `git-driver-added`: attributes and settings by which git starts programs on checkout, diff or merge.

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

static DRIVER: Pattern = Pattern::new(r"\s(filter|diff|merge)=([\w.-]+)");
/// Drivers that git itself has, and the ones half of all projects use.
static KNOWN: Pattern = Pattern::new(
    r"^(lfs|union|binary|text|ours|astextplain|ada|bash|bibtex|cpp|csharp|css|dts|elixir|fortran|fountain|golang|html|java|kotlin|markdown|matlab|objc|pascal|perl|php|python|ruby|rust|scheme|tex|json|sqlite3?|npm-merge-driver|git-crypt|sopsdiffer|nbstrip\w*|nodiff|false|ipynb|jupyternotebook|lockb)$",
);
static SETTING: Pattern = Pattern::new(
    r"(?i)^\s*(fsmonitor|hookspath|sshcommand|askpass|editor|pager|textconv|clean|smudge|process|driver|gitproxy|helper|insteadof|pushinsteadof|external)\s*=\s*\S|^\s*update\s*=\s*!",
);

/// See `rules/code/git-driver-added.toml`.
pub struct GitDriverAdded;

impl Check for GitDriverAdded {
    fn rule(&self) -> RuleId {
        RuleId("git-driver-added")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        let name = file.name().to_lowercase();
        let settings = matches!(name.as_str(), ".gitconfig" | "gitconfig" | ".gitmodules" | "config.worktree")
            || file.path.to_lowercase().ends_with(".git/config");
        for line in file.added().filter(|line| !line.text.trim_start().starts_with('#')) {
            if name == ".gitattributes" {
                let known = |driver: &str| {
                    KNOWN.is_match(&driver.to_lowercase()) || file.old().is_some_and(|old| old.text().contains(&format!("={driver}")))
                };
                if let Some(driver) = DRIVER.groups(line.text, 2).find(|driver| !known(driver)) {
                    let title = format!("git would use the driver `{driver}`, which settings of this machine may tie to any program");
                    sink.report(Draft::line(file, side, line.index).title(title).severity(Severity::Medium));
                }
            } else if settings && SETTING.is_match(line.text) {
                let severity = if line.text.contains('!') || name == ".gitmodules" { Severity::High } else { Severity::Medium };
                sink.report(
                    Draft::line(file, side, line.index).title("A setting of git would start a program or go elsewhere").severity(severity),
                );
            }
        }
    }
}
