//! Who made the commits before a change, when, and by which clock. Only headers and messages are read.

use std::collections::HashSet;
use std::path::Path;

use git2::{Oid, Repository};

use super::commits::commit_id;
use super::open;
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::habits::{Habit, Habits};
use crate::model::inert;
use crate::model::time::Timestamp;

/// Earlier commits that are read: habits are recent, and a large history must not be walked for a note.
const MOST: usize = 600;

/// Bytes of a message that are kept.
const LONGEST: usize = 4096;

/// The habits before `change` of the repository in `folder`; none where it cannot be read, since only notes rest on them.
pub(super) fn of(folder: &Path, change: &Change, cancel: &Cancel) -> Habits {
    open::open(folder).ok().and_then(|repo| read(&repo, change, cancel).ok()).unwrap_or_default()
}

fn read(repo: &Repository, change: &Change, cancel: &Cancel) -> Result<Habits, git2::Error> {
    let mut habits = Habits::default();
    let (mut own, mut parents) = (HashSet::new(), HashSet::new());
    for id in change.commits.iter().filter_map(|commit| commit.id.as_ref()) {
        let commit = repo.find_commit(Oid::from_str(id.as_str())?)?;
        habits.zones.insert(id.clone(), commit.author().when().offset_minutes());
        own.insert(commit.id());
        parents.extend(commit.parent_ids());
    }
    let mut walk = repo.revwalk()?;
    for id in parents.difference(&own) {
        walk.push(*id)?;
    }
    for id in walk.take(MOST) {
        if cancel.is_cancelled() {
            break;
        }
        let commit = repo.find_commit(id?)?;
        if commit.parent_count() > 1 || commit_id(commit.id()).is_some_and(|id| habits.zones.contains_key(&id)) {
            continue;
        }
        let (author, committer) = (commit.author(), commit.committer());
        let address = |bytes: &[u8]| inert::decode(bytes).to_lowercase();
        habits.before.push(Habit {
            author: address(author.email_bytes()),
            committer: address(committer.email_bytes()),
            authored: Timestamp(author.when().seconds()),
            zone: author.when().offset_minutes(),
            message: inert::decode(commit.message_bytes().get(..LONGEST).unwrap_or_else(|| commit.message_bytes())).into_owned(),
        });
    }
    Ok(habits)
}
