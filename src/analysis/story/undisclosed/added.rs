//! New direct dependencies no word names, from manifests that were there before.

use std::collections::BTreeSet;

use super::mention::Mentioned;
use super::{listed, unsaid};
use crate::analysis::story::facts::Facts;
use crate::model::dependency::{DependencyMove, PackageSource, Scope};
use crate::model::path::RepoPath;
use crate::model::rule::Severity;
use crate::model::story::Undisclosed;

pub(super) fn fact(facts: &Facts<'_>, mentioned: &Mentioned) -> Option<Undisclosed> {
    let rows = facts.dependencies().filter(|(row, manifest)| *manifest && row.change == DependencyMove::Added);
    let changed: BTreeSet<&RepoPath> =
        facts.files().iter().filter(|file| file.old_path.is_some()).filter_map(|file| file.new_path.as_ref()).collect();
    let rows = rows.filter(|(row, _)| changed.contains(&row.manifest));
    let new: Vec<_> = rows
        .filter_map(|(row, _)| Some((row, row.after.as_ref()?)))
        .filter(|(_, new)| {
            new.direct && !matches!(new.source, PackageSource::Path(_)) && new.version != "workspace" && !mentioned.name(&new.name)
        })
        .collect();
    if mentioned.any(&["dependency", "dependencies", "deps", "requirements", "packages", "lockfile"]) {
        return None;
    }
    let names = listed(new.iter().map(|(_, new)| new.name.as_str()));
    let fact = if new.len() == 1 { format!("a new dependency: {names}") } else { format!("{} new dependencies: {names}", new.len()) };
    let runs = new.iter().any(|(_, new)| new.scope == Scope::Runtime);
    let severity = if runs { Severity::Medium } else { Severity::Low };
    unsaid(fact, severity, new.iter().map(|(row, new)| format!("{}:{}", row.manifest.text(), new.line)).collect())
}
