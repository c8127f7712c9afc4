//! What the files of one change say about each other: a manifest that moves while its lock file stays.

use std::collections::BTreeSet;

use super::format::Kind;
use super::names;
use crate::analysis::check::FileOutcome;
use crate::model::dependency::{DependencyChange, DependencyMove, Ecosystem, PackageSource};

/// Where a project that is built has a lock file; elsewhere many have none at all.
const HAVE_LOCKS: [Ecosystem; 3] = [Ecosystem::Cargo, Ecosystem::Npm, Ecosystem::Golang];

/// Notes new packages whose names are in no list: a list tells what is known, not what exists.
pub fn name(outcomes: &mut [FileOutcome]) {
    let manifests = outcomes.iter_mut().filter(|outcome| outcome.inventory.as_ref().is_some_and(|one| one.kind == Kind::Manifest));
    for row in manifests.flat_map(|outcome| &mut outcome.dependencies).filter(|row| row.change == DependencyMove::Added) {
        let Some(after) = row.after.as_ref().filter(|after| after.direct && after.source == PackageSource::DefaultRegistry) else {
            continue;
        };
        if names::of(after.ecosystem).is_some_and(|list| list.is_broad() && !list.has(&after.name)) {
            row.notes.push("its name is not in the list of known names".to_owned());
        }
    }
}

/// Leaves moves between uses to the manifest where its lock file says them, too.
pub fn say_once(outcomes: &mut [FileOutcome]) {
    let of = |outcome: &FileOutcome, kind: Kind| outcome.inventory.as_ref().is_some_and(|inventory| inventory.kind == kind);
    let moved = |row: &DependencyChange| row.change == DependencyMove::ScopeChanged;
    let name = |row: &DependencyChange| row.dependency().map(|one| (one.ecosystem, one.name.clone()));
    let manifests = outcomes.iter().filter(|outcome| of(outcome, Kind::Manifest));
    let said: BTreeSet<(Ecosystem, String)> =
        manifests.flat_map(|outcome| &outcome.dependencies).filter(|row| moved(row)).filter_map(name).collect();
    if said.is_empty() {
        return;
    }
    for outcome in outcomes.iter_mut().filter(|outcome| of(outcome, Kind::Lock)) {
        outcome.dependencies.retain(|row| !moved(row) || name(row).is_none_or(|name| !said.contains(&name)));
    }
}

/// Notes on rows of manifests that no lock file of their ecosystem changes with them.
pub fn relate(outcomes: &mut [FileOutcome]) {
    let inventories = outcomes.iter().filter_map(|outcome| outcome.inventory.as_ref());
    let locked: BTreeSet<Ecosystem> =
        inventories.filter(|inventory| inventory.kind == Kind::Lock).map(|inventory| inventory.ecosystem).collect();
    for outcome in outcomes {
        let Some(inventory) = outcome.inventory.as_ref().filter(|inventory| inventory.kind == Kind::Manifest) else { continue };
        if !HAVE_LOCKS.contains(&inventory.ecosystem) || locked.contains(&inventory.ecosystem) {
            continue;
        }
        for row in outcome.dependencies.iter_mut().filter(|row| row.change != DependencyMove::Removed) {
            let remote =
                row.after.as_ref().is_some_and(|after| after.version != "workspace" && !matches!(after.source, PackageSource::Path(_)));
            if remote {
                row.notes.push("no lock file changes with it".to_owned());
            }
        }
    }
}
