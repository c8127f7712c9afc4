//! Building a world in a few words: repositories, people, tokens, pushes. Everything a test does not say has a default.

use std::collections::{BTreeMap, BTreeSet};

use super::GitHub;
use super::account::{Grant, Kind, Role, Token};
use super::bare::{Bare, Person};
use super::opening::NewPull;
use super::pull::Push;
use super::repo::{Label, Repo};
use super::world::World;

/// A repository of a world under construction.
#[derive(Clone, Copy)]
pub struct RepoAt<'g> {
    pub github: &'g GitHub,
    pub id: u64,
}

pub type Files = Vec<(String, Option<Vec<u8>>)>;

/// Files of a commit: path and whole text.
pub type Texts<'a> = &'a [(&'a str, &'a str)];

pub fn files(texts: Texts<'_>) -> Files {
    texts.iter().map(|(path, text)| ((*path).to_owned(), Some(text.as_bytes().to_vec()))).collect()
}

impl GitHub {
    /// The repository `owner/name`, made with one commit on `main` when it is new; its owner is an organisation.
    pub fn repo(&self, full: &str) -> RepoAt<'_> {
        let (owner, name) = full.split_once('/').expect("owner/name");
        if let Some(known) = self.world().repo(owner, name) {
            return RepoAt { github: self, id: known.id };
        }
        let git = Bare::new();
        let first = git.commit(&[], "Begin", &maintainer(), super::world::EPOCH, &files(&[("README.md", "# example\n")]));
        git.point("refs/heads/main", &first);
        self.repo_over(full, git)
    }

    /// The same over a git repository that exists, which several may share.
    pub fn repo_over(&self, full: &str, git: Bare) -> RepoAt<'_> {
        let (owner, name) = full.split_once('/').expect("owner/name");
        let mut world = self.world();
        let owner = world.account(owner, Kind::Organization);
        let id = world.fresh();
        let repo = fresh(&world, id, owner, name, git);
        world.repos.push(repo);
        RepoAt { github: self, id }
    }

    /// The person with this login, made when new.
    pub fn user(&self, login: &str) -> u64 {
        self.world().account(login, Kind::User)
    }

    /// The bot with this login and this numeric id.
    pub fn bot(&self, login: &str, id: u64) -> u64 {
        self.world().accounts.entry(id).or_insert_with(|| super::account::Account::new(id, login, Kind::Bot));
        id
    }

    /// A classic token of `login` with `scopes`; the person is made when new.
    pub fn token(&self, login: &str, scopes: &[&str]) -> String {
        self.grant(login, Grant::Classic(scopes.iter().map(|&scope| scope.to_owned()).collect()))
    }

    /// A fine-grained token of `login`: `[("pull_requests", "write")]`.
    pub fn fine_token(&self, login: &str, permissions: &[(&str, &str)]) -> String {
        let held: BTreeMap<String, String> = permissions.iter().map(|&(name, level)| (name.to_owned(), level.to_owned())).collect();
        self.grant(login, Grant::Fine(held))
    }

    fn grant(&self, login: &str, grant: Grant) -> String {
        let mut world = self.world();
        let account = world.account(login, Kind::User);
        let kind = if matches!(grant, Grant::Fine(_)) { "github_pat" } else { "ghp" };
        let secret = [kind, "_loopback", &account.to_string(), "x", &world.fresh().to_string()].concat();
        world.tokens.push(Token::new(&secret, account, grant));
        secret
    }

    /// Makes a token worthless from now on.
    pub fn revoke(&self, secret: &str) {
        self.world().tokens.iter_mut().filter(|token| token.secret == secret).for_each(|token| token.revoked = true);
    }

    /// Sets the world's clock, in seconds since 1970.
    pub fn clock(&self, at: i64) {
        self.world().clock = at;
    }
}

fn maintainer() -> Person {
    ("Maintainer".to_owned(), "maintainer@example.com".to_owned())
}

fn fresh(world: &World, id: u64, owner: u64, name: &str, git: Bare) -> Repo {
    Repo {
        id,
        owner,
        owner_login: world.accounts[&owner].login.clone(),
        name: name.to_owned(),
        private: false,
        archived: false,
        parent: None,
        default_branch: "main".to_owned(),
        created: super::world::EPOCH,
        git,
        roles: BTreeMap::new(),
        pulls: BTreeMap::new(),
        issues: BTreeMap::new(),
        told: BTreeMap::new(),
        has_issues: true,
        discussions: BTreeSet::new(),
        next: 1,
        labels: Vec::new(),
        statuses: Vec::new(),
        checks: Vec::new(),
        runs: Vec::new(),
        rulesets: Vec::new(),
        protections: BTreeMap::new(),
        releases: Vec::new(),
        deployments: Vec::new(),
        alerts: Vec::new(),
        review: None,
        tasks: Vec::new(),
        former: Vec::new(),
        auto_merge_allowed: true,
        queues: BTreeSet::new(),
        interaction_limit: None,
        pull_cap: (false, 10),
        most_entries: 100_000,
    }
}

impl<'g> RepoAt<'g> {
    /// Changes the repository in any way a test needs.
    pub fn with(self, change: impl FnOnce(&mut Repo)) -> Self {
        change(self.github.world().repo_mut(self.id));
        self
    }

    /// Looks at it.
    pub fn look<T>(self, look: impl FnOnce(&Repo) -> T) -> T {
        look(self.github.world().repo_by(self.id).unwrap())
    }

    /// Its git repository.
    pub fn git(self) -> Bare {
        self.look(|repo| repo.git.clone())
    }

    /// Gives `login` a role.
    pub fn role(self, login: &str, role: Role) -> Self {
        let account = self.github.user(login);
        self.with(|repo| {
            repo.roles.insert(account, role);
        })
    }

    pub fn private(self) -> Self {
        self.with(|repo| repo.private = true)
    }

    pub fn label(self, name: &str) -> Self {
        let id = self.github.world().fresh();
        self.with(|repo| repo.labels.push(Label { id, name: name.to_owned(), color: "ededed".to_owned(), description: None }))
    }

    /// A commit on `branch`, which is made from the default branch when it is new. Returns its id.
    pub fn commit(self, branch: &str, message: &str, texts: Texts<'_>) -> String {
        self.commit_by(branch, message, &maintainer(), &files(texts))
    }

    fn commit_by(self, branch: &str, message: &str, by: &Person, files: &Files) -> String {
        let at = self.github.world().tick();
        let (git, default) = self.look(|repo| (repo.git.clone(), repo.default_branch.clone()));
        let name = format!("refs/heads/{branch}");
        let parent = git.tip(&name).or_else(|| git.tip(&format!("refs/heads/{default}"))).expect("a branch to start from");
        let made = git.commit(&[parent], message, by, at, files);
        git.point(&name, &made);
        made
    }

    /// Another commit on the branch of an open pull, as a push does it; the head moves.
    pub fn push(self, number: u64, message: &str, texts: Texts<'_>) -> String {
        let (branch, before) = self.look(|repo| (repo.pulls[&number].head_ref.clone(), repo.pulls[&number].head_sha.clone()));
        let after = self.commit_by(&branch, message, &maintainer(), &files(texts));
        self.moved(number, before, after.clone(), false);
        after
    }

    /// Replaces the commits of a pull by one, as a force-push does it.
    pub fn force_push(self, number: u64, message: &str, texts: Texts<'_>) -> String {
        let at = self.github.world().tick();
        let (git, base, branch, before) = self.look(|repo| {
            let pull = &repo.pulls[&number];
            (repo.git.clone(), pull.base_sha.clone(), pull.head_ref.clone(), pull.head_sha.clone())
        });
        let after = git.commit(&[base], message, &maintainer(), at, &files(texts));
        git.point(&format!("refs/heads/{branch}"), &after);
        self.moved(number, before, after.clone(), true);
        after
    }

    fn moved(self, number: u64, before: String, after: String, forced: bool) {
        self.with(|repo| {
            repo.git.point(&format!("refs/pull/{number}/head"), &after);
            let pull = repo.pulls.get_mut(&number).expect("an existing pull");
            pull.updated += 60;
            pull.pushes.push(Push { by: pull.author, before, after: after.clone(), forced, at: pull.updated });
            pull.head_sha = after;
        });
    }

    /// Begins a pull.
    pub fn pull(self, title: &str) -> NewPull<'g> {
        NewPull::new(self, title)
    }
}
