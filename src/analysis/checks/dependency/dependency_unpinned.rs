//! `dependency-unpinned`: a note for each new requirement that takes any version.

use super::table::{MOST, Table, tables};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
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
        for table in tables(view).filter(Table::is_manifest) {
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
    match &dependency.source {
        PackageSource::DefaultRegistry | PackageSource::Registry(_) => {
            let version = dependency.version.trim();
            matches!(version, "" | "*" | "x" | "latest" | "next" | ">=0" | ">=0.0.0") && dependency.ecosystem != Ecosystem::Golang
        }
        PackageSource::Git { rev, .. } => !is_commit(rev),
        PackageSource::Url(_) | PackageSource::Path(_) => false,
    }
}

/// Whether a revision is a commit id, which nobody can move.
fn is_commit(rev: &str) -> bool {
    rev.len() >= 7 && rev.bytes().all(|byte| byte.is_ascii_hexdigit())
}
