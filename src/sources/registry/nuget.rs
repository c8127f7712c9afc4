//! NuGet.org: the registration of a package, and of one of its versions. A large package's registration names pages, which are asked for too
//! unless they are many: then when its first version was published stays unsaid.

use serde::Deserialize;
use serde_json::Value;

use super::client::Reply;
use super::route::{encoded, is_version};
use super::world::{Registry, garbled, moment, wrong};
use crate::model::lookup::{Entry, Listing, Package, Release, Version};
use crate::model::time::Timestamp;

/// Registrations of all versions, also of those that only the second form of version numbers takes.
const REGISTRATIONS: &str = "/v3/registration5-gz-semver2";
/// What is unlisted was published then, says NuGet.org: 1900. Nothing was before this moment, 2010-01-01.
const BEGIN: Timestamp = Timestamp(1_262_304_000);

/// Pages of one package that are asked for; each holds 64 versions.
const MOST_PAGES: usize = 6;

pub(super) struct Nuget;

#[derive(Deserialize)]
struct Index {
    items: Vec<Page>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(rename = "@id", default)]
    at: String,
    items: Option<Vec<Leaf>>,
}

#[derive(Deserialize)]
struct Leaf {
    #[serde(rename = "catalogEntry")]
    entry: Catalogued,
}

#[derive(Deserialize)]
struct Catalogued {
    id: Option<String>,
    version: String,
    published: Option<String>,
    listed: Option<bool>,
    deprecation: Option<Deprecation>,
}

#[derive(Deserialize)]
struct Deprecation {
    message: Option<String>,
    #[serde(default)]
    reasons: Vec<String>,
}

/// One version asked for alone.
#[derive(Deserialize)]
struct Alone {
    registration: Value,
    published: Option<String>,
    listed: Option<bool>,
}

impl Registry for Nuget {
    fn address(&self) -> &'static str {
        "https://api.nuget.org"
    }

    fn routes(&self, package: &Package) -> Vec<String> {
        let id = encoded(&package.name.to_lowercase());
        let leaf = package.version.as_deref().map(|version| format!("{REGISTRATIONS}/{id}/{}.json", encoded(&normal(version))));
        std::iter::once(format!("{REGISTRATIONS}/{id}/index.json")).chain(leaf).collect()
    }

    fn read(&self, package: &Package, replies: &[Reply]) -> Result<Listing, String> {
        let (index, leaf) = match replies {
            [Reply::Absent] | [Reply::Absent, Reply::Absent] => return Ok(Listing::Unlisted),
            [Reply::Found(body, _), rest @ ..] => (body, rest),
            _ => return Err(wrong("NuGet.org", replies)),
        };
        let index: Index = serde_json::from_slice(index).map_err(|_| garbled("NuGet.org"))?;
        let whole = !index.items.is_empty() && index.items.iter().all(|page| page.items.is_some());
        let entries: Vec<&Catalogued> = index.items.iter().flat_map(Page::entries).collect();
        let first = first(&entries).filter(|_| whole);
        let wanted = package.version.as_deref().map(normal);
        let known = wanted.as_ref().and_then(|wanted| entries.iter().find(|entry| normal(&entry.version) == *wanted));
        let release = match (known, leaf) {
            (Some(entry), _) => Release::Listed(version(entry)),
            (None, []) => Release::Unasked,
            (None, [Reply::Absent]) => Release::Unlisted,
            (None, [Reply::Found(body, _)]) => Release::Listed(alone(body)?),
            (None, _) => return Err(wrong("NuGet.org", leaf)),
        };
        Ok(Listing::Listed(Entry { first, spelling: spelling(package, &entries), release, ..Entry::default() }))
    }

    fn further(&self, package: &Package, replies: &[Reply]) -> Vec<String> {
        let Some(Reply::Found(index, _)) = replies.first() else { return Vec::new() };
        let Ok(index) = serde_json::from_slice::<Index>(index) else { return Vec::new() };
        let open = index.items.iter().filter(|page| page.items.is_none()).count();
        let routes: Option<Vec<String>> = index.items.iter().map(|page| page.route(package)).collect();
        // All of them, also those it wrote out itself: it writes out all or none.
        routes.filter(|routes| open > 0 && routes.len() <= MOST_PAGES).unwrap_or_default()
    }

    fn read_further(&self, package: &Package, entry: &mut Entry, replies: &[Reply]) {
        let page = |reply: &Reply| if let Reply::Found(body, _) = reply { serde_json::from_slice::<Page>(body).ok() } else { None };
        let pages: Vec<Option<Page>> = replies.iter().map(page).collect();
        let entries: Vec<&Catalogued> = pages.iter().flatten().flat_map(Page::entries).collect();
        let whole = pages.iter().all(|page| page.as_ref().is_some_and(|page| page.items.is_some()));
        entry.first = first(&entries).filter(|_| whole);
        entry.spelling = spelling(package, &entries);
        let wanted = package.version.as_deref().map(normal);
        if let Some(told) = entries.iter().find(|one| Some(normal(&one.version)) == wanted) {
            entry.release = Release::Listed(version(told));
        }
    }
}

impl Page {
    fn entries(&self) -> impl Iterator<Item = &Catalogued> {
        self.items.iter().flatten().map(|leaf| &leaf.entry)
    }

    /// Where it lies below the address that is asked, whatever host it names itself.
    fn route(&self, package: &Package) -> Option<String> {
        let (_, versions) = self.at.rsplit_once("/page/")?;
        let (lower, upper) = versions.strip_suffix(".json")?.split_once('/')?;
        let id = encoded(&package.name.to_lowercase());
        (is_version(lower) && is_version(upper)).then(|| format!("{REGISTRATIONS}/{id}/page/{}/{}.json", encoded(lower), encoded(upper)))
    }
}

/// When the first of `entries`, which stand by version, was published; `None` where one before it has no date.
fn first(entries: &[&Catalogued]) -> Option<Timestamp> {
    let dates: Vec<Option<Timestamp>> = entries.iter().map(|entry| published(entry.published.as_deref())).collect();
    let first = dates.iter().flatten().min().copied()?;
    let before = dates.iter().take_while(|date| **date != Some(first));
    before.into_iter().all(Option::is_some).then_some(first)
}

/// The name as the latest version spells it.
fn spelling(package: &Package, entries: &[&Catalogued]) -> Option<String> {
    let id = entries.iter().rev().find_map(|entry| entry.id.as_ref())?;
    (id.to_lowercase() == package.name.to_lowercase()).then(|| id.clone())
}

fn published(text: Option<&str>) -> Option<Timestamp> {
    text.and_then(moment).filter(|at| *at >= BEGIN)
}

fn version(entry: &Catalogued) -> Version {
    let why = |deprecation: &Deprecation| {
        let message = deprecation.message.clone().filter(|message| !message.trim().is_empty());
        message.unwrap_or_else(|| deprecation.reasons.join(", "))
    };
    let deprecated = entry.deprecation.as_ref().map(why).or_else(|| unlisted(entry.listed));
    Version { published: published(entry.published.as_deref()), deprecated, ..Version::default() }
}

fn alone(body: &[u8]) -> Result<Version, String> {
    let leaf: Alone = serde_json::from_slice(body).map_err(|_| garbled("NuGet.org"))?;
    if !leaf.registration.is_string() {
        return Err(garbled("NuGet.org"));
    }
    Ok(Version { published: published(leaf.published.as_deref()), deprecated: unlisted(leaf.listed), ..Version::default() })
}

/// Unlisted versions can still be installed, and are often merely old.
fn unlisted(listed: Option<bool>) -> Option<String> {
    (listed == Some(false)).then(|| "it is unlisted".to_owned())
}

/// A version as NuGet writes it in addresses: three numbers, a fourth unless it is 0, no zeros before them, nothing behind `+`.
fn normal(version: &str) -> String {
    let version = version.split('+').next().unwrap_or(version).to_lowercase();
    let (numbers, label) = version.split_once('-').map_or((version.as_str(), None), |(numbers, label)| (numbers, Some(label)));
    let mut parts: Vec<&str> = numbers
        .split('.')
        .map(|part| match part.trim_start_matches('0') {
            "" => "0",
            rest => rest,
        })
        .collect();
    parts.resize(parts.len().max(3), "0");
    if parts.len() == 4 && parts.last() == Some(&"0") {
        parts.pop();
    }
    let numbers = parts.join(".");
    label.map_or_else(|| numbers.clone(), |label| format!("{numbers}-{label}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_written_as_addresses_have_them() {
        for (written, told) in
            [("1.0", "1.0.0"), ("1.0.0.0", "1.0.0"), ("1.02.3.4", "1.2.3.4"), ("13.0.1-Beta1+abc", "13.0.1-beta1"), ("7", "7.0.0")]
        {
            assert_eq!(normal(written), told, "{written}");
        }
    }
}
