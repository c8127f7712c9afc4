//! What came into a branch, commit by commit of its own line; a merge is one change with all it brought. Never a diff.

use git2::{Oid, Repository, Sort};

use super::default_branch::{self, DefaultBranch};
use super::failure::unreadable;
use super::landings;
use super::span::{self, Span};
use crate::model::cancel::Cancel;
use crate::sources::source::SourceError;

/// Which part of merged history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// A range `A..B`, or the branch or commit whose line it is; `None`: the default branch.
    pub range: Option<String>,
    /// At most so many commits, the latest.
    pub most: Option<usize>,
}

/// The commits of `wanted`, latest first.
pub(super) fn ids(repo: &Repository, wanted: &Merged, cancel: &Cancel) -> Result<Vec<Oid>, SourceError> {
    let failed = unreadable("the history of the branch");
    let mut walk = repo.revwalk().map_err(&failed)?;
    walk.set_sorting(Sort::TOPOLOGICAL).map_err(&failed)?;
    walk.simplify_first_parent().map_err(&failed)?;
    match wanted.range.as_deref().map(|range| (range, range.split_once(".."))) {
        None => walk.push(default_branch::find(repo)?.tip),
        Some((name, None)) => walk.push(span::find(repo, name)?.id()),
        Some((_, Some((from, to)))) => {
            let end = |name: &str| span::find(repo, if name.is_empty() { "HEAD" } else { name }).map(|commit| commit.id());
            let (from, to) = (end(from)?, end(to.strip_prefix('.').unwrap_or(to))?);
            walk.push(to).and_then(|()| walk.hide(from))
        }
    }
    .map_err(&failed)?;
    let mut ids = Vec::new();
    for id in walk.take(wanted.most.unwrap_or(usize::MAX)) {
        if cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        ids.push(id.map_err(&failed)?);
    }
    Ok(ids)
}

/// The change that the commit called `id` made of its first parent.
pub(super) fn span(repo: &Repository, branch: &DefaultBranch, id: &str, cancel: &Cancel) -> Result<Span, SourceError> {
    let commit = span::find(repo, id)?;
    Ok(Span { name: commit.id().to_string(), ..landings::of_commit(repo, branch, &commit, cancel)? })
}
