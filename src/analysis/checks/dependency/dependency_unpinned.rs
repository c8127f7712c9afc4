//! `dependency-unpinned`: a note for each new requirement that takes any version.

use super::table::{MOST, tables};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::manifests::format::Kind;
use crate::model::dependency::{Dependency, DependencyMove, Ecosystem, PackageSource};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dependency-unpinned.toml`.
pub struct DependencyUnpinned;

impl Check for DependencyUnpinned {
    fn rule(&self) -> RuleId {
        RuleId("dependency-unpinned")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for table in tables(view).filter(|table| table.inventory.kind != Kind::Lock) {
            let open = table.rows.iter().filter(|row| row.change != DependencyMove::Removed).filter_map(|row| {
                let was_open = row.before.as_ref().is_some_and(takes_any);
                row.after.as_ref().filter(|after| takes_any(after) && !was_open)
            });
            for dependency in open.take(MOST) {
                let draft = table.draft(dependency).title(format!("{} may be any version", dependency.name));
                sink.report(draft.severity(Severity::Info));
            }
        }
    }
}

/// Whether any version of a registry, or whatever a branch holds, would do.
fn takes_any(dependency: &Dependency) -> bool {
    match (&dependency.source, dependency.ecosystem) {
        // Actions have a rule of their own.
        (_, Ecosystem::GithubActions) | (PackageSource::Url(_) | PackageSource::Path(_), _) => false,
        // Tools that take releases of a repository by their tags.
        (PackageSource::Git { rev, .. }, Ecosystem::PreCommit | Ecosystem::Terraform) => !is_commit(rev) && !is_tag(rev),
        (_, Ecosystem::PreCommit) => !is_commit(&dependency.version) && !is_tag(&dependency.version),
        (PackageSource::Git { rev, .. }, _) => !is_commit(rev),
        (PackageSource::DefaultRegistry | PackageSource::Registry(_), ecosystem) => {
            ecosystem != Ecosystem::Golang && is_open(&dependency.version) && dependency.version != "managed"
        }
    }
}

/// Whether a requirement names no version at all, each in the words of its tool.
fn is_open(requirement: &str) -> bool {
    const WORDS: [&str; 17] = [
        "",
        "*",
        "x",
        "+",
        "any",
        "latest",
        "next",
        "latest.release",
        "latest.integration",
        "release",
        "[0,)",
        "[,)",
        "(,)",
        "[0.0,)",
        ">=0",
        ">=0.0",
        ">=0.0.0",
    ];
    let requirement = requirement.replace(' ', "").to_lowercase();
    WORDS.contains(&requirement.as_str())
}

/// Whether a revision is a commit id, which nobody can move.
fn is_commit(rev: &str) -> bool {
    rev.len() >= 7 && rev.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a reference has a number, as names of releases have and those of branches seldom.
fn is_tag(rev: &str) -> bool {
    rev.bytes().any(|byte| byte.is_ascii_digit())
}
