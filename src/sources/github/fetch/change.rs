//! Fills what GitHub's list of files leaves out, from git's own objects. GitHub's list stays the truth for which files changed and
//! how they pair; what it does not name comes behind it.

use std::collections::BTreeSet;

use git2::{Oid, Repository, Tree};

use super::ends::Ends;
use super::fault::Fault;
use crate::model::cancel::Cancel;
use crate::model::diff::{Content, FileDiff, FileMode, Omission, Patch, TextDiff};
use crate::model::path::RepoPath;
use crate::sources::local::blobs::Store;
use crate::sources::local::changes;
use crate::sources::local::texts::entry;
use crate::sources::local::trees::{Difference, Entry};

/// Why a file's lines are still not there.
const NOT_FETCHED: &str = "its content was not fetched: it, or the change as a whole, is larger than what is fetched of one pull";

/// A change whose folders are here and whose files are not yet.
pub(super) struct Gap {
    /// Files of GitHub's list whose lines are missing: position, before, after.
    omitted: Vec<(usize, Option<Entry>, Option<Entry>)>,
    /// What differs and GitHub does not name.
    beyond: Vec<Difference>,
}

impl Gap {
    /// Compares `patch`, which comes from GitHub's list, with the folders of both ends. Modes, which that list lacks, are filled in.
    pub(super) fn find(git: &Repository, ends: Ends, patch: &mut Patch, every_file: bool, cancel: &Cancel) -> Result<Self, Fault> {
        let (old, new) = ends.roots(git)?;
        let mut gap = Self { omitted: Vec::new(), beyond: Vec::new() };
        for (at, file) in patch.files.iter_mut().enumerate() {
            let before = side(git, old.as_ref(), file.old_path.as_ref())?;
            let after = side(git, Some(&new), file.new_path.as_ref())?;
            file.old_mode = file.old_mode.or(before.map(|entry| entry.mode));
            file.new_mode = file.new_mode.or(after.map(|entry| entry.mode));
            let is_submodule = [before, after].iter().flatten().any(|entry| entry.mode == FileMode::Submodule);
            if matches!(file.content, Content::Omitted(_)) || is_submodule {
                gap.omitted.push((at, before, after));
            }
        }
        let named: BTreeSet<&RepoPath> = patch.files.iter().flat_map(|file| [&file.old_path, &file.new_path]).flatten().collect();
        let differences = ends.differences(git, cancel)?;
        gap.beyond.extend(differences.files.into_iter().filter(|file| !named.contains(&file.path)));
        patch.unreadable += differences.omissions.len();
        patch.omissions.extend(differences.omissions);
        if every_file && !gap.beyond.is_empty() {
            let why = format!(
                "{} files changed between base and head that GitHub's list does not name; they stand behind its files",
                gap.beyond.len()
            );
            patch.omissions.push(Omission { path: None, why });
        }
        Ok(gap)
    }

    /// The files that are needed to fill it.
    pub(super) fn needs(&self) -> BTreeSet<Oid> {
        let omitted = self.omitted.iter().flat_map(|(_, old, new)| [*old, *new]);
        let beyond = self.beyond.iter().flat_map(|file| [file.old, file.new]);
        omitted.chain(beyond).flatten().filter(|entry| entry.mode != FileMode::Submodule).map(|entry| entry.id).collect()
    }

    /// Fills `patch` with what is here now. What is not counts as unreadable, but for what was never text.
    pub(super) fn fill(self, git: &Repository, patch: &mut Patch, cancel: &Cancel) -> Result<(), Fault> {
        let store = Store::partial(git, NOT_FETCHED)?;
        let mut held: usize = patch.files.iter().filter_map(FileDiff::text).map(TextDiff::size).sum();
        for (at, old, new) in self.omitted {
            if cancel.is_cancelled() {
                return Err(Fault::Cancelled);
            }
            let Some(file) = patch.files.get_mut(at) else { continue };
            file.content = content(file, old, new, &store, held).unwrap_or_else(|why| {
                patch.unreadable += 1;
                Content::Omitted(why)
            });
            held += file.text().map_or(0, TextDiff::size);
        }
        Ok(changes::add(patch, self.beyond, &store, cancel)?)
    }
}

fn content(file: &FileDiff, old: Option<Entry>, new: Option<Entry>, store: &Store<'_>, held: usize) -> Result<Content, String> {
    let is_there = |path: &Option<RepoPath>, entry: Option<Entry>| path.is_none() || entry.is_some();
    if !is_there(&file.old_path, old) || !is_there(&file.new_path, new) {
        return Err("GitHub names this file, and base and head as they were fetched do not have it; open the pull again".to_owned());
    }
    changes::content(old, new, store, held)
}

fn side(git: &Repository, root: Option<&Tree<'_>>, path: Option<&RepoPath>) -> Result<Option<Entry>, Fault> {
    match (root, path) {
        (Some(root), Some(path)) => Ok(entry(git, root, path)?),
        _ => Ok(None),
    }
}
