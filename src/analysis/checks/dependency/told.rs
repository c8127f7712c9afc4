//! Rows of which registries and advisories were asked, with what was said, and findings on them.

use super::table::{MOST, Table};
use crate::analysis::check::{ChangeView, Sink};
use crate::analysis::lookups::told_rows;
use crate::model::dependency::{Dependency, DependencyChange};
use crate::model::lookup::{Entry, Listing, Lookup, Package};
use crate::model::rule::Severity;
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
    pub package: &'a Package,
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
pub fn asked<'a>(view: &ChangeView<'a>) -> impl Iterator<Item = Asked<'a>> {
    let ChangeView { change, outcomes, around, told } = *view;
    told.of(|| told_rows(outcomes, around)).iter().filter_map(move |one| {
        let (file, outcome) = (change.patch.files.get(one.file)?, outcomes.get(one.file)?);
        let table = Table { file, inventory: outcome.inventory.as_ref()?, rows: &outcome.dependencies };
        let row = outcome.dependencies.get(one.row)?;
        Some(Asked {
            table,
            row,
            dependency: row.after.as_ref()?,
            package: &one.package,
            lookup: around.lookups.answers.get(&one.package)?,
        })
    })
}

/// Reports the rows that `judged` finds fault with: how much it weighs and in which words. Each costs a look through the diff, so that no more
/// are reported than a sink takes and says that it took.
pub fn report<'a>(view: &ChangeView<'a>, sink: &mut Sink<'_>, judged: impl Fn(&Asked<'a>) -> Option<(Severity, String)>) {
    let found = asked(view).filter_map(|one| judged(&one).map(|told| (one, told)));
    for (one, (severity, title)) in found.take(MOST) {
        sink.report(one.table.draft(one.dependency).title(title).severity(one.table.weighed(severity)));
    }
}
