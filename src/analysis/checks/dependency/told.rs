//! Rows of which registries and advisories were asked, each package once: in the manifest that names it rather than in a lock file.

use std::collections::BTreeSet;

use super::table::{Table, tables};
use crate::analysis::check::ChangeView;
use crate::analysis::lookups::Ground;
use crate::model::dependency::{Dependency, DependencyChange};
use crate::model::lookup::{Entry, Listing, Lookup, Package};
use crate::model::time::Timestamp;

/// A row, and what was said of its package.
pub struct Asked<'a> {
    /// Its file.
    pub table: Table<'a>,
    /// The row.
    pub row: &'a DependencyChange,
    /// The package as it is now.
    pub dependency: &'a Dependency,
    /// What was asked about.
    pub package: Package,
    /// What was said.
    pub lookup: &'a Lookup,
}

impl Asked<'_> {
    /// What the registry lists, and when it said so.
    #[must_use]
    pub fn entry(&self) -> Option<(&Entry, Timestamp)> {
        match self.lookup.listing.says()? {
            (Listing::Listed(entry), at) => Some((entry, at)),
            (Listing::Unlisted, _) => None,
        }
    }
}

/// All of them.
#[must_use]
pub fn asked<'a>(view: &ChangeView<'a>) -> Vec<Asked<'a>> {
    let lookups = &view.around.lookups;
    if lookups.answers.is_empty() {
        return Vec::new();
    }
    let ground = Ground::of(view.outcomes, &view.around.texts);
    let (manifests, locks): (Vec<_>, Vec<_>) = tables(view).partition(Table::is_manifest);
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for table in manifests.into_iter().chain(locks) {
        for row in table.rows {
            let Some(dependency) = &row.after else { continue };
            let Ok(package) = ground.package(table.inventory, row) else { continue };
            let Some(lookup) = lookups.answers.get(&package).filter(|_| seen.insert(package.clone())) else { continue };
            all.push(Asked { table, row, dependency, package, lookup });
        }
    }
    all
}
