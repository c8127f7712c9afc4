//! Commits of a repository's default branch that no merged pull brought: what an agent pushed there itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::model::asking::Take;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::Omission;
use crate::model::dossier::Link;
use crate::model::forge::{Account, Budget, Forge, ForgeError};
use crate::model::lookup::{Reviewed, Told};
use crate::model::pull::{Commit, Origin, PullRef};
use crate::model::sweep::{Asked, Caught, Landing, Way};
use crate::sources::github::address::Address;
use crate::sources::github::commits::Listed;
use crate::sources::github::failure::told;
use crate::sources::github::{ask, commit, review, route, texts};
use crate::sources::source::{Recognise, SourceError};
use crate::sources::sweep::{Catch, Field};

/// Pages of commits that are read; each holds 100.
const MOST_PAGES: usize = 30;

/// What GitHub says of a repository without commits.
const EMPTY: &str = "Git Repository is empty";

/// A repository's default branch.
pub(super) struct Direct {
    forge: Arc<dyn Forge>,
    recognise: Recognise,
    address: Address,
}

#[derive(Deserialize)]
struct Beside {
    #[serde(default)]
    merged_at: Option<String>,
}

impl Direct {
    pub(super) fn new(forge: Arc<dyn Forge>, recognise: Recognise, address: Address) -> Self {
        Self { forge, recognise, address }
    }

    /// The branch's own line within the window, latest first, and whether there was more of it.
    fn line(&self, asked: &Asked, cancel: &Cancel) -> Result<(Vec<Commit>, bool), ForgeError> {
        let (since, until) = (route::moment(asked.window.since), route::moment(asked.window.until));
        let route = format!("/repos/{}/commits?since={since}&until={until}&per_page=100", self.address.path());
        let pages = ask::pages::<Listed>(&*self.forge, route, &format!("the commits of {}", self.address), MOST_PAGES, cancel)?;
        let listed: Vec<Commit> = pages.items.into_iter().map(Listed::commit).collect();
        // The list begins with the branch's tip only when nothing came after the window.
        if asked.window.until < asked.now {
            return Ok((listed, pages.cut));
        }
        let mut next = listed.first().and_then(|tip| tip.id.clone());
        let mut known: BTreeMap<CommitId, Commit> = listed.into_iter().filter_map(|commit| Some((commit.id.clone()?, commit))).collect();
        let mut line = Vec::new();
        while let Some(commit) = next.take().and_then(|id| known.remove(&id)) {
            next = commit.parents.first().cloned();
            line.push(commit);
        }
        Ok((line, pages.cut))
    }

    /// Whether a merged pull brought the commit.
    fn came_by_pull(&self, id: &CommitId, cancel: &Cancel) -> Result<bool, ForgeError> {
        let route = format!("/repos/{}/commits/{id}/pulls", self.address.path());
        let (beside, _) = ask::rest::<Vec<Beside>>(&*self.forge, &route, &format!("the pulls of commit {}", id.short()), cancel)?;
        Ok(beside.iter().any(|pull| pull.merged_at.is_some()))
    }

    /// The commit as a change that came in by itself.
    fn caught(&self, commit: &Commit, id: &CommitId) -> Caught {
        let pull = commit::pull(&self.recognise, &self.address, commit, id);
        let by = if commit.committer.email == "noreply@github.com" { &commit.author } else { &commit.committer };
        let login = if by.email.is_empty() { by.name.clone() } else { by.email.clone() };
        let landing = Landing {
            way: Way::Direct,
            at: commit.committed,
            commit: id.clone(),
            by: Account { id: None, bot: login.contains("[bot]"), login },
            reviewers: Vec::new(),
        };
        Caught { pull, landing: Some(landing), contained_in: Vec::new() }
    }
}

impl Field for Direct {
    fn name(&self) -> String {
        format!("commits of {}", self.address)
    }

    fn list(&self, asked: &Asked, cancel: &Cancel) -> Result<Catch, SourceError> {
        let (line, cut) = match self.line(asked, cancel) {
            Ok(line) => line,
            // An empty repository has no commits to list: GitHub answers 409, and says so.
            Err(ForgeError::Conflict(says)) if says.contains(EMPTY) => return Ok(Catch::default()),
            Err(why) => return Err(told(why)),
        };
        let mut catch = Catch::default();
        if cut {
            let why = format!(
                "{} has more than {} commits in the window; direct commits among the earlier ones are not known",
                self.address,
                MOST_PAGES * 100
            );
            catch.omissions.push(Omission { path: None, why });
            catch.unreadable += 1;
        }
        for commit in &line {
            let Some(id) = &commit.id else { continue };
            let caught = self.caught(commit, id);
            if (caught.pull.provenance.agent.is_some() || asked.everyone) && !self.came_by_pull(id, cancel).map_err(told)? {
                catch.caught.push(caught);
            }
        }
        Ok(catch)
    }

    fn holds(&self, at: &PullRef) -> bool {
        at.origin == Origin::Github && at.repo == self.address.to_string()
    }

    fn change(&self, caught: &Caught, cancel: &Cancel) -> Result<Change, SourceError> {
        let Some(id) = &caught.pull.revision.head else {
            return Err(SourceError::NotFound(format!("{} names no commit", caught.pull.at)));
        };
        let change = commit::read(&*self.forge, &self.recognise, (&self.address, id.as_str()), cancel)?;
        Ok(Change { pull: caught.pull.clone(), ..change })
    }

    /// None: each change here is one commit.
    fn history(&self, _: &Change, _: &Cancel) -> History {
        History::default()
    }

    fn packages(&self, change: &Change, take: Take<'_>, cancel: &Cancel) -> Option<Told<Vec<Reviewed>>> {
        review::read(&*self.forge, &self.address.path(), &change.pull.revision, take, cancel)
    }

    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
        texts::read(&*self.forge, &self.address.path(), &change.pull.revision, wanted, cancel)
    }

    fn contained_in(&self, _caught: &Caught, _cancel: &Cancel) -> Result<Vec<Link>, SourceError> {
        Ok(Vec::new())
    }

    fn reach(&self, _name: &str) -> Option<Arc<dyn Field>> {
        None
    }

    fn budget(&self) -> Option<Budget> {
        Some(self.forge.budget())
    }
}
