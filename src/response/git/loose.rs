//! Loose objects that are cut off. libgit2 reads on for ever where the compressed bytes of one end too early, so a change is
//! looked through before it is packed or compared. Never what an object says.
#![allow(clippy::disallowed_methods, reason = "the object files of the repository are read here")]

use std::collections::BTreeSet;
use std::fs::{File, read_dir};
use std::io::{self, BufReader};

use flate2::bufread::ZlibDecoder;
use git2::{ObjectType, Oid};

use crate::response::error::ResponseError;
use crate::response::git::repo::{Repo, oid};
use crate::response::request::Target;

/// Refuses a change of which an object is cut off: its evidence could not be kept, and asking for it would never end.
pub(crate) fn refuse_cut_off(repo: &Repo, targets: &[Target]) -> Result<(), ResponseError> {
    let mut search = Search { repo, broken: broken(repo), seen: BTreeSet::new() };
    if search.broken.is_empty() {
        return Ok(());
    }
    for revision in targets.iter().map(|target| &target.subject.revision) {
        for commit in [&revision.head, &revision.merge_base].into_iter().flatten() {
            if let Some(found) = search.commit(oid(commit)?) {
                return Err(ResponseError::Repository(format!(
                    "the file of object {found} is cut off, so no evidence of {} can be kept; `git fetch --refetch` brings it again, then try again",
                    commit.short()
                )));
            }
        }
    }
    Ok(())
}

struct Search<'r> {
    repo: &'r Repo,
    broken: BTreeSet<Oid>,
    seen: BTreeSet<Oid>,
}

impl Search<'_> {
    /// The first object below `commit` that is cut off.
    fn commit(&mut self, commit: Oid) -> Option<Oid> {
        if self.broken.contains(&commit) {
            return Some(commit);
        }
        let tree = self.repo.git.find_commit(commit).ok()?.tree_id();
        self.tree(tree)
    }

    fn tree(&mut self, id: Oid) -> Option<Oid> {
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            if self.broken.contains(&id) {
                return Some(id);
            }
            if !self.seen.insert(id) {
                continue;
            }
            let Ok(tree) = self.repo.git.find_tree(id) else { continue };
            for entry in &tree {
                match entry.kind() {
                    Some(ObjectType::Tree) => pending.push(entry.id()),
                    _ if self.broken.contains(&entry.id()) => return Some(entry.id()),
                    _ => {}
                }
            }
        }
        None
    }
}

/// The loose objects whose streams end too early. A folder that cannot be listed holds none that git could read either.
fn broken(repo: &Repo) -> BTreeSet<Oid> {
    let folders = read_dir(repo.common.join("objects")).into_iter().flatten().flatten();
    let named = folders.filter(|folder| folder.file_name().len() == 2);
    let mut found = BTreeSet::new();
    for folder in named {
        for file in read_dir(folder.path()).into_iter().flatten().flatten() {
            let name = format!("{}{}", folder.file_name().to_string_lossy(), file.file_name().to_string_lossy());
            let Ok(id) = Oid::from_str(&name) else { continue };
            let whole = File::open(file.path()).is_ok_and(|file| is_whole(BufReader::new(file)));
            if !whole {
                found.insert(id);
            }
        }
    }
    found
}

fn is_whole(file: impl io::BufRead) -> bool {
    io::copy(&mut ZlibDecoder::new(file), &mut io::sink()).is_ok()
}
