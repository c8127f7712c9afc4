//! A record of OSV, as its schema publishes it, as far as it is used here; and what its worlds are called.

use serde::Deserialize;
use serde_json::Value;

use crate::model::dependency::Ecosystem;
use crate::model::lookup::{Advisory, Affected, Package, Turn};

/// Versions of one package that a record may name one by one.
const MOST_VERSIONS: usize = 20_000;

/// A record.
#[derive(Deserialize)]
pub(super) struct Record {
    pub(super) id: String,
    #[serde(default)]
    pub(super) modified: String,
    withdrawn: Option<String>,
    #[serde(default, deserialize_with = "or_none")]
    aliases: Vec<String>,
    #[serde(default, deserialize_with = "or_none")]
    summary: String,
    #[serde(default, deserialize_with = "or_none")]
    details: String,
    #[serde(default, deserialize_with = "or_none")]
    pub(super) affected: Vec<Part>,
    database_specific: Option<Value>,
}

/// One package a record is about.
#[derive(Deserialize)]
pub(super) struct Part {
    pub(super) package: Option<Name>,
    #[serde(default, deserialize_with = "or_none")]
    ranges: Vec<Range>,
    #[serde(default, deserialize_with = "or_none")]
    versions: Vec<String>,
}

/// The package, as OSV names it.
#[derive(Deserialize)]
pub(super) struct Name {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct Range {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default, deserialize_with = "or_none")]
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
}

/// A list that is `null` is an empty one.
fn or_none<'de, D: serde::Deserializer<'de>, T: Default + Deserialize<'de>>(from: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(from)?.unwrap_or_default())
}

impl Name {
    /// The world and the name as this program compares it; `None` in worlds nobody asks about here.
    pub(super) fn key(&self) -> Option<(Ecosystem, String)> {
        let world = self.ecosystem.split(':').next().unwrap_or_default();
        let ecosystem = Ecosystem::ALL.into_iter().find(|one| word(*one) == Some(world))?;
        Some((ecosystem, normal(ecosystem, &self.name)))
    }
}

impl Record {
    /// What it says of `package`; `None` when that is nothing, or it was withdrawn.
    pub(super) fn of(&self, package: &Package) -> Option<Advisory> {
        if self.is_withdrawn() {
            return None;
        }
        let keys = keys(package);
        let own = self.affected.iter().filter(|part| part.package.as_ref().and_then(Name::key).is_some_and(|key| keys.contains(&key)));
        let affected: Vec<Affected> = own.map(Part::affected).collect();
        let first_line = || self.details.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
        let summary = if self.summary.is_empty() { first_line() } else { self.summary.as_str() };
        (!affected.is_empty()).then(|| Advisory {
            id: self.id.clone(),
            aliases: self.aliases.clone(),
            summary: summary.to_owned(),
            severity: self.severity(),
            affected,
            matched: false,
        })
    }

    /// Whether whoever published it took it back.
    pub(super) fn is_withdrawn(&self) -> bool {
        self.withdrawn.is_some()
    }

    /// The word that GitHub's records carry; the vectors of others are no words.
    fn severity(&self) -> String {
        let word = self.database_specific.as_ref().and_then(|own| own.get("severity")).and_then(Value::as_str);
        word.unwrap_or_default().to_lowercase()
    }
}

impl Part {
    fn affected(&self) -> Affected {
        let ordered = self.ranges.iter().filter(|range| matches!(range.kind.as_str(), "SEMVER" | "ECOSYSTEM"));
        let versions = self.versions.iter().take(MOST_VERSIONS).cloned().collect();
        Affected { versions, ranges: ordered.map(Range::turns).filter(|turns| !turns.is_empty()).collect() }
    }
}

impl Range {
    fn turns(&self) -> Vec<Turn> {
        let each = self.events.iter().flat_map(|event| {
            let introduced = event.introduced.clone().map(Turn::Introduced);
            let fixed = event.fixed.clone().map(Turn::Fixed);
            let last = event.last_affected.clone().map(Turn::LastAffected);
            [introduced, fixed, last].into_iter().flatten()
        });
        each.collect()
    }
}

/// What OSV calls `ecosystem`.
pub(super) fn word(ecosystem: Ecosystem) -> Option<&'static str> {
    Some(match ecosystem {
        Ecosystem::Cargo => "crates.io",
        Ecosystem::Npm => "npm",
        Ecosystem::Pypi => "PyPI",
        Ecosystem::Golang => "Go",
        Ecosystem::Maven => "Maven",
        Ecosystem::Gem => "RubyGems",
        Ecosystem::Composer => "Packagist",
        Ecosystem::Nuget => "NuGet",
        Ecosystem::Swift => "SwiftURL",
        Ecosystem::Pub => "Pub",
        Ecosystem::Hex => "Hex",
        Ecosystem::GithubActions => "GitHub Actions",
        Ecosystem::Conda | Ecosystem::Jsr | Ecosystem::Docker | Ecosystem::Helm | Ecosystem::Terraform | Ecosystem::PreCommit => {
            return None;
        }
    })
}

/// Whether a change must write names of `ecosystem` as their publishers do. Where capitals mean nothing it need not, and OSV's API compares
/// letter by letter.
pub(super) fn keeps_capitals(ecosystem: Ecosystem) -> bool {
    !matches!(ecosystem, Ecosystem::Nuget | Ecosystem::GithubActions | Ecosystem::Swift)
}

/// What records about `package` may be about: itself, and of one of many actions in a repository the repository.
pub(super) fn keys(package: &Package) -> Vec<(Ecosystem, String)> {
    let names = std::iter::once(package.name.as_str()).chain(repository(package));
    names.map(|name| (package.ecosystem, normal(package.ecosystem, name))).collect()
}

/// How OSV is asked about `package`: as it is written, and in small letters where its world takes it so too.
pub(super) fn spellings(package: &Package) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in std::iter::once(package.name.as_str()).chain(repository(package)) {
        let small = name.to_lowercase();
        let small = (!keeps_capitals(package.ecosystem) || package.ecosystem == Ecosystem::Composer).then_some(small);
        for name in std::iter::once(name.to_owned()).chain(small) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
    }
    all
}

/// `owner/repository` of an action that lies in a folder of it.
fn repository(package: &Package) -> Option<&str> {
    let second = || package.name.match_indices('/').nth(1).and_then(|(at, _)| package.name.get(..at));
    (package.ecosystem == Ecosystem::GithubActions).then(second).flatten()
}

/// A name as it is compared.
pub(super) fn normal(ecosystem: Ecosystem, name: &str) -> String {
    match ecosystem {
        Ecosystem::Pypi => {
            let mut out = String::with_capacity(name.len());
            for c in name.chars() {
                match c {
                    '-' | '_' | '.' if out.ends_with('-') => {}
                    '-' | '_' | '.' => out.push('-'),
                    _ => out.extend(c.to_lowercase()),
                }
            }
            out
        }
        Ecosystem::Nuget | Ecosystem::Composer | Ecosystem::GithubActions | Ecosystem::Swift => name.to_lowercase(),
        _ => name.to_owned(),
    }
}
