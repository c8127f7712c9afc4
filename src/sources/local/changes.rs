//! The net diff between two commits, file by file, with an end to everything.

use git2::{Oid, Repository};

use super::blobs::{Content as Blob, Store};
use super::commits::commit_id;
use super::failure::unreadable;
use super::lines;
use super::renames::{self, Pair};
use super::trees::{self, Difference, Entry, kind};
use crate::model::cancel::Cancel;
use crate::model::diff::{Content, FileDiff, FileMode, FileStatus, Patch, TextDiff};
use crate::model::path::RepoPath;
use crate::sources::limits::{MAX_CHANGE_BYTES, MAX_FILE_BYTES};
use crate::sources::source::SourceError;
use crate::sources::suspect;

/// A net diff and its digest.
pub(super) struct Changes {
    pub(super) patch: Patch,
    pub(super) digest: String,
}

/// What leads from commit `old` (`None`: the empty tree) to commit `new`.
pub(super) fn between(repo: &Repository, old: Option<Oid>, new: Oid, cancel: &Cancel) -> Result<Changes, SourceError> {
    let tree = |id: Oid| repo.find_commit(id).map(|commit| commit.tree_id()).map_err(unreadable(&format!("commit {id}")));
    let (old, new) = (old.map(tree).transpose()?, tree(new)?);
    let found = trees::differences(repo, old, Some(new), cancel)?;
    let digest = found.digest(old, new);
    let store = Store::of(repo).map_err(unreadable("the object store"))?;
    let mut patch = Patch { unreadable: found.omissions.len(), omissions: found.omissions, ..Patch::default() };
    add(&mut patch, found.files, &store, cancel)?;
    Ok(Changes { patch, digest })
}

/// Adds what changed in `files` to `patch`.
pub(in crate::sources) fn add(patch: &mut Patch, files: Vec<Difference>, store: &Store<'_>, cancel: &Cancel) -> Result<(), SourceError> {
    let mut held: usize = patch.files.iter().filter_map(FileDiff::text).map(TextDiff::size).sum();
    for pair in renames::join(files, store, cancel)?.into_iter().flat_map(split) {
        if cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        let content = content(entry(&pair.old), entry(&pair.new), store, held).unwrap_or_else(|why| {
            patch.unreadable += 1;
            Content::Omitted(why)
        });
        let file = file(&pair, content);
        held += file.text().map_or(0, TextDiff::size);
        suspect::tell_hostile_paths(&file, patch);
        patch.files.push(file);
    }
    Ok(())
}

/// A file that became a link or a submodule, or the other way round, is shown as one that went and one that came, as git does.
fn split(pair: Pair) -> Vec<Pair> {
    match (&pair.old, &pair.new) {
        (Some((_, old)), Some((_, new))) if kind(old.mode) != kind(new.mode) => {
            vec![Pair { old: pair.old, new: None, moved: None }, Pair { old: None, new: pair.new, moved: None }]
        }
        _ => vec![pair],
    }
}

fn entry(side: &Option<(RepoPath, Entry)>) -> Option<Entry> {
    side.as_ref().map(|side| side.1)
}

fn file(pair: &Pair, content: Content) -> FileDiff {
    let (old, new) = (entry(&pair.old), entry(&pair.new));
    let status = match (old, new) {
        (None, _) => FileStatus::Added,
        (_, None) => FileStatus::Deleted,
        _ if pair.moved.is_some() => FileStatus::Renamed(pair.moved),
        _ => FileStatus::Modified,
    };
    FileDiff {
        old_path: pair.old.as_ref().map(|side| side.0.clone()),
        new_path: pair.new.as_ref().map(|side| side.0.clone()),
        status,
        old_mode: old.map(|entry| entry.mode),
        new_mode: new.map(|entry| entry.mode),
        content,
    }
}

/// What changed between two entries, or why it could not be read.
pub(in crate::sources) fn content(old: Option<Entry>, new: Option<Entry>, store: &Store<'_>, held: usize) -> Result<Content, String> {
    if old.or(new).is_some_and(|entry| entry.mode == FileMode::Submodule) {
        return Ok(Content::Submodule { old: old.and_then(|entry| commit_id(entry.id)), new: new.and_then(|entry| commit_id(entry.id)) });
    }
    let id = |entry: Option<Entry>| entry.map(|entry| entry.id);
    if id(old) == id(new) {
        return Ok(Content::Text(TextDiff::default()));
    }
    if held > MAX_CHANGE_BYTES {
        return Err(format!("the change holds more than {MAX_CHANGE_BYTES} bytes of text; this file's lines were not read"));
    }
    let (before, after) = (store.read(id(old), MAX_FILE_BYTES), store.read(id(new), MAX_FILE_BYTES));
    if matches!(before, Blob::Missing) || matches!(after, Blob::Missing) {
        return Err(store.missing.to_owned());
    }
    if let Some(size) = [&before, &after].into_iter().find_map(too_large) {
        return Err(format!("it has {size} bytes, and files above {MAX_FILE_BYTES} bytes are not compared line by line"));
    }
    if suspect::is_binary(before.bytes()) || suspect::is_binary(after.bytes()) {
        return Ok(Content::Binary { old_size: before.size(), new_size: after.size() });
    }
    let compared = lines::compare(before.bytes(), after.bytes());
    compared.map(Content::Text).map_err(|e| format!("its lines could not be compared ({})", super::failure::reason(&e)))
}

fn too_large(blob: &Blob<'_>) -> Option<u64> {
    match blob {
        Blob::Large(size) => Some(*size),
        _ => None,
    }
}
