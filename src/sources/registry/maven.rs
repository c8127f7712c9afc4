//! Maven Central: whether it has an artifact, and the description of one version with the date its server gives for it.

use super::client::Reply;
use super::route::encoded;
use super::world::{Registry, garbled, wrong};
use crate::model::lookup::{Entry, Listing, Package, Release, Version};

pub(super) struct Maven;

impl Registry for Maven {
    fn address(&self) -> &'static str {
        "https://repo1.maven.org/maven2"
    }

    fn accept(&self) -> &'static str {
        "application/xml, text/xml, */*;q=0.5"
    }

    fn routes(&self, package: &Package) -> Vec<String> {
        let (group, artifact) = package.name.split_once(':').unwrap_or(("", &package.name));
        let group: Vec<String> = group.split('.').map(encoded).collect();
        let (folder, artifact) = (group.join("/"), encoded(artifact));
        let pom = package.version.as_deref().map(encoded).map(|version| format!("/{folder}/{artifact}/{version}/{artifact}-{version}.pom"));
        std::iter::once(format!("/{folder}/{artifact}/maven-metadata.xml")).chain(pom).collect()
    }

    fn read(&self, _package: &Package, replies: &[Reply]) -> Result<Listing, String> {
        let release = match replies {
            // A version that is there speaks for its artifact, which may have no list.
            [_, Reply::Found(pom, dated)] if holds(pom, "<project") => Release::Listed(Version { published: *dated, ..Version::default() }),
            [Reply::Absent] | [Reply::Absent, Reply::Absent] => return Ok(Listing::Unlisted),
            [Reply::Found(list, _)] if holds(list, "<metadata") => Release::Unasked,
            [Reply::Found(list, _), Reply::Absent] if holds(list, "<metadata") => Release::Unlisted,
            [.., Reply::Found(..)] => return Err(garbled("Maven Central")),
            _ => return Err(wrong("Maven Central", replies)),
        };
        Ok(Listing::Listed(Entry { release, ..Entry::default() }))
    }
}

/// Whether a document has this element; what else it says is not asked for.
fn holds(body: &[u8], element: &str) -> bool {
    body.windows(element.len()).any(|part| part == element.as_bytes())
}
