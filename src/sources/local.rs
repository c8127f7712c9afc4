//! Changes of a git repository: its branches, ranges and single commits, read with git2.
//!
//! Read only. No hook, filter, textconv or attribute of the repository takes part, and no submodule is entered. git2's
//! `Repository` belongs to one thread, so every call opens its own.

mod ancestry;
pub(super) mod blobs;
mod branches;
pub(super) mod changes;
pub(super) mod commits;
mod default_branch;
mod each_commit;
mod failure;
mod habits;
pub(super) mod history;
mod landings;
mod lines;
mod loose;
mod mentions;
pub mod merged;
mod open;
pub mod packed;
mod policy;
pub mod remote;
mod renames;
mod similarity;
mod span;
pub(super) mod texts;
pub(super) mod trees;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};

use crate::model::agent::Provenance;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::Omission;
use crate::model::mention::Mentions;
use crate::model::policy::PolicyText;
use crate::model::pull::{Author, Origin, Pull, PullRef};
use crate::model::sweep::{Asked, Caught};
use crate::model::time::Timestamp;
use crate::sources::source::{Listing, Recognise, Source, SourceError};
use landings::Landed;
use merged::Merged;
use span::Span;

/// Which changes of a repository a source lists. Every other one can still be asked for by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Branches that an agent made, and quarantined ones.
    AgentBranches,
    /// Every branch that is not merged, and quarantined ones.
    AllBranches,
    /// These names, each a change of its own: branches, ranges, commits.
    Named(Vec<String>),
    /// Every commit of this range, each a change of its own.
    EachCommit(String),
    /// What came into a branch, each commit of its own line a change.
    Merged(Merged),
}

/// What is known of a branch's pull beyond git: what a forge would say of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The pull's name, such as `#7`, instead of the branch's.
    pub name: Option<String>,
    /// Its title, instead of the last commit's subject.
    pub title: Option<String>,
    /// Its description.
    pub body: String,
    /// Who opened it, instead of the last commit's author.
    pub author: Option<Author>,
    /// Who wrote it, instead of what is recognised.
    pub provenance: Option<Provenance>,
    /// When it was opened, instead of its first commit's time.
    pub opened: Option<Timestamp>,
    /// Its page.
    pub url: Option<String>,
}

/// How a repository is shown.
pub struct Setup {
    /// What pulls call it: `.` for the current folder, a path, `demo`.
    pub repo: String,
    /// What its pulls' origin is.
    pub origin: Origin,
    /// Who recognises agents.
    pub recognise: Recognise,
    /// Which changes are listed.
    pub selection: Selection,
    /// What is known beyond git, by branch name without `refs/heads/`. A branch with facts is always listed.
    pub facts: BTreeMap<String, Facts>,
}

/// A git repository as a source.
pub struct LocalSource {
    folder: PathBuf,
    setup: Setup,
}

impl LocalSource {
    /// Opens the repository that holds `path`.
    ///
    /// # Errors
    /// In one sentence: no such path, no repository, nobody's to read, damaged, or without a commit.
    pub fn open(path: &Path, setup: Setup) -> Result<Self, SourceError> {
        let repo = open::open(path)?;
        default_branch::find(&repo)?;
        Ok(Self { folder: open::folder(&repo), setup })
    }

    /// The address of the branch, range or commit called `name`.
    ///
    /// # Errors
    /// When there is none, or it cannot be compared with anything.
    pub fn find(&self, name: &str) -> Result<PullRef, SourceError> {
        let repo = open::open(&self.folder)?;
        span::resolve(&repo, self.branch_called(name)).map(|_| self.at(name))
    }

    /// The address of the change called `name`.
    #[must_use]
    pub fn at(&self, name: &str) -> PullRef {
        PullRef { origin: self.setup.origin, repo: self.setup.repo.clone(), name: name.to_owned() }
    }

    fn branch_called<'a>(&'a self, name: &'a str) -> &'a str {
        let called = |(_, facts): &(&String, &Facts)| facts.name.as_deref() == Some(name);
        self.setup.facts.iter().find(called).map_or(name, |(branch, _)| branch)
    }

    /// The pull of `span`, and its own commits as far as a queue needs them.
    fn pull(&self, repo: &Repository, span: &Span, cancel: &Cancel) -> Result<(Pull, Vec<Oid>), SourceError> {
        let ids = commits::own(repo, span, cancel)?;
        let recent = ids.len().saturating_sub(commits::MAX_JUDGED);
        let judged = commits::read(repo, &ids[recent..], cancel)?;
        let first = ids.first().map(|id| commits::committed(repo, *id)).transpose()?;
        let last = commits::read(repo, &[span.head], cancel)?.pop();
        let facts = self.setup.facts.get(&span.short);
        let known = facts.cloned().unwrap_or_default();
        let updated = last.as_ref().map_or(Timestamp::default(), |commit| commit.committed);
        let mut pull = Pull {
            at: self.at(&span.name),
            alias: None,
            revision: span.revision(),
            title: known.title.unwrap_or_else(|| last.as_ref().map_or_else(String::new, |commit| commit.subject().to_owned())),
            body: known.body,
            branch: span.short.clone(),
            target: span.target.clone(),
            author: known.author.or_else(|| last.map(|commit| commit.author)).unwrap_or_default(),
            provenance: Provenance::default(),
            state: span.state,
            opened: known.opened.or(first).unwrap_or(updated),
            updated,
            commit_count: Some(ids.len()),
            url: known.url,
            standing: None,
        };
        pull.provenance = known.provenance.unwrap_or_else(|| (self.setup.recognise)(&pull, &judged));
        pull.branch.clone_from(&span.branch);
        if let Some(name) = known.name.filter(|_| !span.shadowed) {
            pull.at.name = name;
        }
        Ok((pull, ids))
    }
}

impl LocalSource {
    /// Lists branches, the latest first. What cannot be read is told, and the others are listed.
    fn queue(&self, repo: &Repository, listing: &mut Listing, cancel: &Cancel) -> Result<(), SourceError> {
        for found in branches::candidates(repo, cancel)? {
            let pull = found.and_then(|span| {
                let pull = if span.is_merged() { Ok(None) } else { self.pull(repo, &span, cancel).map(|(pull, _)| Some(pull)) };
                pull.map(|pull| pull.filter(|pull| self.belongs(&span, pull))).map_err(|why| (span.name, why))
            });
            match pull {
                Ok(pull) => listing.pulls.extend(pull),
                Err((_, SourceError::Cancelled)) => return Err(SourceError::Cancelled),
                Err((name, why)) => {
                    listing.unreadable += 1;
                    listing.omissions.push(Omission { path: None, why: format!("branch `{name}` is not listed: {why}") });
                }
            }
        }
        listing.pulls.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.at.cmp(&b.at)));
        Ok(())
    }

    fn belongs(&self, span: &Span, pull: &Pull) -> bool {
        self.setup.selection == Selection::AllBranches
            || span.is_quarantined()
            || pull.provenance.agent.is_some()
            || self.setup.facts.contains_key(&span.short)
    }
}

impl LocalSource {
    /// What a sweep finds here: open branches that moved within the window, and what came into the default branch in it.
    ///
    /// # Errors
    /// When the repository cannot be read at all.
    pub fn caught(&self, asked: &Asked, cancel: &Cancel) -> Result<(Vec<Caught>, Listing), SourceError> {
        let repo = open::open(&self.folder)?;
        let (mut caught, mut listing) = (Vec::new(), Listing::default());
        if asked.wanted.open() {
            self.queue(&repo, &mut listing, cancel)?;
            let moved = |pull: &Pull| asked.window.since <= pull.updated && pull.opened <= asked.window.until;
            let open = std::mem::take(&mut listing.pulls).into_iter().filter(moved);
            caught.extend(open.map(|pull| Caught { pull, landing: None, contained_in: Vec::new() }));
        }
        if asked.wanted.merged() {
            let (landed, cut) = landings::within(&repo, &default_branch::find(&repo)?, asked, cancel)?;
            for landed in landed {
                caught.extend(self.came_in(&repo, landed, asked.everyone, cancel)?);
            }
            if cut {
                let why = "its history ends here before the window does: `git fetch --unshallow` brings the rest";
                listing.omissions.push(Omission { path: None, why: why.to_owned() });
                listing.unreadable += 1;
            }
        }
        Ok((caught, listing))
    }

    /// What landed as a change, when it is an agent's or everybody's is asked for.
    fn came_in(&self, repo: &Repository, landed: Landed, everyone: bool, cancel: &Cancel) -> Result<Option<Caught>, SourceError> {
        let Landed { span, landing } = landed;
        let (pull, _) = self.landed_pull(repo, &span, cancel)?;
        if pull.provenance.agent.is_none() && !everyone {
            return Ok(None);
        }
        let contained_in = landings::tags(repo, span.head, cancel)?;
        Ok(Some(Caught { pull, landing: Some(landing), contained_in }))
    }

    /// A change that came in, in the words of its own last commit.
    fn landed_pull(&self, repo: &Repository, span: &Span, cancel: &Cancel) -> Result<(Pull, Vec<Oid>), SourceError> {
        let span = Span { short: span.branch.clone(), ..span.clone() };
        let (mut pull, ids) = self.pull(repo, &span, cancel)?;
        if let Some(last) = ids.last().filter(|_| !span.single) {
            let last = commits::read(repo, &[*last], cancel)?.pop();
            if let Some(last) = last {
                pull.title = last.subject().to_owned();
                pull.author = last.author;
            }
        }
        Ok((pull, ids))
    }

    /// A change that [`Self::caught`] told of, with its commits and diff.
    ///
    /// # Errors
    /// As [`Source::change`].
    pub fn caught_change(&self, caught: &Caught, cancel: &Cancel) -> Result<Change, SourceError> {
        let Some(landing) = &caught.landing else { return self.change(&caught.pull.at, cancel) };
        let repo = open::open(&self.folder)?;
        let id = Oid::from_str(landing.commit.as_str()).map_err(failure::unreadable("a commit's name"))?;
        let commit = repo.find_commit(id).map_err(failure::unreadable(&format!("commit {id}")))?;
        let span = landings::of_commit(&repo, &default_branch::find(&repo)?, &commit, cancel)?;
        self.landed_change(&repo, &span, cancel)
    }

    fn landed_change(&self, repo: &Repository, span: &Span, cancel: &Cancel) -> Result<Change, SourceError> {
        let (pull, ids) = self.landed_pull(repo, span, cancel)?;
        let commits = commits::read(repo, &ids, cancel)?;
        let changes = changes::between(repo, span.merge_base, span.head, cancel)?;
        Ok(Change { pull, commits, patch: changes.patch, digest: changes.digest })
    }

    /// Lists what came into a branch. What cannot be read is told, and the others are listed.
    fn merged(&self, repo: &Repository, wanted: &Merged, listing: &mut Listing, cancel: &Cancel) -> Result<(), SourceError> {
        let branch = default_branch::find(repo)?;
        for id in merged::ids(repo, wanted, cancel)? {
            let span = merged::span(repo, &branch, &id.to_string(), cancel);
            match span.and_then(|span| self.landed_pull(repo, &span, cancel)) {
                Ok((pull, _)) => listing.pulls.push(pull),
                Err(SourceError::Cancelled) => return Err(SourceError::Cancelled),
                Err(why) => {
                    listing.unreadable += 1;
                    listing.omissions.push(Omission { path: None, why: format!("commit {id} cannot be read: {why}") });
                }
            }
        }
        Ok(())
    }
}

impl Source for LocalSource {
    fn title(&self) -> String {
        if self.setup.origin == Origin::Demo { "demo".to_owned() } else { self.folder.display().to_string() }
    }

    fn repository(&self) -> Option<PathBuf> {
        Some(self.folder.clone())
    }

    fn list(&self, cancel: &Cancel) -> Result<Listing, SourceError> {
        let repo = open::open(&self.folder)?;
        let mut listing = Listing::default();
        match &self.setup.selection {
            Selection::AgentBranches | Selection::AllBranches => self.queue(&repo, &mut listing, cancel)?,
            Selection::Named(names) => {
                for name in names {
                    let span = span::resolve(&repo, self.branch_called(name))?;
                    listing.pulls.push(self.pull(&repo, &span, cancel)?.0);
                }
            }
            Selection::EachCommit(range) => {
                for span in each_commit::split(&repo, range, cancel)? {
                    listing.pulls.push(self.pull(&repo, &span, cancel)?.0);
                }
            }
            Selection::Merged(wanted) => self.merged(&repo, wanted, &mut listing, cancel)?,
        }
        Ok(listing)
    }

    fn change(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError> {
        let repo = open::open(&self.folder)?;
        if let Selection::Merged(_) = self.setup.selection {
            let span = merged::span(&repo, &default_branch::find(&repo)?, &at.name, cancel)?;
            return self.landed_change(&repo, &span, cancel);
        }
        let span = span::resolve(&repo, self.branch_called(&at.name))?;
        let (mut pull, ids) = self.pull(&repo, &span, cancel)?;
        pull.at.name.clone_from(&at.name);
        let commits = commits::read(&repo, &ids, cancel)?;
        let changes = changes::between(&repo, span.merge_base, span.head, cancel)?;
        let mut patch = changes.patch;
        patch.omissions.extend(span.remark().map(|why| Omission { path: None, why }));
        Ok(Change { pull, commits, patch, digest: changes.digest })
    }

    fn policies(&self, _: &PullRef, base: Option<&CommitId>, _: &Cancel) -> Result<Vec<PolicyText>, SourceError> {
        policy::read(&open::open(&self.folder)?, base)
    }

    fn owners(&self, _: &PullRef, base: Option<&CommitId>, _: &Cancel) -> Result<Option<PolicyText>, SourceError> {
        policy::owners(&open::open(&self.folder)?, base)
    }

    fn history(&self, change: &Change, cancel: &Cancel) -> History {
        History { habits: habits::of(&self.folder, change, cancel), ..history::of(&self.folder, change, cancel) }
    }

    fn mentions(&self, change: &Change, words: &[String], cancel: &Cancel) -> Option<Mentions> {
        mentions::of(&self.folder, change, words, cancel)
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        open::open(&self.folder).map(|repo| texts::read(&repo, &change.pull.revision, wanted, cancel)).unwrap_or_default()
    }
}
