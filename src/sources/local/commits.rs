//! A change's own commits: which they are, and what they say. Never what they change.

use git2::{Oid, Repository, Sort};

use super::failure::unreadable;
use super::span::Span;
use crate::model::cancel::Cancel;
use crate::model::commit_id::CommitId;
use crate::model::inert;
use crate::model::pull::{Author, Commit};
use crate::model::time::Timestamp;
use crate::sources::source::SourceError;

/// A queue judges who wrote a branch by at most this many of its latest commits.
pub(super) const MAX_JUDGED: usize = 250;

/// The commits of `span`, oldest first: what its head has and its base has not.
pub(super) fn own(repo: &Repository, span: &Span, cancel: &Cancel) -> Result<Vec<Oid>, SourceError> {
    if span.single {
        return Ok(vec![span.head]);
    }
    if let Some(own) = &span.own {
        return Ok(own.clone());
    }
    let failed = unreadable("the history of the change");
    let mut walk = repo.revwalk().map_err(&failed)?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::TIME).map_err(&failed)?;
    walk.push(span.head).map_err(&failed)?;
    if let Some(base) = span.base {
        walk.hide(base).map_err(&failed)?;
    }
    let mut ids = Vec::new();
    for id in walk {
        if cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        ids.push(id.map_err(&failed)?);
    }
    ids.reverse();
    Ok(ids)
}

/// When a commit was made, as claimed.
pub(super) fn committed(repo: &Repository, id: Oid) -> Result<Timestamp, SourceError> {
    repo.find_commit(id).map(|commit| Timestamp(commit.time().seconds())).map_err(unreadable(&format!("commit {id}")))
}

/// The commits in the order of `ids`.
pub(in crate::sources) fn read(repo: &Repository, ids: &[Oid], cancel: &Cancel) -> Result<Vec<Commit>, SourceError> {
    let one = |id: &Oid| {
        if cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        repo.find_commit(*id).map(|commit| convert(&commit)).map_err(unreadable(&format!("commit {id}")))
    };
    ids.iter().map(one).collect()
}

fn convert(commit: &git2::Commit<'_>) -> Commit {
    let latin = commit.message_encoding().ok().flatten().is_some_and(is_latin);
    let text = |bytes: &[u8]| if latin { latin_text(bytes) } else { inert::decode(bytes).into_owned() };
    let person = |who: &git2::Signature<'_>| Author { name: text(who.name_bytes()), email: text(who.email_bytes()) };
    let (author, committer) = (commit.author(), commit.committer());
    Commit {
        id: commit_id(commit.id()),
        parents: commit.parent_ids().filter_map(commit_id).collect(),
        author: person(&author),
        committer: person(&committer),
        authored: Timestamp(author.when().seconds()),
        committed: Timestamp(committer.when().seconds()),
        message: text(commit.message_raw_bytes()),
        signed: commit.header_field_bytes("gpgsig").is_ok() || commit.header_field_bytes("gpgsig-sha256").is_ok(),
    }
}

/// A git2 id as a model id.
pub(in crate::sources) fn commit_id(id: Oid) -> Option<CommitId> {
    CommitId::parse(&id.to_string())
}

fn is_latin(encoding: &str) -> bool {
    ["iso-8859-1", "latin1", "latin-1", "iso8859-1"].iter().any(|name| encoding.eq_ignore_ascii_case(name))
}

/// Every byte of ISO 8859-1 is the character of the same number.
fn latin_text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
