//! `dependency-odd-version`: an exact version that its registry cannot have published, or hardly would have.

use std::collections::HashSet;

use super::table::{MOST, Table, tables, tool};
use crate::analysis::check::{ChangeView, Check, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::manifests::format::Kind;
use crate::analysis::manifests::version::parts::parts;
use crate::analysis::manifests::version::{Oddity, exact, oddity};
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem, PackageSource};
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dependency-odd-version.toml`.
pub struct DependencyOddVersion;

impl Check for DependencyOddVersion {
    fn rule(&self) -> RuleId {
        RuleId("dependency-odd-version")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        let manifests = tables(view).filter(Table::is_manifest).flat_map(|table| table.rows.iter());
        let asked: HashSet<&str> = manifests.filter_map(DependencyChange::dependency).map(|one| one.name.as_str()).collect();
        for table in tables(view) {
            let odd = table.rows.iter().filter_map(|row| {
                let after = row.after.as_ref()?;
                Some((after, judged(&table, row).or_else(|| goes_back(&table, row, after, &asked))?))
            });
            for (dependency, (severity, title)) in odd.take(MOST) {
                sink.report(table.draft(dependency).title(title).severity(table.weighed(severity)));
            }
        }
    }
}

fn judged(table: &Table<'_>, row: &DependencyChange) -> Option<(Severity, String)> {
    let after = row.after.as_ref().filter(|after| after.source == PackageSource::DefaultRegistry)?;
    let Dependency { name, ecosystem, .. } = after;
    let topmost = parts(&after.version).into_iter().find(|part| oddity(*ecosystem, part.version) == Some(Oddity::Topmost));
    if let Some(part) = topmost.filter(|part| !row.before.as_ref().is_some_and(|before| before.version.contains(part.version))) {
        let version = part.version;
        return Some((Severity::Medium, format!("{name} is to be {version}, a number above all that anybody publishes")));
    }
    if *ecosystem == Ecosystem::Composer && !table.is_manifest() && after.version.starts_with("dev-") {
        let known = row.before.as_ref().map(|before| before.version.as_str()).filter(|known| !known.contains("dev"))?;
        return Some((Severity::Medium, format!("{name} moved from the release {known} to {}, a branch", after.version)));
    }
    let pinned = exact(*ecosystem, &after.version, !table.is_manifest());
    if let Some(version) = pinned.filter(|version| !is_template(version)) {
        let release = before(table, row).is_some_and(|known| same_release(known, version));
        match oddity(*ecosystem, version) {
            Some(Oddity::Impossible) if *ecosystem == Ecosystem::Golang && table.is_manifest() => {
                return Some((Severity::Medium, format!("{name} asks for {version}, which is no version but a branch or a name")));
            }
            Some(Oddity::Impossible) => {
                let registry = tool(*ecosystem);
                return Some((Severity::Critical, format!("{name} is pinned to {version}, which {registry} cannot have published")));
            }
            Some(Oddity::Private) => {
                let severity = if release { Severity::High } else { Severity::Medium };
                return Some((severity, format!("{name} is pinned to {version}, a private variant that no public index takes")));
            }
            Some(Oddity::Worded) if release => {
                return Some((Severity::High, format!("{name} moved from a release to {version}, the same with a word behind it")));
            }
            Some(Oddity::Worded) if after.direct && is_strict(*ecosystem) => {
                return Some((Severity::Low, format!("{name} is pinned to {version}, an unusual pre-release")));
            }
            _ => {}
        }
    }
    None
}

/// Whether a word behind a version is told apart from a platform or a variant by the grammar alone.
fn is_strict(ecosystem: Ecosystem) -> bool {
    matches!(ecosystem, Ecosystem::Cargo | Ecosystem::Npm | Ecosystem::Golang)
}

/// A direct dependency that goes back, in its manifest, or in a lock file alone.
fn goes_back(table: &Table<'_>, row: &DependencyChange, after: &Dependency, asked: &HashSet<&str>) -> Option<(Severity, String)> {
    let Dependency { name, .. } = after;
    let own = match table.inventory.kind {
        Kind::Manifest => true,
        Kind::Lock => !asked.contains(name.as_str()),
        Kind::Tools => false,
    };
    let back = row.change == DependencyMove::Downgraded && after.direct && own && after.source == PackageSource::DefaultRegistry;
    back.then(|| {
        let known = row.before.as_ref().map_or("", |before| before.version.as_str());
        (Severity::Low, format!("{name} goes back from {known} to {}", after.version))
    })
}

/// The exact version before.
fn before<'r>(table: &Table<'_>, row: &'r DependencyChange) -> Option<&'r str> {
    let before = row.before.as_ref()?;
    exact(before.ecosystem, &before.version, !table.is_manifest())
}

/// Whether `odd` is the release `known` with something behind it.
fn same_release(known: &str, odd: &str) -> bool {
    odd.strip_prefix(known).is_some_and(|rest| rest.starts_with(['-', '+']) || is_word(rest))
}

/// `.patched`, as Ruby writes what stands behind a release.
fn is_word(rest: &str) -> bool {
    rest.strip_prefix('.').is_some_and(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Whether a version is filled in by something else.
fn is_template(version: &str) -> bool {
    version.contains(['{', '$', '%', '<', '@'])
}
