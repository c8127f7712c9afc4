//! Whole files of a change, on either side of it.

use git2::{ObjectType, Oid, Repository, Tree};

use super::blobs::{Content, Store};
use super::trees::{self, Entry};
use crate::model::cancel::Cancel;
use crate::model::change::{MAX_BLOB_BYTES, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::{FileMode, Side};
use crate::model::path::RepoPath;
use crate::model::pull::Revision;
use crate::sources::limits::whole;
use crate::sources::suspect;

/// What is wanted, as far as it is there and small enough.
pub(in crate::sources) fn read(repo: &Repository, revision: &Revision, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
    let tree = |id: &Option<CommitId>| {
        let oid = Oid::from_str(id.as_ref()?.as_str()).ok()?;
        repo.find_commit(oid).and_then(|commit| commit.tree()).ok()
    };
    let (old, new) = (tree(&revision.merge_base), tree(&revision.head));
    let mut texts = Texts::default();
    let Ok(store) = Store::of(repo) else { return texts };
    for request in wanted {
        if cancel.is_cancelled() {
            break;
        }
        let tree = match request.side {
            Side::Old => &old,
            Side::New => &new,
        };
        if let Some(tree) = tree {
            give(repo, &store, tree, request, &mut texts);
        }
    }
    texts
}

fn give(repo: &Repository, store: &Store<'_>, tree: &Tree<'_>, request: &TextRequest, texts: &mut Texts) {
    let Some(entry) = entry(repo, tree, &request.path).ok().flatten().filter(|entry| is_file(*entry)) else { return };
    if let Content::Bytes(object) = store.read(Some(entry.id), MAX_BLOB_BYTES.max(whole(&request.path))) {
        suspect::give(texts, request, object.data());
    }
}

/// Whether it is a regular file; a link's target and a submodule's commit are no text.
pub(in crate::sources) fn is_file(entry: Entry) -> bool {
    matches!(entry.mode, FileMode::Regular | FileMode::Executable)
}

/// What stands at `path` below `root`, unless it is a folder or nothing.
pub(in crate::sources) fn entry(repo: &Repository, root: &Tree<'_>, path: &RepoPath) -> Result<Option<Entry>, git2::Error> {
    let mut names = path.bytes().split(|b| *b == b'/').peekable();
    let mut tree = root.clone();
    while let Some(name) = names.next() {
        let Some((id, kind, mode)) = tree.get_name_bytes(name).map(|entry| (entry.id(), entry.kind(), entry.filemode_raw())) else {
            return Ok(None);
        };
        if names.peek().is_none() {
            let mode = FileMode::from_bits(trees::canonical(mode));
            return Ok((kind != Some(ObjectType::Tree)).then_some(Entry { mode, id }));
        }
        if kind != Some(ObjectType::Tree) {
            return Ok(None);
        }
        tree = repo.find_tree(id)?;
    }
    Ok(None)
}
