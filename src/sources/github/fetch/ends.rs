//! The two ends of a change: base and head commit with all their folders, without what is in the files.

use std::path::Path;

use git2::{Oid, Repository, Tree};

use super::ask::{Ask, Filter};
use super::fault::Fault;
use super::session::Session;
use crate::model::cancel::Cancel;
use crate::sources::local::trees::{self, Differences};

/// Where a change starts and where it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    /// `None`: at the empty tree.
    pub(super) old: Option<Oid>,
    pub(super) new: Oid,
}

impl Ends {
    /// Brings both with their folders into the repository at `into`, unless that holds them.
    pub(super) fn bring(self, session: &mut Session<'_>, into: &Path) -> Result<(), Fault> {
        bring(session, into, &self.old.into_iter().chain([self.new]).collect::<Vec<Oid>>())
    }

    /// Both folders' roots.
    pub(super) fn roots(self, git: &Repository) -> Result<(Option<Tree<'_>>, Tree<'_>), Fault> {
        let root = |id: Oid| git.find_commit(id)?.tree();
        Ok((self.old.map(root).transpose()?, root(self.new)?))
    }

    /// Which files differ.
    pub(super) fn differences(self, git: &Repository, cancel: &Cancel) -> Result<Differences, Fault> {
        let (old, new) = self.roots(git)?;
        Ok(trees::differences(git, old.map(|tree| tree.id()), Some(new.id()), cancel)?)
    }
}

/// Brings `commits` with their folders into the repository at `into`, as far as it does not hold them.
pub(super) fn bring(session: &mut Session<'_>, into: &Path, commits: &[Oid]) -> Result<(), Fault> {
    let wants: Vec<Oid> = commits.iter().copied().filter(|id| !is_whole(into, *id)).collect();
    if wants.is_empty() {
        return Ok(());
    }
    let limit = session.left;
    session.fetch(&Ask { wants: &wants, depth: Some(1), filter: Filter::Blobs }, into, limit)?;
    wants.iter().try_for_each(|id| mark(into, *id))
}

/// The folder of marks: one empty file for each commit whose folders all came. A commit alone says nothing of its folders.
const MARKS: &str = "lazaret-trees";

fn is_whole(into: &Path, id: Oid) -> bool {
    into.join(MARKS).join(id.to_string()).exists()
}

#[allow(clippy::disallowed_methods, reason = "the cache folder of our own")]
fn mark(into: &Path, id: Oid) -> Result<(), Fault> {
    let folder = into.join(MARKS);
    let path = folder.join(id.to_string());
    std::fs::create_dir_all(&folder).and_then(|()| std::fs::File::create(&path)).map(drop).map_err(|e| Fault::io(&path, &e))
}
