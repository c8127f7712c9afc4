//! A range taken apart: every commit a change of its own.

use git2::Repository;

use super::commits;
use super::failure::unreadable;
use super::span::{self, Span};
use crate::model::cancel::Cancel;
use crate::sources::source::SourceError;

/// Every commit of the change called `name`, latest first, each against its first parent.
pub(super) fn split(repo: &Repository, name: &str, cancel: &Cancel) -> Result<Vec<Span>, SourceError> {
    let mut ids = commits::own(repo, &span::resolve(repo, name)?, cancel)?;
    ids.reverse();
    let alone = |id| {
        let commit = repo.find_commit(id).map_err(unreadable(&format!("commit {id}")))?;
        span::commit(repo, &id.to_string(), &commit)
    };
    ids.into_iter().map(alone).collect()
}
