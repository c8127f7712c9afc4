//! A team's policy as values: what is sensitive, who decides, when it takes two, and what a decision touches in its eyes.
//!
//! Every demand carries the name of the source it comes from, so that every refusal can say whose it is. Never how it is written
//! and never a judgement.

use super::commit_id::CommitId;
use super::decision::Verb;
use super::forge::Account;
use super::path::RepoPath;
use super::rule::{FindingClass, Severity};
use super::time::Timestamp;

/// Hours an approval holds where no policy says less.
pub const HOURS: u32 = 24;
/// Pulls that one approval may name where no policy says less.
pub const AT_ONCE: usize = 10;
/// Where a repository keeps its own policy; only the base's counts.
pub const PATH: &str = ".lazaret/policy.toml";

/// A policy as somebody wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PolicyText {
    /// What people call the place it comes from.
    pub from: String,
    /// The TOML.
    pub text: String,
}

/// Something demanded, and by which source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Demand<T> {
    /// What.
    pub value: T,
    /// Whose: the source's name.
    pub from: String,
}

/// When a decision takes two people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occasion {
    /// Every approval.
    Approve,
    /// An approval of a change with a finding at least this bad.
    Severity(Severity),
    /// An approval of a change with a finding of this class, from medium on.
    Class(FindingClass),
    /// An approval of a change of a sensitive path.
    SensitivePath,
    /// An approval of a change that brings a dependency which runs code when it is installed, or from an unusual source.
    InstallCode,
    /// An approval of a change of the forge's automation.
    Workflow,
    /// An approval of a change of an agent's configuration or instructions.
    AgentConfig,
    /// The end of a quarantine.
    Release,
    /// A revert of several changes at once.
    BatchRevert,
}

impl Occasion {
    /// Every occasion a policy can name.
    pub fn all() -> impl Iterator<Item = Self> {
        let named =
            [Self::Approve, Self::SensitivePath, Self::InstallCode, Self::Workflow, Self::AgentConfig, Self::Release, Self::BatchRevert];
        named.into_iter().chain(Severity::ALL.map(Self::Severity)).chain(FindingClass::ALL.map(Self::Class))
    }

    /// The word of the policy file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Severity(severity) => severity.word(),
            Self::Class(class) => class.word(),
            Self::SensitivePath => "sensitive-path",
            Self::InstallCode => "install-code",
            Self::Workflow => "workflow",
            Self::AgentConfig => "agent-config",
            Self::Release => "release",
            Self::BatchRevert => "batch-revert",
        }
    }

    /// The occasion called `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::all().find(|occasion| occasion.word() == word)
    }
}

/// Somebody a policy names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// `@login`: an account of the forge.
    Login(String),
    /// `@organisation/team`: its members on the forge.
    Team {
        /// The organisation.
        organisation: String,
        /// The team's short name.
        team: String,
    },
    /// `account:1234`: an account by its numeric id, which survives renames.
    Id(u64),
    /// `SHA256:…`: an SSH key.
    Key(String),
    /// `name@example.com`: whoever the file of allowed signers calls so.
    Principal(String),
    /// `user:name`: an account of the operating system.
    User(String),
}

impl Who {
    /// As the policy file writes it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Login(login) => format!("@{login}"),
            Self::Team { organisation, team } => format!("@{organisation}/{team}"),
            Self::Id(id) => format!("account:{id}"),
            Self::Key(key) => key.clone(),
            Self::Principal(principal) => principal.clone(),
            Self::User(name) => format!("user:{name}"),
        }
    }

    /// Whom `text` names.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |name: &str| !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c.is_control());
        if let Some(name) = text.strip_prefix('@') {
            return match name.split_once('/') {
                Some((organisation, team)) => (plain(organisation) && plain(team) && !team.contains('/'))
                    .then(|| Self::Team { organisation: organisation.to_owned(), team: team.to_owned() }),
                None => plain(name).then(|| Self::Login(name.to_owned())),
            };
        }
        if let Some(id) = text.strip_prefix("account:") {
            return id.parse().ok().map(Self::Id);
        }
        if let Some(name) = text.strip_prefix("user:") {
            return plain(name).then(|| Self::User(name.to_owned()));
        }
        if text.starts_with("SHA256:") {
            return plain(text).then(|| Self::Key(text.to_owned()));
        }
        (plain(text) && text.contains('@')).then(|| Self::Principal(text.to_owned()))
    }
}

/// Paths that want a second look, and who owns them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sensitive {
    /// Globs.
    pub paths: Vec<String>,
    /// One of them must be among those who approve; nobody in particular when empty.
    pub owners: Vec<Who>,
}

/// What happens outside an agent's scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outside {
    /// It takes two people.
    TwoPeople,
    /// It is refused.
    Refuse,
}

/// Where an agent may work.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The agent's id, or `*` for all.
    pub agent: String,
    /// Globs it must stay within; everything when empty.
    pub only: Vec<String>,
    /// Globs it may not touch.
    pub never: Vec<String>,
    /// What happens when it does.
    pub outside: Outside,
}

/// Who may decide with a verb.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Deciders {
    /// The verb.
    pub verb: Verb,
    /// Those people and no others.
    pub people: Vec<Who>,
}

/// Everything demanded, of one source or of all together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Sensitive paths.
    pub sensitive: Vec<Demand<Sensitive>>,
    /// Scopes of agents; each holds.
    pub scopes: Vec<Demand<Scope>>,
    /// Deciders; each list holds.
    pub deciders: Vec<Demand<Deciders>>,
    /// When it takes two.
    pub two: Vec<Demand<Occasion>>,
    /// Whether names of new packages are typed by the reviewer.
    pub type_names: Vec<Demand<()>>,
    /// Whether an approval is refused while auto-merge is on.
    pub never_auto_merge: Vec<Demand<()>>,
    /// Hours an approval holds.
    pub hours: Option<Demand<u32>>,
    /// Pulls that one approval may name.
    pub at_once: Option<Demand<usize>>,
    /// The sources, in the order they were asked.
    pub sources: Vec<String>,
    /// SHA-256 over the texts of all sources; empty when there is none.
    pub digest: String,
}

impl Policy {
    /// Seconds an approval holds.
    #[must_use]
    pub fn lasts(&self) -> i64 {
        i64::from(self.hours.as_ref().map_or(HOURS, |hours| hours.value)) * 3600
    }

    /// The teams it names for decisions with `verb`, each once: organisation and team.
    #[must_use]
    pub fn teams(&self, verb: Verb) -> Vec<(String, String)> {
        let deciders = self.deciders.iter().filter(|demand| demand.value.verb == verb).flat_map(|demand| &demand.value.people);
        let owners = self.sensitive.iter().filter(|_| verb == Verb::Approve).flat_map(|demand| &demand.value.owners);
        let team = |who: &Who| match who {
            Who::Team { organisation, team } => Some((organisation.clone(), team.clone())),
            _ => None,
        };
        let mut teams: Vec<_> = deciders.chain(owners).filter_map(team).collect();
        teams.sort();
        teams.dedup();
        teams
    }

    /// Whether it may ask for two people.
    #[must_use]
    pub fn asks_for_two(&self) -> bool {
        !self.two.is_empty() || self.scopes.iter().any(|scope| scope.value.outside == Outside::TwoPeople)
    }

    /// This and `other` together: of two demands the stricter one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.sensitive.extend(other.sensitive);
        self.scopes.extend(other.scopes);
        self.deciders.extend(other.deciders);
        self.two.extend(other.two);
        self.type_names.extend(other.type_names);
        self.never_auto_merge.extend(other.never_auto_merge);
        self.hours = least(self.hours, other.hours);
        self.at_once = least(self.at_once, other.at_once);
        self.sources.extend(other.sources);
        self
    }
}

fn least<T: Ord>(one: Option<Demand<T>>, other: Option<Demand<T>>) -> Option<Demand<T>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.value < one.value { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// A package that a change brings or moves.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Whether it runs code when it is installed, or comes from an unusual source.
    pub installs_code: bool,
    /// Whether it is new, or comes from elsewhere than before, and the project names it itself or it runs code.
    pub is_news: bool,
}

/// Somebody's standing approval on the forge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Approval {
    /// Whose.
    pub by: Account,
    /// On which head.
    pub head: CommitId,
    /// When.
    pub at: Timestamp,
}

/// What a policy looks at in one change. Outside text: hostile until shown through [`super::inert`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// How sentences call the change.
    pub name: String,
    /// Every path it touches, on both sides.
    pub paths: Vec<RepoPath>,
    /// Those of the forge's automation.
    pub workflows: Vec<RepoPath>,
    /// Those that configure or instruct agents.
    pub agent_config: Vec<RepoPath>,
    /// The agent that wrote it; `None` when nothing points to one.
    pub agent: Option<String>,
    /// Weight and class of each finding.
    pub findings: Vec<(Severity, FindingClass)>,
    /// Packages.
    pub packages: Vec<Package>,
    /// Addresses its commits claim as author, committer or co-author, in lower case.
    pub addresses: Vec<String>,
    /// The forge's host, where it lives on one.
    pub host: Option<String>,
    /// Who opened it, who asked for it, who pushed last: none of them counts as one of two.
    pub parties: Vec<(&'static str, Account)>,
    /// Whether auto-merge is on.
    pub auto_merge: bool,
    /// Approvals on the forge that stand.
    pub approvals: Vec<Approval>,
}
