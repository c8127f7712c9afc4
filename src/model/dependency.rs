//! Packages a change adds, removes or moves. Never how a manifest is written.

use super::diff::Omission;
use super::path::RepoPath;

/// How a sentence begins on packages that could not be read or compared.
pub const UNREAD: &str = "dependencies";

/// Whether something was left out of the rows of dependencies.
#[must_use]
pub fn is_of_packages(omission: &Omission) -> bool {
    omission.why.starts_with(UNREAD)
}

/// A world of packages with its own names and versions. Words as in package URLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ecosystem {
    /// Rust
    Cargo,
    /// JavaScript
    Npm,
    /// Python
    Pypi,
    /// Go
    Golang,
    /// Java and its kin
    Maven,
    /// Ruby
    Gem,
    /// PHP
    Composer,
    /// .NET
    Nuget,
    /// Swift
    Swift,
    /// Dart
    Pub,
    /// Elixir and Erlang
    Hex,
    /// Conda
    Conda,
    /// Deno's registry
    Jsr,
    /// Container images
    Docker,
    /// Steps of GitHub workflows
    GithubActions,
    /// Helm charts
    Helm,
    /// Terraform providers and modules
    Terraform,
    /// Hooks of pre-commit
    PreCommit,
}

impl Ecosystem {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Cargo,
        Self::Npm,
        Self::Pypi,
        Self::Golang,
        Self::Maven,
        Self::Gem,
        Self::Composer,
        Self::Nuget,
        Self::Swift,
        Self::Pub,
        Self::Hex,
        Self::Conda,
        Self::Jsr,
        Self::Docker,
        Self::GithubActions,
        Self::Helm,
        Self::Terraform,
        Self::PreCommit,
    ];

    /// The word of report v1: the type of a package URL where there is one.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
            Self::Pypi => "pypi",
            Self::Golang => "golang",
            Self::Maven => "maven",
            Self::Gem => "gem",
            Self::Composer => "composer",
            Self::Nuget => "nuget",
            Self::Swift => "swift",
            Self::Pub => "pub",
            Self::Hex => "hex",
            Self::Conda => "conda",
            Self::Jsr => "jsr",
            Self::Docker => "docker",
            Self::GithubActions => "githubactions",
            Self::Helm => "helm",
            Self::Terraform => "terraform",
            Self::PreCommit => "pre-commit",
        }
    }
}

/// What a dependency is needed for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In the product.
    #[default]
    Runtime,
    /// For tests and development.
    Dev,
    /// For the build itself.
    Build,
    /// Only when asked for.
    Optional,
}

impl Scope {
    /// The word of report v1.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Dev => "development",
            Self::Build => "build",
            Self::Optional => "optional",
        }
    }
}

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackageSource {
    /// The ecosystem's own registry.
    DefaultRegistry,
    /// Another registry, by its address.
    Registry(String),
    /// A git repository, by its address and revision as written.
    Git {
        /// Address.
        url: String,
        /// Branch, tag or commit, as written; empty when none is.
        rev: String,
    },
    /// An archive at an address.
    Url(String),
    /// A folder or file.
    Path(String),
}

/// One package as a manifest or lock file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its world.
    pub ecosystem: Ecosystem,
    /// Its name, normalised as its ecosystem compares names.
    pub name: String,
    /// Its name as the file writes it, for who tells capitals apart; `None` when that is [`Self::name`].
    pub written: Option<Box<str>>,
    /// The requirement or the exact version, as written; empty when none is.
    pub version: String,
    /// Where it comes from.
    pub source: PackageSource,
    /// What it is needed for.
    pub scope: Scope,
    /// Whether the project names it itself (manifest), rather than a lock file through something else.
    pub direct: bool,
    /// Checksums as written, sorted.
    pub hashes: Vec<String>,
    /// Whether the lock file says that it runs code when installed.
    pub installs_code: bool,
    /// The line that names it, from 1; 0 when the reader does not know.
    pub line: u32,
}

impl Dependency {
    /// Its name as the file writes it.
    #[must_use]
    pub fn spelling(&self) -> &str {
        self.written.as_deref().unwrap_or(&self.name)
    }
}

/// What happened to a dependency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyMove {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// To a later version.
    Upgraded,
    /// To an earlier version.
    Downgraded,
    /// To another requirement that is neither clearly later nor earlier.
    Changed,
    /// To another source at whatever version.
    SourceChanged,
    /// To another checksum at the same version.
    HashChanged,
    /// To a requirement that takes all it took, and more.
    RangeWidened,
    /// From one exact version to a requirement that takes several.
    PinLost,
    /// From one use to another, such as from development to the product.
    ScopeChanged,
}

impl DependencyMove {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Added,
        Self::Removed,
        Self::Upgraded,
        Self::Downgraded,
        Self::Changed,
        Self::SourceChanged,
        Self::HashChanged,
        Self::RangeWidened,
        Self::PinLost,
        Self::ScopeChanged,
    ];

    /// The word of report v1.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Upgraded => "upgraded",
            Self::Downgraded => "downgraded",
            Self::Changed => "changed",
            Self::SourceChanged => "source-changed",
            Self::HashChanged => "hash-changed",
            Self::RangeWidened => "range-widened",
            Self::PinLost => "pin-lost",
            Self::ScopeChanged => "scope-changed",
        }
    }
}

/// One row of the dependency panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyChange {
    /// What happened.
    pub change: DependencyMove,
    /// The manifest or lock file.
    pub manifest: RepoPath,
    /// As it was.
    pub before: Option<Dependency>,
    /// As it is now.
    pub after: Option<Dependency>,
    /// What a reader should know besides, in short sentences.
    pub notes: Vec<String>,
    /// The packages that pull it in, from one the project names itself; empty when it is direct or nobody knows.
    pub through: Vec<String>,
}

impl DependencyChange {
    /// The dependency as it is now, or as it was when it is gone.
    #[must_use]
    pub fn dependency(&self) -> Option<&Dependency> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// Why it is there: asked for by the project itself, or through which packages; not yet safe to draw.
    #[must_use]
    pub fn reason(&self) -> String {
        match self.dependency() {
            Some(one) if one.direct => "direct".to_owned(),
            _ if self.through.is_empty() => "way not told".to_owned(),
            _ => format!("through {}", self.through.join(" > ")),
        }
    }
}
