//! A repository of the loopback GitHub and what belongs to it besides its pulls: rules, checks, runs, releases, labels.

use std::collections::{BTreeMap, BTreeSet};

use super::account::Role;
use super::bare::Bare;
use super::pull::Pull;

/// A repository.
#[derive(Clone)]
pub struct Repo {
    pub id: u64,
    pub owner: u64,
    pub owner_login: String,
    pub name: String,
    pub private: bool,
    pub archived: bool,
    /// The id of the repository it was forked from.
    pub parent: Option<u64>,
    pub default_branch: String,
    pub created: i64,
    pub git: Bare,
    pub roles: BTreeMap<u64, Role>,
    pub pulls: BTreeMap<u64, Pull>,
    /// Issues that are no pulls: number, title, whether open.
    pub issues: BTreeMap<u64, (String, bool)>,
    /// What issues say.
    pub told: BTreeMap<u64, String>,
    pub has_issues: bool,
    /// Numbers of discussions.
    pub discussions: BTreeSet<u64>,
    pub next: u64,
    pub labels: Vec<Label>,
    pub statuses: Vec<Status>,
    pub checks: Vec<Check>,
    pub runs: Vec<Run>,
    pub rulesets: Vec<Ruleset>,
    pub protections: BTreeMap<String, Protection>,
    pub releases: Vec<Release>,
    pub deployments: Vec<Deployment>,
    pub alerts: Vec<Alert>,
    /// What the dependency review of any two commits says; `None` where it is not switched on.
    pub review: Option<Vec<serde_json::Value>>,
    pub tasks: Vec<Task>,
    /// Names it had before: requests to them are answered with a redirect.
    pub former: Vec<String>,
    pub auto_merge_allowed: bool,
    /// Branches with a merge queue.
    pub queues: BTreeSet<String>,
    pub interaction_limit: Option<String>,
    /// Whether the number of open pulls of one account is capped, and at what.
    pub pull_cap: (bool, u64),
    /// Entries that a tree is listed with; more are cut off.
    pub most_entries: usize,
}

#[derive(Clone, Debug)]
pub struct Label {
    pub id: u64,
    pub name: String,
    pub color: String,
    pub description: Option<String>,
}

/// A commit status.
#[derive(Clone, Debug)]
pub struct Status {
    pub id: u64,
    pub sha: String,
    pub context: String,
    pub state: String,
    pub description: Option<String>,
    pub target: Option<String>,
    pub by: u64,
    pub at: i64,
}

/// A check run.
#[derive(Clone, Debug)]
pub struct Check {
    pub id: u64,
    pub sha: String,
    pub name: String,
    /// `queued`, `in_progress`, `completed`.
    pub status: String,
    pub conclusion: Option<String>,
    /// The app that reports it: its id and slug.
    pub app: (u64, String),
    pub at: i64,
    /// The workflow run it belongs to.
    pub run: Option<u64>,
    pub annotations: Vec<Annotation>,
}

/// A remark of a check at lines.
#[derive(Clone, Debug)]
pub struct Annotation {
    pub path: String,
    pub lines: (u64, u64),
    /// `notice`, `warning`, `failure`.
    pub level: String,
    pub message: String,
}

/// A workflow run.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: u64,
    pub name: String,
    pub sha: String,
    pub branch: String,
    pub event: String,
    /// `queued`, `in_progress`, `completed`, `waiting`, `action_required`.
    pub status: String,
    pub conclusion: Option<String>,
    pub actor: u64,
    pub at: i64,
}

/// A ruleset.
#[derive(Clone, Debug)]
pub struct Ruleset {
    pub id: u64,
    pub name: String,
    /// `Repository` or `Organization`.
    pub source_type: &'static str,
    pub source: String,
    pub branches: Vec<String>,
    pub rules: Vec<Rule>,
    /// Who may pass it by: actor type and id, such as `("RepositoryRole", 5)`.
    pub bypass: Vec<(&'static str, Option<u64>)>,
}

/// A rule.
#[derive(Clone, Debug)]
pub enum Rule {
    /// Required status checks: context, and the app that has to report it.
    Checks(Vec<(String, Option<u64>)>),
    /// Reviews: how many, whether a push dismisses them, whether the last pusher's does not count.
    Reviews { count: u64, dismiss: bool, last_push: bool, owners: bool },
    /// A merge queue.
    Queue,
    /// No deletion.
    Deletion,
    /// No force-push.
    NonFastForward,
}

/// Classic branch protection.
#[derive(Clone, Debug, Default)]
pub struct Protection {
    pub contexts: Vec<(String, Option<u64>)>,
    pub approvals: Option<u64>,
    pub dismiss: bool,
    pub last_push: bool,
    pub admins: bool,
}

#[derive(Clone, Debug)]
pub struct Release {
    pub id: u64,
    pub tag: String,
    pub name: String,
    pub at: i64,
    pub by: u64,
}

#[derive(Clone, Debug)]
pub struct Deployment {
    pub id: u64,
    pub sha: String,
    /// The ref it was made from, by its full name, while that exists.
    pub reference: Option<String>,
    pub environment: String,
    pub state: String,
    pub at: i64,
    pub by: u64,
}

/// A code scanning alert.
#[derive(Clone, Debug)]
pub struct Alert {
    pub number: u64,
    pub rule: String,
    pub severity: String,
    pub message: String,
    pub path: String,
    pub lines: (u64, u64),
    /// The ref it was found on, such as `refs/pull/7/head`.
    pub on: String,
    pub sha: String,
}

/// A task of an agent that runs on the platform.
#[derive(Clone, Debug)]
pub struct Task {
    pub id: String,
    pub creator: u64,
    pub state: String,
    pub pull: u64,
    pub at: i64,
}

impl Repo {
    pub fn full(&self) -> String {
        format!("{}/{}", self.owner_login, self.name)
    }

    pub fn node(&self) -> String {
        format!("R_{}", self.id)
    }

    /// The newest status of each context on `sha`.
    pub fn latest(&self, sha: &str) -> Vec<&Status> {
        let mut found: BTreeMap<&str, &Status> = BTreeMap::new();
        for status in self.statuses.iter().filter(|status| status.sha == sha) {
            found.insert(&status.context, status);
        }
        found.into_values().collect()
    }

    /// The rules that apply to `branch`, each with its ruleset.
    pub fn rules(&self, branch: &str) -> Vec<(&Ruleset, &Rule)> {
        let applies = |set: &&Ruleset| {
            set.branches.iter().any(|name| name == branch || name == "~ALL" || name == "~DEFAULT_BRANCH" && branch == self.default_branch)
        };
        self.rulesets.iter().filter(applies).flat_map(|set| set.rules.iter().map(move |rule| (set, rule))).collect()
    }

    pub fn run_mut(&mut self, id: u64) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.id == id)
    }
}
