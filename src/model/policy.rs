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
/// Where a repository says who owns which paths, in the order that GitHub looks; only the base's counts.
pub const OWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// A policy as somebody wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PolicyText {
    /// What people call the place it comes from.
    pub from: String,
    /// The TOML.
    pub text: String,
    /// Whether it was kept from earlier because its place could not be asked: nothing is decided by it.
    pub stale: bool,
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
    /// Every revert.
    Revert,
    /// A revert of several changes at once.
    BatchRevert,
}

impl Occasion {
    /// Every occasion a policy can name.
    pub fn all() -> impl Iterator<Item = Self> {
        let plain = [Self::Approve, Self::SensitivePath, Self::InstallCode, Self::Workflow, Self::AgentConfig];
        let named = plain.into_iter().chain([Self::Release, Self::Revert, Self::BatchRevert]);
        named.chain(Severity::ALL.map(Self::Severity)).chain(FindingClass::ALL.map(Self::Class))
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
            Self::Revert => "revert",
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

/// Whom a line of the base's CODEOWNERS names for the paths it matches; of several lines the last one holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owned {
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
    /// Whether the base's CODEOWNERS says who must be among those who approve.
    pub code_owners: Vec<Demand<()>>,
    /// What it says, line by line; empty where nobody demands it.
    pub owned: Vec<Demand<Owned>>,
    /// What people should know of these demands, in sentences.
    pub notes: Vec<String>,
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
    /// Whether a part of it was kept from earlier because its place could not be asked.
    pub stale: bool,
}

impl Policy {
    /// Seconds an approval holds.
    #[must_use]
    pub fn lasts(&self) -> i64 {
        i64::from(self.hours.as_ref().map_or(HOURS, |hours| hours.value)) * 3600
    }

    /// Whether it may ask for two people to decide with `verb`.
    #[must_use]
    pub fn asks_for_two(&self, verb: Verb) -> bool {
        let meant = |occasion: Occasion| match occasion {
            Occasion::Release => verb == Verb::Release,
            Occasion::Revert | Occasion::BatchRevert => verb == Verb::Revert,
            _ => verb == Verb::Approve,
        };
        let outside = verb == Verb::Approve && self.scopes.iter().any(|scope| scope.value.outside == Outside::TwoPeople);
        outside || self.two.iter().any(|demand| meant(demand.value))
    }

    /// This and `other` together: of two demands the stricter one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.sensitive.extend(other.sensitive);
        self.code_owners.extend(other.code_owners);
        self.owned.extend(other.owned);
        self.notes.extend(other.notes);
        self.scopes.extend(other.scopes);
        self.deciders.extend(other.deciders);
        self.two.extend(other.two);
        self.type_names.extend(other.type_names);
        self.never_auto_merge.extend(other.never_auto_merge);
        self.hours = least(self.hours, other.hours);
        self.at_once = least(self.at_once, other.at_once);
        self.sources.extend(other.sources);
        self.stale |= other.stale;
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
    /// Whether its author may write to the repository: anybody can sign up and approve in public.
    pub writes: bool,
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
    /// Whether the account that decides may write to its repository, where the forge says.
    pub writes: Option<bool>,
    /// What of the people around it nobody can tell, in sentences: whoever decides might be one of them.
    pub untold: Vec<String>,
}
