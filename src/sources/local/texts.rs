//! Whole files of a change, on either side of it.

use std::sync::Arc;

use git2::{ObjectType, Oid, Repository, Tree};

use super::blobs::{Content, Store};
use crate::model::cancel::Cancel;
use crate::model::change::{TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::Side;
use crate::model::inert;
use crate::model::path::RepoPath;
use crate::model::pull::Revision;
use crate::sources::limits::MAX_TEXT_BYTES;
use crate::sources::suspect;

/// What is wanted, as far as it is there, text, and small enough.
pub(super) fn read(repo: &Repository, revision: &Revision, wanted: &[TextRequest], cancel: &Cancel) -> Texts {
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
        if let Some(text) = tree.as_ref().and_then(|tree| text(repo, &store, tree, &request.path)) {
            texts.insert(request.clone(), text);
        }
    }
    texts
}

fn text(repo: &Repository, store: &Store<'_>, tree: &Tree<'_>, path: &RepoPath) -> Option<Arc<str>> {
    let content = store.read(Some(find(repo, tree, path)?), MAX_TEXT_BYTES);
    match &content {
        Content::Bytes(object) if !suspect::is_binary(object.data()) => Some(Arc::from(inert::decode(object.data()))),
        _ => None,
    }
}

/// The blob of a regular file; a link's target and a submodule's commit are no text.
fn find(repo: &Repository, root: &Tree<'_>, path: &RepoPath) -> Option<Oid> {
    let mut names = path.bytes().split(|b| *b == b'/').peekable();
    let mut tree = root.clone();
    loop {
        let name = names.next()?;
        let (id, kind, mode) = {
            let entry = tree.get_name_bytes(name)?;
            (entry.id(), entry.kind(), entry.filemode_raw())
        };
        if names.peek().is_none() {
            return (kind == Some(ObjectType::Blob) && mode & 0o170_000 == 0o100_000).then_some(id);
        }
        tree = repo.find_tree(id).ok()?;
    }
}
