//! The events of dependencies that were added, removed or moved.

use super::event::{Entry, Event, Stands, Value};
use super::fields::EventKind;
use super::teller::Teller;
use crate::model::dependency::{DependencyChange, PackageSource};

impl Teller<'_> {
    /// The event of `row`; none when it names no package.
    #[must_use]
    pub fn dependency<'e>(&'e self, row: &'e DependencyChange) -> Option<Event<'e>> {
        let package = row.dependency()?;
        let path = row.manifest.text();
        let mut own: Vec<Entry<'e>> = self.code(self.bringer(&row.manifest));
        own.extend([
            ("files_modified", Value::List(vec![path.clone()])),
            ("file_path", path.into()),
            ("package", package.name.as_str().into()),
            ("ecosystem", package.ecosystem.word().into()),
            ("dependency_change", row.change.word().into()),
            ("package_source", source(&package.source).into()),
            ("direct", package.direct.into()),
            ("installs_code", package.installs_code.into()),
        ]);
        own.extend(row.after.as_ref().map(|after| ("version", after.version.as_str().into())));
        own.extend(row.before.as_ref().map(|before| ("old_version", before.version.as_str().into())));
        Some(self.event(
            EventKind::Dependency,
            self.moment(self.bringer(&row.manifest)),
            Stands::Dependency(&row.manifest, &package.name),
            own,
        ))
    }
}

fn source(source: &PackageSource) -> &str {
    match source {
        PackageSource::DefaultRegistry => "registry",
        PackageSource::Registry(from) | PackageSource::Url(from) | PackageSource::Path(from) | PackageSource::Git { url: from, .. } => from,
    }
}
