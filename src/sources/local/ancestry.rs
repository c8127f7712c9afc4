//! What many branches have that one does not, found by walking that one's history once for all of them.
//!
//! Asking git for each branch alone walks the default branch's history again every time: minutes for a few thousand branches.

use std::collections::{BinaryHeap, HashSet};

use git2::{Oid, Repository};

use super::failure::unreadable;
use crate::model::cancel::Cancel;
use crate::sources::source::SourceError;

/// How far clocks of committers may be apart, in seconds, before a commit of the default branch is taken for a branch's own.
const SKEW: i64 = 7 * 86_400;

/// The history of one commit, walked as far as somebody asked.
pub(super) struct Ancestry<'repo> {
    repo: &'repo Repository,
    /// Seen, and its parents not yet: by date.
    edge: BinaryHeap<(i64, Oid)>,
    known: HashSet<Oid>,
}

/// How a branch left the history it is compared with.
pub(super) struct Parting {
    /// Its own commits, oldest first.
    pub(super) own: Vec<Oid>,
    /// The commits of the history that its own ones stand on, latest first; the first is where a diff starts.
    pub(super) bases: Vec<Oid>,
}

impl<'repo> Ancestry<'repo> {
    /// The history of `tip`.
    pub(super) fn of(repo: &'repo Repository, tip: Oid) -> Result<Self, SourceError> {
        let mut ancestry = Self { repo, edge: BinaryHeap::new(), known: HashSet::new() };
        if let Some(date) = date(repo, tip)? {
            ancestry.known.insert(tip);
            ancestry.edge.push((date, tip));
        }
        Ok(ancestry)
    }

    /// Walks from `head` down to this history.
    pub(super) fn part(&mut self, head: Oid, cancel: &Cancel) -> Result<Parting, SourceError> {
        let mut parting = Parting { own: Vec::new(), bases: Vec::new() };
        let mut seen = HashSet::from([head]);
        let mut open: BinaryHeap<(i64, Oid)> = date(self.repo, head)?.map(|date| (date, head)).into_iter().collect();
        while let Some((date, id)) = open.pop() {
            if cancel.is_cancelled() {
                return Err(SourceError::Cancelled);
            }
            if self.contains(id, date)? {
                parting.bases.push(id);
                continue;
            }
            parting.own.push(id);
            open.extend(parents(self.repo, id)?.into_iter().filter(|(_, parent)| seen.insert(*parent)));
        }
        parting.own.reverse();
        Ok(parting)
    }

    fn contains(&mut self, id: Oid, date: i64) -> Result<bool, SourceError> {
        while !self.known.contains(&id) && self.edge.peek().is_some_and(|(newest, _)| *newest >= date.saturating_sub(SKEW)) {
            let Some((_, next)) = self.edge.pop() else { break };
            for (date, parent) in parents(self.repo, next)? {
                if self.known.insert(parent) {
                    self.edge.push((date, parent));
                }
            }
        }
        Ok(self.known.contains(&id))
    }
}

/// The parents that are here: a shallow clone ends somewhere.
fn parents(repo: &Repository, id: Oid) -> Result<Vec<(i64, Oid)>, SourceError> {
    let commit = repo.find_commit(id).map_err(unreadable(&format!("commit {id}")))?;
    let dated = |parent| date(repo, parent).map(|date| date.map(|date| (date, parent)));
    commit.parent_ids().filter_map(|parent| dated(parent).transpose()).collect()
}

fn date(repo: &Repository, id: Oid) -> Result<Option<i64>, SourceError> {
    match repo.find_commit(id) {
        Ok(commit) => Ok(Some(commit.time().seconds())),
        Err(e) if e.code() == git2::ErrorCode::NotFound && repo.is_shallow() => Ok(None),
        Err(e) => Err(unreadable(&format!("commit {id}"))(e)),
    }
}
