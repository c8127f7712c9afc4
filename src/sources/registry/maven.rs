//! Maven Central: whether it has an artifact, and the description of one version with the date its server gives for it. The first version
//! is the first of its list, which grows at its end.

use super::client::Reply;
use super::route::{encoded, is_version};
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
        let pom = package.version.as_deref().map(|version| pom(package, version));
        std::iter::once(format!("{}/maven-metadata.xml", folder(package))).chain(pom).collect()
    }

    fn read(&self, package: &Package, replies: &[Reply]) -> Result<Listing, String> {
        let release = match replies {
            // A version that is there speaks for its artifact, which may have no list.
            [_, Reply::Found(pom, dated)] if holds(pom, "<project") => Release::Listed(Version { published: *dated, ..Version::default() }),
            [Reply::Absent] | [Reply::Absent, Reply::Absent] => return Ok(Listing::Unlisted),
            [Reply::Found(list, _)] if holds(list, "<metadata") => Release::Unasked,
            [Reply::Found(list, _), Reply::Absent] if holds(list, "<metadata") => Release::Unlisted,
            [.., Reply::Found(..)] => return Err(garbled("Maven Central")),
            _ => return Err(wrong("Maven Central", replies)),
        };
        let mut entry = Entry { release, ..Entry::default() };
        if let (Some(first), Release::Listed(version)) = (first(replies), &entry.release) {
            entry.first = version.published.filter(|_| package.version.as_deref() == Some(first));
        }
        Ok(Listing::Listed(entry))
    }

    fn further(&self, package: &Package, replies: &[Reply]) -> Vec<String> {
        let first = first(replies).filter(|first| package.version.as_deref() != Some(first));
        first.map(|first| pom(package, first)).into_iter().collect()
    }

    fn read_further(&self, _package: &Package, entry: &mut Entry, replies: &[Reply]) {
        if let [Reply::Found(pom, dated)] = replies {
            entry.first = dated.filter(|_| holds(pom, "<project"));
        }
    }
}

fn folder(package: &Package) -> String {
    let (group, artifact) = package.name.split_once(':').unwrap_or(("", &package.name));
    let group: Vec<String> = group.split('.').map(encoded).collect();
    format!("/{}/{}", group.join("/"), encoded(artifact))
}

/// Where the description of a version lies.
fn pom(package: &Package, version: &str) -> String {
    let (artifact, version) = (encoded(package.name.split_once(':').map_or("", |(_, artifact)| artifact)), encoded(version));
    format!("{}/{version}/{artifact}-{version}.pom", folder(package))
}

/// The first version of the list of them.
fn first(replies: &[Reply]) -> Option<&str> {
    let Some(Reply::Found(list, _)) = replies.first() else { return None };
    let (_, versions) = std::str::from_utf8(list).ok()?.split_once("<versions>")?;
    let (_, version) = versions.split_once("<version>")?;
    let version = version.split('<').next()?.trim();
    is_version(version).then_some(version)
}

/// Whether a document has this element; what else it says is not asked for.
fn holds(body: &[u8], element: &str) -> bool {
    body.windows(element.len()).any(|part| part == element.as_bytes())
}
