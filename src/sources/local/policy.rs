//! The policy that a repository keeps for itself: of the default branch and of the base a change would merge into; and whom the base
//! says paths belong to. Never of the change.

use git2::{Oid, Repository};

use super::blobs::{Content, Store};
use super::texts;
use super::{default_branch, failure::unreadable};
use crate::model::commit_id::CommitId;
use crate::model::path::RepoPath;
use crate::model::policy::{OWNERS, PATH, PolicyText};
use crate::sources::limits::MAX_TEXT_BYTES;
use crate::sources::source::SourceError;

/// The policies that judge a change onto `base`, each once. A base may be a branch that anybody made, so the default branch's
/// holds besides it.
pub(super) fn read(repo: &Repository, base: Option<&CommitId>) -> Result<Vec<PolicyText>, SourceError> {
    let main = default_branch::find(repo)?;
    let mut found: Vec<PolicyText> = at(repo, main.tip, PATH, &main.name)?.into_iter().collect();
    let base = base.and_then(|base| Oid::from_str(base.as_str()).ok()).filter(|base| *base != main.tip);
    if let Some(base) = base
        && let Some(own) = at(repo, base, PATH, &format!("the base {base:.10}"))?
        && !found.iter().any(|known| known.text == own.text)
    {
        found.push(own);
    }
    Ok(found)
}

/// Whom the base says paths belong to: the first of the three files that GitHub looks for.
pub(super) fn owners(repo: &Repository, base: Option<&CommitId>) -> Result<Option<PolicyText>, SourceError> {
    let main = default_branch::find(repo)?;
    let base = base.and_then(|base| Oid::from_str(base.as_str()).ok()).unwrap_or(main.tip);
    for path in OWNERS {
        if let Some(found) = at(repo, base, path, &format!("the base {base:.10}"))? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// One file of one commit. One that is there and is no text is an error: nobody could tell what it demands.
fn at(repo: &Repository, commit: Oid, path: &str, name: &str) -> Result<Option<PolicyText>, SourceError> {
    let tree = repo.find_commit(commit).and_then(|commit| commit.tree()).map_err(unreadable(&format!("commit {commit}")))?;
    let from = format!("{path} of {name}");
    let wrong = |why: &str| Err(SourceError::Unreadable(format!("{from} {why}")));
    let found = texts::entry(repo, &tree, &RepoPath::from(path)).map_err(unreadable(&from))?;
    let id = match found {
        None => return Ok(None),
        Some(entry) if texts::is_file(entry) => entry.id,
        Some(_) => return wrong("is no regular file"),
    };
    let store = Store::of(repo).map_err(unreadable("the object store"))?;
    match store.read(Some(id), MAX_TEXT_BYTES) {
        Content::Bytes(object) => match std::str::from_utf8(object.data()) {
            Ok(text) => Ok(Some(PolicyText { from, text: text.to_owned(), stale: false })),
            Err(_) => wrong("is not UTF-8"),
        },
        Content::Large(size) => wrong(&format!("has {size} bytes, and {MAX_TEXT_BYTES} are the most")),
        Content::Nothing | Content::Missing => wrong("is missing or damaged in this clone: `git fetch --refetch` brings it"),
    }
}
