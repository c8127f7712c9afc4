//! What registries and lists of advisories say of packages that a change brings: questions, answers, and why there is none. Never how
//! they are asked, and never a judgement. Every text of an answer is hostile until shown through [`super::inert`].

use std::collections::BTreeMap;
use std::fmt;

use super::dependency::Ecosystem;
use super::time::Timestamp;

/// A package as it is asked about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Package {
    /// Its world.
    pub ecosystem: Ecosystem,
    /// Its name, as the change writes it: data, not yet known to be a name at all.
    pub name: String,
    /// The exact version, where the change names one.
    pub version: Option<String>,
}

impl fmt::Display for Package {
    /// `name 1.2.3`; not yet safe to draw.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Some(version) => write!(f, "{} {version}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// What somebody said, or why nobody said anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<T> {
    /// An answer.
    Says {
        /// What it is.
        what: T,
        /// Whose it is: `registry.npmjs.org`, `OSV`, a folder.
        by: String,
        /// When it was so.
        at: Timestamp,
    },
    /// Not checked, because of this, which is so whenever it is asked.
    Unchecked(String),
    /// Not checked this time, because of this; another time there may be an answer.
    Unreached(String),
}

impl<T> Told<T> {
    /// The answer, where there is one, and when it was so.
    pub fn says(&self) -> Option<(&T, Timestamp)> {
        match self {
            Self::Says { what, at, .. } => Some((what, *at)),
            Self::Unchecked(_) | Self::Unreached(_) => None,
        }
    }
}

/// What a registry says of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listing {
    /// It said itself that it has no such package.
    Unlisted,
    /// It has it.
    Listed(Entry),
}

/// A package that a registry lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// When its first version was published, where the registry tells.
    pub first: Option<Timestamp>,
    /// Whether its dates are those of commits, which whoever makes a commit sets as they like.
    pub by_commit: bool,
    /// Its name as the registry itself spells it, where capitals mean nothing to it and it tells.
    pub spelling: Option<String>,
    /// How many accounts may publish it, where the registry tells.
    pub maintainers: Option<usize>,
    /// What the registry says of the package as a whole, such as that it keeps only the name of what was malware.
    pub standing: Option<Standing>,
    /// The version that was asked about.
    pub release: Release,
}

/// What a registry says of a package as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// What bore this name was taken away for what it did; the registry keeps only the name.
    Held,
    /// All of it was unpublished.
    Unpublished,
}

/// What a registry says of one version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Release {
    /// No exact version was asked about.
    #[default]
    Unasked,
    /// It has the package, and not this version.
    Unlisted,
    /// It has this version.
    Listed(Version),
}

/// A version that a registry lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// When it was published, where the registry tells.
    pub published: Option<Timestamp>,
    /// It was withdrawn (yanked, retracted), and why as far as its publisher says.
    pub withdrawn: Option<String>,
    /// Its publisher advises against it, and says this.
    pub deprecated: Option<String>,
    /// The scripts that run when it is installed, by name.
    pub scripts: Vec<String>,
}

/// A published advisory about a package, as far as it is about that package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advisory {
    /// Its id, such as `GHSA-…` or `MAL-…`.
    pub id: String,
    /// Other ids of the same.
    pub aliases: Vec<String>,
    /// One line.
    pub summary: String,
    /// How bad it is in the words of who published it; empty when they do not say.
    pub severity: String,
    /// Which versions it is about.
    pub affected: Vec<Affected>,
    /// Whether who gave it already found the version among them.
    pub matched: bool,
}

impl Advisory {
    /// Whether it says that the package itself is malware.
    #[must_use]
    pub fn is_malware(&self) -> bool {
        std::iter::once(&self.id).chain(&self.aliases).any(|id| id.starts_with("MAL-"))
    }
}

/// Versions an advisory is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affected {
    /// Versions one by one, as written.
    pub versions: Vec<String>,
    /// Stretches of versions, each as its turns.
    pub ranges: Vec<Vec<Turn>>,
}

/// Where a stretch of affected versions begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// From this version on; `0` is before all.
    Introduced(String),
    /// No longer from this version on.
    Fixed(String),
    /// No longer after this version.
    LastAffected(String),
}

/// A package that a change brings or takes away, as the host of the change says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// Its world.
    pub ecosystem: Ecosystem,
    /// Its name, as the host spells it.
    pub name: String,
    /// The version or the requirement, as the host has it.
    pub version: String,
    /// Whether the change brings it, rather than takes it away.
    pub added: bool,
    /// Its license, where the host knows one.
    pub license: Option<String>,
    /// Advisories about it.
    pub advisories: Vec<Advisory>,
}

/// The license of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// As it is now.
    pub is: String,
    /// As it was in the version that the change takes away, where that is known.
    pub was: Option<String>,
    /// Who says so.
    pub by: String,
}

/// All that was said of one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// By its registry.
    pub listing: Told<Listing>,
    /// By each who publishes advisories and was asked.
    pub advisories: Vec<Told<Vec<Advisory>>>,
    /// Its license, where somebody told.
    pub license: Option<License>,
}

/// All that was said of the packages of one change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookups {
    /// When they were asked about; `None` when nobody was to be asked at all.
    pub at: Option<Timestamp>,
    /// What was said of each.
    pub answers: BTreeMap<Package, Lookup>,
    /// What could not be asked for the change as a whole, in sentences.
    pub unasked: Vec<String>,
}

impl Lookup {
    /// Whether somebody could not be asked, or did not answer, who may answer another time.
    #[must_use]
    pub fn is_unreached(&self) -> bool {
        matches!(self.listing, Told::Unreached(_)) || self.advisories.iter().any(|told| matches!(told, Told::Unreached(_)))
    }
}

impl Lookups {
    /// How many packages somebody may say more about another time.
    #[must_use]
    pub fn unreached(&self) -> usize {
        self.answers.values().filter(|lookup| lookup.is_unreached()).count()
    }
}
