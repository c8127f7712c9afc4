//! Everything the loopback GitHub remembers, and how things in it are found. Requests change it under one lock, one at a time.

use std::collections::BTreeMap;

use super::account::{Account, Kind, Role, Token};
use super::pull::Pull;
use super::repo::Repo;
use super::rest::audit::Event;
use super::storage::Logs;

/// The first moment of every world: 2026-01-05T09:00:00Z.
pub const EPOCH: i64 = 1_767_603_600;

/// The state.
#[derive(Clone)]
pub struct World {
    /// Such as `http://127.0.0.1:34567`.
    pub origin: String,
    /// The host that keeps files, such as `http://localhost:34568`.
    pub storage: String,
    /// Now, in the world. Moves a second with every write.
    pub clock: i64,
    pub accounts: BTreeMap<u64, Account>,
    pub repos: Vec<Repo>,
    pub tokens: Vec<Token>,
    /// Whether searches say that they gave up early.
    pub incomplete_searches: bool,
    /// The logs of workflow runs, by run.
    pub logs: BTreeMap<u64, Logs>,
    /// The audit logs of organisations on Enterprise, by organisation.
    pub audits: BTreeMap<u64, Vec<Event>>,
    next: u64,
}

/// A moment as the API writes it.
pub fn moment(at: i64) -> String {
    chrono::DateTime::from_timestamp(at, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl World {
    pub fn new(origin: String, storage: String) -> Self {
        let (accounts, logs, audits) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self {
            origin,
            storage,
            clock: EPOCH,
            accounts,
            repos: Vec::new(),
            tokens: Vec::new(),
            incomplete_searches: false,
            logs,
            audits,
            next: 1_000,
        }
    }

    /// A number nobody has yet.
    pub fn fresh(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// The moment of a write.
    pub fn tick(&mut self) -> i64 {
        self.clock += 1;
        self.clock
    }

    /// The account with this login in either spelling, made when it is new.
    pub fn account(&mut self, login: &str, kind: Kind) -> u64 {
        if let Some(known) = self.find_account(login) {
            return known.id;
        }
        let id = self.fresh() + 90_000_000;
        self.accounts.insert(id, Account::new(id, login, kind));
        id
    }

    /// The account with this login as REST spells it, or as its app is called.
    pub fn find_account(&self, login: &str) -> Option<&Account> {
        self.accounts.values().find(|account| account.login.eq_ignore_ascii_case(login))
    }

    pub fn repo(&self, owner: &str, name: &str) -> Option<&Repo> {
        self.repos.iter().find(|repo| repo.owner_login.eq_ignore_ascii_case(owner) && repo.name.eq_ignore_ascii_case(name))
    }

    pub fn repo_mut(&mut self, id: u64) -> &mut Repo {
        self.repos.iter_mut().find(|repo| repo.id == id).expect("a repository of this world")
    }

    pub fn repo_by(&self, id: u64) -> Option<&Repo> {
        self.repos.iter().find(|repo| repo.id == id)
    }

    /// The repository and pull with this opaque id.
    pub fn pull_by_node(&self, node: &str) -> Option<(&Repo, &Pull)> {
        let id: u64 = node.strip_prefix("PR_")?.parse().ok()?;
        self.repos.iter().find_map(|repo| repo.pulls.values().find(|pull| pull.id == id).map(|pull| (repo, pull)))
    }

    pub fn pull_mut(&mut self, repo: u64, number: u64) -> Option<&mut Pull> {
        self.repo_mut(repo).pulls.get_mut(&number)
    }

    /// What `account` may do in `repo`: its own role, or what being an owner or a member of the organisation gives.
    pub fn role(&self, repo: &Repo, account: Option<u64>) -> Role {
        let public = if repo.private { Role::None } else { Role::Read };
        let Some(account) = account else { return public };
        if repo.owner == account {
            return Role::Admin;
        }
        repo.roles.get(&account).copied().unwrap_or(public)
    }

    /// How a person stands to a repository, as `author_association` has it.
    pub fn association(&self, repo: &Repo, account: Option<u64>) -> &'static str {
        match account {
            Some(id) if repo.owner == id => "OWNER",
            Some(id) if self.accounts.get(&repo.owner).is_some_and(|owner| owner.members.contains(&id)) => "MEMBER",
            Some(id) if repo.roles.get(&id).is_some_and(|role| *role >= Role::Write) => "COLLABORATOR",
            Some(id) if repo.pulls.values().any(|pull| pull.author == Some(id) && pull.merged.is_some()) => "CONTRIBUTOR",
            _ => "NONE",
        }
    }

    /// The account a commit's address belongs to: GitHub's noreply form, or an address in a user's own name at example.com.
    pub fn account_of(&self, email: &str) -> Option<&Account> {
        let local = email.strip_suffix("@users.noreply.github.com").or_else(|| email.strip_suffix("@example.com"))?;
        match local.split_once('+') {
            Some((id, _)) => self.accounts.get(&id.parse().ok()?),
            None => self.find_account(local),
        }
    }
}
