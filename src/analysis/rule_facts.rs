//! What an example of a rule says that registries and advisories say of its packages: `told` in a rule file.

use serde::Deserialize;

use crate::model::dependency::Ecosystem;
use crate::model::lookup::{Advisory, Affected, Entry, Listing, Lookup, Lookups, Package, Release, Standing, Told, Turn, Version};
use crate::model::time::Timestamp;

/// The moment at which the packages of an example are asked about.
const NOW: Timestamp = Timestamp(1_790_000_000);
/// Seconds of a day.
const DAY: i64 = 86_400;

/// What is said of one package.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToldEntry {
    /// Such as `npm:left-pad@1.3.0`; without a version where the example asks for a range.
    package: String,
    /// `listed` when nothing is said; `unlisted`, `held`, `unpublished`, `no-version`, `unchecked`.
    #[serde(default)]
    registry: Option<String>,
    /// How many days ago its first version was published.
    #[serde(default)]
    first: Option<i64>,
    /// How many days ago this version was published.
    #[serde(default)]
    published: Option<i64>,
    #[serde(default)]
    withdrawn: Option<String>,
    #[serde(default)]
    deprecated: Option<String>,
    #[serde(default)]
    scripts: Vec<String>,
    #[serde(default)]
    maintainers: Option<usize>,
    #[serde(default)]
    advisories: Vec<AdvisoryEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvisoryEntry {
    id: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    severity: String,
    #[serde(default)]
    versions: Vec<String>,
    #[serde(default)]
    introduced: Option<String>,
    #[serde(default)]
    fixed: Option<String>,
}

/// All that `entries` say together; that nobody was to be asked when there are none.
pub(super) fn lookups(entries: Vec<ToldEntry>) -> Lookups {
    if entries.is_empty() {
        return Lookups::default();
    }
    let answers = entries.into_iter().filter_map(|entry| {
        let package = package(&entry.package)?;
        let lookup = lookup(entry, package.version.is_some());
        Some((package, lookup))
    });
    Lookups { at: Some(NOW), answers: answers.collect(), unasked: Vec::new() }
}

fn package(text: &str) -> Option<Package> {
    let (world, rest) = text.split_once(':')?;
    let ecosystem = Ecosystem::ALL.into_iter().find(|one| one.word() == world)?;
    let at = rest.rfind('@').filter(|at| *at > 0);
    let (name, version) = at.map_or((rest, None), |at| (rest.get(..at).unwrap_or(rest), rest.get(at + 1..)));
    Some(Package { ecosystem, name: name.to_owned(), version: version.map(str::to_owned) })
}

fn lookup(entry: ToldEntry, exact: bool) -> Lookup {
    let ago = |days: i64| Timestamp(NOW.0 - days * DAY);
    let says = |what: Listing| Told::Says { what, by: "registry.example.com".to_owned(), at: NOW };
    let version =
        Version { published: entry.published.map(ago), withdrawn: entry.withdrawn, deprecated: entry.deprecated, scripts: entry.scripts };
    let word = entry.registry.as_deref().unwrap_or("listed");
    let release = match (exact, word) {
        (false, _) => Release::Unasked,
        (true, "no-version" | "held" | "unpublished") => Release::Unlisted,
        (true, _) => Release::Listed(version),
    };
    let standing = match word {
        "held" => Some(Standing::Held),
        "unpublished" => Some(Standing::Unpublished),
        _ => None,
    };
    let listing = match word {
        "unchecked" => Told::Unreached("registry.example.com could not be reached".to_owned()),
        "unlisted" => says(Listing::Unlisted),
        _ => says(Listing::Listed(Entry {
            first: entry.first.map(ago),
            maintainers: entry.maintainers,
            standing,
            release,
            ..Entry::default()
        })),
    };
    let advisories = entry.advisories.into_iter().map(advisory).collect();
    Lookup { listing, advisories: vec![Told::Says { what: advisories, by: "OSV".to_owned(), at: NOW }], license: None }
}

fn advisory(entry: AdvisoryEntry) -> Advisory {
    let turns: Vec<Turn> = entry.introduced.map(Turn::Introduced).into_iter().chain(entry.fixed.map(Turn::Fixed)).collect();
    let ranges = if turns.is_empty() { Vec::new() } else { vec![turns] };
    let AdvisoryEntry { id, aliases, summary, severity, versions, .. } = entry;
    Advisory { id, aliases, summary, severity, affected: vec![Affected { versions, ranges }], matched: false }
}
