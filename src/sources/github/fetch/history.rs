//! How far back a change goes: its own commits and the place where it left its base, fetched commit by commit until both are
//! certain. Never a file.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use git2::{Oid, Repository};

use super::ask::{Ask, Filter};
use super::fault::Fault;
use super::session::Session;
use super::shallow;
use crate::model::commit_id::CommitId;

/// Commits of history asked for, one after the other; `None` is all of it.
const DEPTHS: [Option<u32>; 5] = [Some(50), Some(500), Some(5_000), Some(50_000), None];

/// A change's own part of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct History {
    /// Where it left its base; `None` when they share nothing.
    pub(super) merge_base: Option<Oid>,
    /// Its own commits, oldest first.
    pub(super) own: Vec<Oid>,
}

impl History {
    /// How many commits of history from the head reach all of it, and the commit it stands on.
    pub(super) fn depth(&self, git: &Repository, head: Oid) -> u32 {
        let own: BTreeSet<Oid> = self.own.iter().copied().collect();
        let mut depth = BTreeMap::from([(head, 1_u32)]);
        let mut open = VecDeque::from([head]);
        while let Some(next) = open.pop_front() {
            let below = depth.get(&next).copied().unwrap_or(1) + 1;
            for parent in git.find_commit(next).iter().flat_map(git2::Commit::parent_ids).collect::<Vec<_>>() {
                if let Entry::Vacant(place) = depth.entry(parent) {
                    place.insert(below);
                    open.extend(own.contains(&parent).then_some(parent));
                }
            }
        }
        depth.values().copied().max().unwrap_or(1)
    }
}

/// Finds what `head` has and `base` has not, in the repository at `into` and at the host.
pub(super) fn find(session: &mut Session<'_>, into: &Path, base: Oid, head: Oid) -> Result<History, Fault> {
    if let Some(history) = known(into, base, head)? {
        return Ok(history);
    }
    let mut filter = Filter::Trees;
    for depth in DEPTHS {
        let mut ask = Ask { wants: &[head, base], depth, filter };
        let limit = session.left;
        if let Err(Fault::Refused(_)) = session.fetch(&ask, into, limit) {
            // Some hosts leave out contents but not trees.
            filter = Filter::Blobs;
            ask.filter = filter;
            session.fetch(&ask, into, limit)?;
        }
        if let Some(history) = known(into, base, head)? {
            return Ok(history);
        }
    }
    Err(Fault::Garbled("its history does not end".to_owned()))
}

/// git2's id for ours; `what` is what it is the commit of.
pub(super) fn oid(id: Option<&CommitId>, what: &str) -> Result<Oid, Fault> {
    let id = id.ok_or_else(|| Fault::Garbled(format!("the forge names no commit for this pull of {what}")))?;
    Oid::from_str(id.as_str()).map_err(|_| Fault::Garbled(format!("{id} is no id that git knows here")))
}

/// The history as far as it is here, when nothing that is missing could change it: no end of history lies on either side of
/// where the two parted.
fn known(into: &Path, base: Oid, head: Oid) -> Result<Option<History>, Fault> {
    let git = Repository::open_bare(into)?;
    if git.find_commit(base).is_err() || git.find_commit(head).is_err() {
        return Ok(None);
    }
    let ends = shallow::read(into);
    let (of_base, of_head) = (Graph::of(&git, base, &ends)?, Graph::of(&git, head, &ends)?);
    let uncertain = |mine: &Graph, other: &Graph| mine.0.keys().any(|id| !other.0.contains_key(id) && ends.contains(id));
    if uncertain(&of_base, &of_head) || uncertain(&of_head, &of_base) {
        return Ok(None);
    }
    Ok(Some(History { merge_base: of_head.parting(&of_base), own: of_head.beyond(&of_base, head) }))
}

/// A commit's history as far as it is here: each commit with its time and its parents.
///
/// libgit2's own walks look for parents behind the ends of a cut history and fail.
struct Graph(BTreeMap<Oid, (i64, Vec<Oid>)>);

impl Graph {
    fn of(git: &Repository, tip: Oid, ends: &BTreeSet<Oid>) -> Result<Self, git2::Error> {
        let mut found = BTreeMap::new();
        let mut open = vec![tip];
        while let Some(id) = open.pop() {
            if found.contains_key(&id) {
                continue;
            }
            let commit = git.find_commit(id)?;
            let parents: Vec<Oid> = if ends.contains(&id) { Vec::new() } else { commit.parent_ids().collect() };
            open.extend(&parents);
            found.insert(id, (commit.time().seconds(), parents));
        }
        Ok(Self(found))
    }

    /// The latest commit of both histories that no other such commit comes after.
    fn parting(&self, other: &Self) -> Option<Oid> {
        let common = |id: &Oid| other.0.contains_key(id);
        let after: BTreeSet<Oid> = self.0.iter().filter(|(id, _)| common(id)).flat_map(|(_, (_, parents))| parents.clone()).collect();
        let last = self.0.iter().filter(|(id, _)| common(id) && !after.contains(id));
        last.max_by_key(|(id, (time, _))| (*time, std::cmp::Reverse(**id))).map(|(id, _)| *id)
    }

    /// What `tip` has and `other` has not, every commit behind its parents.
    fn beyond(&self, other: &Self, tip: Oid) -> Vec<Oid> {
        let mut own = Vec::new();
        let mut met = BTreeSet::new();
        // Twice on the stack: once to look at its parents, once to be named behind them.
        let mut open = vec![(tip, false)];
        while let Some((id, named)) = open.pop() {
            if named {
                own.push(id);
            } else if !other.0.contains_key(&id) && met.insert(id) {
                open.push((id, true));
                let parents = self.0.get(&id).map(|(_, parents)| parents.as_slice()).unwrap_or_default();
                open.extend(parents.iter().rev().map(|parent| (*parent, false)));
            }
        }
        own
    }
}
