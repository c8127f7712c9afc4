//! What single commits of a change did that its net diff does not show: the files that more than one of them touched, commit by commit.
//! Never merged lines of others: a merge is compared with what it merged in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use git2::{Oid, Repository};

use super::blobs::Store;
use super::changes;
use super::failure::unreadable;
use super::open;
use super::trees::{self, Difference, Entry};
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, Step};
use crate::model::commit_id::CommitId;
use crate::model::diff::{FileDiff, FileMode, Omission, Patch, TextDiff};
use crate::model::path::RepoPath;
use crate::model::pull::Commit;
use crate::sources::limits::{MAX_STEP_BYTES, MAX_STEPS};
use crate::sources::source::SourceError;

/// The history of `change`, whose repository lies in `folder`.
pub(super) fn of(folder: &Path, change: &Change, cancel: &Cancel) -> History {
    if change.commits.len() < 2 {
        return History::default();
    }
    read(folder, &change.commits, cancel).unwrap_or_else(|why| History::unread(&why.to_string()))
}

fn read(folder: &Path, commits: &[Commit], cancel: &Cancel) -> Result<History, SourceError> {
    let repo = open::open(folder)?;
    let steps = Steps::of(&repo, commits, cancel)?;
    steps.read(&Store::of(&repo).map_err(unreadable("the object store"))?, cancel)
}

/// Which files each commit touched, of those that more than one did. Folders only; what is in the files comes later.
pub(in crate::sources) struct Steps {
    steps: Vec<(CommitId, Vec<Difference>)>,
    /// All files of each commit.
    touched: BTreeMap<CommitId, Vec<RepoPath>>,
    omissions: Vec<Omission>,
}

impl Steps {
    /// The commits whose folders must be there: each of `commits` and what it is compared with.
    pub(in crate::sources) fn ends(commits: &[Commit]) -> Result<Vec<Oid>, SourceError> {
        let ids = commits.iter().take(MAX_STEPS).flat_map(|commit| commit.id.iter().chain(compared(commit)));
        Ok(ids.map(oid).collect::<Result<BTreeSet<Oid>, _>>()?.into_iter().collect())
    }

    /// Compares the folders of `commits`, oldest first.
    pub(in crate::sources) fn of(repo: &Repository, commits: &[Commit], cancel: &Cancel) -> Result<Self, SourceError> {
        let mut all = Self { steps: Vec::new(), touched: BTreeMap::new(), omissions: Vec::new() };
        if commits.len() > MAX_STEPS {
            let why = format!("only the first {MAX_STEPS} of its {} commits were looked at one by one", commits.len());
            all.omissions.push(Omission { path: None, why });
        }
        let mut touched: BTreeMap<RepoPath, usize> = BTreeMap::new();
        for commit in commits.iter().take(MAX_STEPS) {
            let Some(id) = &commit.id else { continue };
            let found = differences(repo, id, compared(commit), cancel)?;
            all.omissions.extend(found.omissions);
            found.files.iter().for_each(|file| *touched.entry(file.path.clone()).or_default() += 1);
            all.touched.insert(id.clone(), found.files.iter().map(|file| file.path.clone()).collect());
            all.steps.push((id.clone(), found.files));
        }
        for (_, files) in &mut all.steps {
            files.retain(|file| touched.get(&file.path).is_some_and(|times| *times > 1));
        }
        Ok(all)
    }

    /// The files that are needed to read them.
    pub(in crate::sources) fn needs(&self) -> BTreeSet<Oid> {
        let entries = self.steps.iter().flat_map(|(_, files)| files).flat_map(|file| [file.old, file.new]).flatten();
        entries.filter(|entry: &Entry| entry.mode != FileMode::Submodule).map(|entry| entry.id).collect()
    }

    /// Reads what each commit did to its files.
    pub(in crate::sources) fn read(self, store: &Store<'_>, cancel: &Cancel) -> Result<History, SourceError> {
        let mut history = History { steps: Vec::new(), touched: self.touched, omissions: self.omissions, ..History::default() };
        let mut held = 0;
        for (commit, files) in self.steps.into_iter().filter(|(_, files)| !files.is_empty()) {
            if held > MAX_STEP_BYTES {
                let most = MAX_STEP_BYTES / 1024 / 1024;
                let why = format!(
                    "its commits hold more than {most} MiB of changes; from {} on they were not looked at one by one",
                    commit.short()
                );
                history.omissions.push(Omission { path: None, why });
                break;
            }
            let mut patch = Patch::default();
            changes::add(&mut patch, files, store, cancel)?;
            held += patch.files.iter().filter_map(FileDiff::text).map(TextDiff::size).sum::<usize>();
            history.steps.push(Step { commit, patch });
        }
        Ok(history)
    }
}

/// What a commit is compared with: its parent, or what a merge merged in, so that lines of others are not taken for its own.
fn compared(commit: &Commit) -> Option<&CommitId> {
    commit.parents.last()
}

fn differences(repo: &Repository, id: &CommitId, parent: Option<&CommitId>, cancel: &Cancel) -> Result<trees::Differences, SourceError> {
    let tree = |id: &CommitId| repo.find_commit(oid(id)?).map(|commit| commit.tree_id()).map_err(unreadable(&format!("commit {id}")));
    trees::differences(repo, parent.map(tree).transpose()?, Some(tree(id)?), cancel)
}

fn oid(id: &CommitId) -> Result<Oid, SourceError> {
    Oid::from_str(id.as_str()).map_err(unreadable(&format!("commit {id}")))
}
