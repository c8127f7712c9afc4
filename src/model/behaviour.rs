//! What somebody did over time, in exact counts: a portrait, what changed about it, and what is unusual in one change.
//!
//! Facts and no accusation: nothing here raises or lowers a risk. Never how it is found or shown.

pub mod page;
mod says;

use std::collections::BTreeMap;

use super::agent::Tier;
use super::rule::Severity;
use super::time::Timestamp;

/// By what changes are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum By {
    /// By the agent they point to.
    #[default]
    Agent,
    /// By agent and the model they say they were made with.
    Model,
    /// By the person or account behind them.
    Author,
}

impl By {
    /// The word of options and formats.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Model => "model",
            Self::Author => "author",
        }
    }
}

/// So many of so many, with the interval in which the true share lies with 95 % confidence (Wilson).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// How many.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// The lower end, from 0 to 1.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// How often a rule fired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// The rule.
    pub rule: String,
    /// Its findings.
    pub findings: usize,
    /// The changes they stand in.
    pub changes: usize,
}

/// A run of changes that state the same model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stint {
    /// What they say; outside text.
    pub model: String,
    /// The first of them.
    pub from: Timestamp,
    /// The last.
    pub to: Timestamp,
    /// How many.
    pub changes: usize,
}

/// Seven days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Week {
    /// Its Monday, midnight UTC.
    pub from: Timestamp,
    /// Changes made in it.
    pub changes: usize,
    /// Findings in them.
    pub findings: usize,
    /// Those of them with a finding of severity high or above.
    pub hard: usize,
    /// The models that are stated in it for the first time.
    pub models: Vec<String>,
}

/// Something a change has or has not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trait {
    /// It touches files of this role.
    Touches(String),
    /// It touches product code and no test.
    Untested,
    /// A finding of severity high or above stands in it.
    Hard,
    /// This rule fired on it.
    Fires(String),
    /// It was taken back.
    Reverted,
    /// It was held.
    Held,
}

/// That more of the last changes have a trait than chance explains.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// The repository it is seen in.
    pub repo: String,
    /// The trait.
    pub of: Trait,
    /// How many of the last changes have it, of how many.
    pub lately: (usize, usize),
    /// How many of those before, of how many.
    pub before: (usize, usize),
    /// How likely so many or more of the last would have it if nothing had changed (Fisher's exact test, one-sided).
    pub chance: f64,
}

/// That a change goes where none before it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The repository.
    pub repo: String,
    /// The folders; outside text.
    pub folders: Vec<String>,
    /// The change; outside text.
    pub change: String,
    /// When.
    pub at: Timestamp,
    /// How many changes there were before.
    pub before: usize,
    /// How many of them went somewhere new, too.
    pub roaming: usize,
}

/// Lines that several changes add alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeated {
    /// The first of the lines, as one change has it; outside text.
    pub says: String,
    /// How many changes add them.
    pub changes: usize,
    /// In how many repositories.
    pub repositories: usize,
    /// Where, latest first, at most a few; outside text.
    pub places: Vec<String>,
}

/// The same patch in several repositories, or in several pulls of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// The changes, latest first; outside text.
    pub changes: Vec<String>,
    /// In how many repositories.
    pub repositories: usize,
}

/// Many changes within one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Burst {
    /// The repository.
    pub repo: String,
    /// The first change of its busiest hour.
    pub from: Timestamp,
    /// The last.
    pub to: Timestamp,
    /// How many.
    pub changes: usize,
    /// Over how many sessions, where they name one.
    pub sessions: usize,
    /// How many the busiest hour before it had.
    pub before: usize,
}

/// What one agent, model or author did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Portrait {
    /// By what its changes were put together.
    pub by: By,
    /// What it is asked for by; outside text.
    pub key: String,
    /// Its name for people; outside text.
    pub name: String,
    /// By how many changes each tier is reached.
    pub tiers: BTreeMap<Tier, usize>,
    /// Its repositories with how many changes each, most first; outside text.
    pub repositories: Vec<(String, usize)>,
    /// Who else stands behind its changes: authors of an agent, agents of an author, most first; outside text.
    pub company: Vec<(String, usize)>,
    /// Its first change.
    pub first: Timestamp,
    /// Its last.
    pub last: Timestamp,
    /// How many.
    pub changes: usize,
    /// How many sessions they name.
    pub sessions: usize,
    /// Changes by lane, the calmest first.
    pub lanes: [usize; 4],
    /// Findings by severity, mildest first.
    pub severities: [usize; 5],
    /// Findings by rule, most changes first.
    pub fired: Vec<Fired>,
    /// Changes with a finding of severity high or above.
    pub hard: Share,
    /// Changes that were approved here.
    pub approved: Share,
    /// Changes that were held.
    pub held: Share,
    /// Changes that were taken back.
    pub reverted: Share,
    /// Changes that other rules judged than the latest: their findings are counted and not compared.
    pub other_rules: usize,
    /// The models it states, in time.
    pub stints: Vec<Stint>,
    /// Its line, week by week, those without changes too, at most [`MOST_WEEKS`].
    pub weeks: Vec<Week>,
    /// How many changes the last are that drift is looked for in.
    pub window: usize,
    /// What changed, least by chance first.
    pub drifts: Vec<Drift>,
    /// Where it went for the first time, latest first.
    pub ground: Vec<Ground>,
    /// What it adds again and again.
    pub repeated: Vec<Repeated>,
    /// What it proposed alike in several repositories.
    pub twins: Vec<Twin>,
    /// When it was hasty, latest first.
    pub bursts: Vec<Burst>,
}

/// Weeks that a portrait holds, the latest.
pub const MOST_WEEKS: usize = 26;

impl Portrait {
    /// All its findings.
    #[must_use]
    pub fn findings(&self) -> usize {
        self.severities.iter().sum()
    }

    /// Findings of severity `least` or above.
    #[must_use]
    pub fn findings_from(&self, least: Severity) -> usize {
        Severity::ALL.iter().zip(self.severities).filter(|(severity, _)| **severity >= least).map(|(_, count)| count).sum()
    }

    /// The tier that most of its changes reach; the lower one where two do.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tiers.iter().rev().max_by_key(|(_, count)| **count).map(|(tier, _)| *tier).unwrap_or_default()
    }
}

/// What was found of everybody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gallery {
    /// The portraits, most changes first.
    pub portraits: Vec<Portrait>,
    /// Changes that they rest on, and that nothing points to anybody in.
    pub changes: usize,
    /// Those that nothing points to anybody in.
    pub nobody: usize,
}

/// What is unusual in one change.
#[derive(Clone, Debug, PartialEq)]
pub enum Unusual {
    /// It goes where its agent never went.
    Ground(Ground),
    /// It is one of those that differ from what was before.
    Drift(Drift),
    /// It is one of many within an hour.
    Burst(Burst),
    /// It states another model than the last that did.
    Model {
        /// What it states; outside text.
        now: String,
        /// What was stated before; outside text.
        before: String,
        /// In how many changes in a row.
        changes: usize,
    },
    /// It adds what others add.
    Repeated(Repeated),
    /// The same patch was judged in other repositories, or in another pull of this one.
    Twin(Twin),
}

/// What one change is, seen from those that its agent, or its author where none is seen, made in the same repository before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observations {
    /// Whether it is an agent's or an author's.
    pub by: By,
    /// The agent's name for people, or the author's; outside text.
    pub agent: String,
    /// How far it may be trusted that it was this one.
    pub tier: Tier,
    /// The model it states; outside text.
    pub model: Option<String>,
    /// Changes before it that are known.
    pub before: usize,
    /// What is unusual.
    pub found: Vec<Unusual>,
}
