//! What a change brings in that other code can pick up, and what its findings name: the threads that tie one change to another.
//! Never whether that means anything.

use super::rule::Severity;
use super::site::{Fingerprint, Where};
use super::time::Timestamp;

/// What kind of thing a change brings in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Novelty {
    /// A function, method, class or type.
    Symbol,
    /// A constant, a flag, or a key of a file of settings.
    Setting,
    /// A dependency.
    Dependency,
    /// A host that nothing named before.
    Host,
}

impl Novelty {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Symbol, Self::Setting, Self::Dependency, Self::Host];

    /// The word that is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Symbol => "symbol",
            Self::Setting => "setting",
            Self::Dependency => "dependency",
            Self::Host => "host",
        }
    }

    /// What a change does that brings it in: `defines`, `sets`, …
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Symbol => "defines",
            Self::Setting => "sets",
            Self::Dependency => "adds as a dependency",
            Self::Host => "is the first to name",
        }
    }
}

/// Something a change brings in, under the name that other code would use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Introduced {
    /// What it is.
    pub kind: Novelty,
    /// Its name as written; outside text.
    pub name: String,
    /// Where.
    pub at: Where,
}

/// The names on the lines of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The finding.
    pub finding: Fingerprint,
    /// The names, each once; outside text.
    pub names: Vec<String>,
    /// The function around it, where the change defines it; outside text.
    pub within: Option<String>,
}

/// That another change uses what this one brings in, on the lines of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// What of this change it uses; outside text.
    pub name: String,
    /// Where this change brings it in.
    pub at: Where,
    /// The other change: its address as it is shown; outside text.
    pub by: String,
    /// What was found there; outside text.
    pub title: String,
    /// How bad that is.
    pub severity: Severity,
}

impl Activation {
    /// As a reason, without a full stop; holds outside text.
    #[must_use]
    pub fn says(&self) -> String {
        let Self { name, at, by, title, severity } = self;
        format!("`{name}` at {at} is used by {by}, where a {} finding stands: {title}", severity.word())
    }
}

/// What a change brought in that was judged at another time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The repository, as its pulls name it.
    pub repo: String,
    /// The change's address as it is shown; outside text.
    pub name: String,
    /// When it was opened.
    pub opened: Timestamp,
    /// Who opened it, where a host vouches for that; outside text.
    pub author: Option<String>,
    /// What it brought in.
    pub introduced: Vec<Introduced>,
}

/// The threads of one change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Threads {
    /// What it brings in.
    pub introduced: Vec<Introduced>,
    /// What its findings that are more than notes name.
    pub mentions: Vec<Mention>,
}
