//! Opening a pull in a few words: who, from where, with which real commits. Everything a test does not say has a default.

use super::bare::{Bare, Person};
use super::build::{Files, RepoAt, Texts, files};
use super::pull::Pull;
use super::repo::Label;

/// A pull that is about to be opened.
#[must_use]
pub struct NewPull<'g> {
    at: RepoAt<'g>,
    title: String,
    body: Option<String>,
    author: Option<u64>,
    branch: String,
    base: String,
    draft: bool,
    labels: Vec<String>,
    created: Option<i64>,
    person: Option<Person>,
    head: Option<String>,
    head_repo: Option<Option<u64>>,
    commits: Vec<(String, Option<Person>, Files)>,
}

impl<'g> NewPull<'g> {
    pub fn new(at: RepoAt<'g>, title: &str) -> Self {
        Self {
            at,
            title: title.to_owned(),
            body: None,
            author: None,
            branch: String::new(),
            base: String::new(),
            draft: false,
            labels: Vec::new(),
            created: None,
            person: None,
            head: None,
            head_repo: None,
            commits: Vec::new(),
        }
    }

    pub fn body(mut self, body: &str) -> Self {
        self.body = Some(body.to_owned());
        self
    }

    /// Opened by a person, who also commits.
    pub fn by(mut self, login: &str) -> Self {
        self.author = Some(self.at.github.user(login));
        self.person.get_or_insert((login.to_owned(), format!("{login}@example.com")));
        self
    }

    /// Opened by a bot with this login and numeric id, who also commits under its noreply address.
    pub fn by_bot(mut self, login: &str, id: u64) -> Self {
        self.author = Some(self.at.github.bot(login, id));
        self.person.get_or_insert((login.to_owned(), format!("{id}+{login}@users.noreply.github.com")));
        self
    }

    /// Who commits, when it is somebody else than who opens it.
    pub fn committed_by(mut self, name: &str, email: &str) -> Self {
        self.person = Some((name.to_owned(), email.to_owned()));
        self
    }

    pub fn branch(mut self, name: &str) -> Self {
        name.clone_into(&mut self.branch);
        self
    }

    pub fn onto(mut self, base: &str) -> Self {
        base.clone_into(&mut self.base);
        self
    }

    pub fn draft(mut self) -> Self {
        self.draft = true;
        self
    }

    pub fn label(mut self, name: &str) -> Self {
        self.labels.push(name.to_owned());
        self
    }

    /// When it was opened, in seconds since 1970.
    pub fn created(mut self, at: i64) -> Self {
        self.created = Some(at);
        self
    }

    /// From a repository that was deleted since.
    pub fn off_deleted_fork(mut self) -> Self {
        self.head_repo = Some(None);
        self
    }

    /// From a fork.
    pub fn off_fork(mut self, fork: RepoAt<'_>) -> Self {
        self.head_repo = Some(Some(fork.id));
        self
    }

    /// Its head is a commit that exists already: nothing is committed.
    pub fn head(mut self, sha: &str) -> Self {
        self.head = Some(sha.to_owned());
        self
    }

    /// A commit with these files.
    pub fn commit(mut self, message: &str, texts: Texts<'_>) -> Self {
        self.commits.push((message.to_owned(), None, files(texts)));
        self
    }

    /// A commit that writes bytes (`Some`) and takes files away (`None`).
    pub fn commit_bytes(mut self, message: &str, files: Vec<(String, Option<Vec<u8>>)>) -> Self {
        self.commits.push((message.to_owned(), None, files));
        self
    }

    /// A commit by somebody else than the others.
    pub fn commit_as(mut self, message: &str, name: &str, email: &str, texts: Texts<'_>) -> Self {
        self.commits.push((message.to_owned(), Some((name.to_owned(), email.to_owned())), files(texts)));
        self
    }

    /// Opens it; returns its number.
    pub fn open(mut self) -> u64 {
        let (github, at) = (self.at.github, self.at);
        let author = self.author.unwrap_or_else(|| github.user("contributor"));
        let person = self.person.take().unwrap_or_else(|| ("Contributor".to_owned(), "contributor@example.com".to_owned()));
        let (git, default, number) = at.look(|repo| (repo.git.clone(), repo.default_branch.clone(), repo.next));
        let base = if self.base.is_empty() { default } else { self.base.clone() };
        let branch = if self.branch.is_empty() { format!("change-{number}") } else { self.branch.clone() };
        let base_sha = git.tip(&format!("refs/heads/{base}")).expect("the base branch");
        let created = self.created.unwrap_or_else(|| github.world().tick());
        let head = self.head.clone().unwrap_or_else(|| self.write(&git, &base_sha, &person, created));
        if self.head.is_none() {
            git.point(&format!("refs/pull/{number}/head"), &head);
            if !matches!(self.head_repo, Some(None)) {
                git.point(&format!("refs/heads/{branch}"), &head);
            }
        }
        let id = github.world().fresh();
        at.with(|repo| {
            repo.next += 1;
            let head_repo = self.head_repo.unwrap_or(Some(repo.id));
            for name in &self.labels {
                if !repo.labels.iter().any(|label| label.name == *name) {
                    let color = "ededed".to_owned();
                    repo.labels.push(Label { id: id + repo.labels.len() as u64 * 7_919, name: name.clone(), color, description: None });
                }
            }
            let (base, base_sha, head) = (base, base_sha, head);
            let mut pull = opened(id, number, created, (base, base_sha), (head_repo, branch, head));
            (pull.title, pull.body, pull.author, pull.draft, pull.labels) = (self.title, self.body, Some(author), self.draft, self.labels);
            repo.pulls.insert(number, pull);
        });
        number
    }

    fn write(&self, git: &Bare, base: &str, person: &Person, at: i64) -> String {
        let mut head = base.to_owned();
        let fallback = [("Change".to_owned(), None, files(&[("CHANGE.md", "a change\n")]))];
        let commits = if self.commits.is_empty() { &fallback[..] } else { &self.commits[..] };
        for (message, by, files) in commits {
            head = git.commit(&[head], message, by.as_ref().unwrap_or(person), at, files);
        }
        head
    }
}

/// A pull with nothing but its commits.
pub fn opened(id: u64, number: u64, at: i64, base: (String, String), head: (Option<u64>, String, String)) -> Pull {
    Pull {
        id,
        number,
        title: String::new(),
        body: None,
        author: None,
        open: true,
        draft: false,
        base_ref: base.0,
        base_sha: base.1,
        head_repo: head.0,
        head_ref: head.1,
        head_sha: head.2,
        created: at,
        updated: at,
        closed: None,
        merged: None,
        labels: Vec::new(),
        locked: None,
        auto_merge: None,
        queued: None,
        reviews: Vec::new(),
        threads: Vec::new(),
        comments: Vec::new(),
        requested: Vec::new(),
        requested_teams: Vec::new(),
        assignees: Vec::new(),
        closes: Vec::new(),
        pushes: Vec::new(),
        events: Vec::new(),
        omitted: Vec::new(),
        asked: false,
        slow_mergeable: false,
        kept: None,
    }
}
