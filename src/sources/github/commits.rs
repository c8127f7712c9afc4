//! All commits of a pull: GraphQL's pages, and past its 250 the comparison's.

use serde::Deserialize;
use serde_json::json;

use super::address::Address;
use super::ask;
use super::queries::COMMITS;
use super::shapes::{CommitPage, commit, moment};
use crate::model::cancel::Cancel;
use crate::model::commit_id::CommitId;
use crate::model::forge::{Forge, ForgeError};
use crate::model::pull::{Author, Commit, Revision};

/// Pages that are read of a pull's commits, and of a comparison; each holds 100.
const MOST_PAGES: u64 = 100;

#[derive(Debug, Deserialize)]
struct Root {
    repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    pull_request: Option<Pull>,
}

#[derive(Debug, Deserialize)]
struct Pull {
    commits: CommitPage,
}

/// Where the first page ended.
pub(super) struct More {
    /// The cursor behind it, when there are further pages.
    pub(super) after: Option<String>,
    /// How many commits the pull has, by GitHub's count.
    pub(super) total: usize,
}

/// Adds to `known`, the first page, all that follow by GraphQL.
pub(super) fn rest(
    forge: &dyn Forge,
    address: &Address,
    number: u64,
    known: &mut Vec<Commit>,
    more: &More,
    cancel: &Cancel,
) -> Result<(), ForgeError> {
    let mut after = more.after.clone();
    for _ in 0..MOST_PAGES {
        let Some(cursor) = after.take() else { break };
        let variables = json!({ "owner": address.owner, "name": address.name, "number": number, "after": cursor });
        let what = format!("commits of {address}#{number}");
        let reply = ask::graph::<Root>(forge, COMMITS, &variables, &what, cancel)?;
        let page = reply.data.repository.and_then(|found| found.pull_request).ok_or_else(|| ask::refused(&reply.errors, &what))?.commits;
        after = page.page_info.end_cursor.clone().filter(|_| page.page_info.has_next_page);
        known.extend(page.seen().map(|entry| commit(entry.commit)));
    }
    Ok(())
}

/// `GET /compare`.
#[derive(Debug, Deserialize)]
struct Comparison {
    merge_base_commit: Named,
    #[serde(default)]
    commits: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
struct Named {
    sha: String,
}

/// A commit as REST lists it.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    sha: String,
    commit: Inner,
    #[serde(default)]
    parents: Vec<Named>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Inner {
    message: String,
    author: Option<Person>,
    committer: Option<Person>,
    verification: Option<Verification>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Person {
    name: String,
    email: String,
    date: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Verification {
    signature: Option<String>,
}

/// Where the diff starts, when all `commits` of a pull tell: each has one parent, and just one of these is none of the pull's own.
pub(super) fn fork_point(commits: &[Commit]) -> Option<CommitId> {
    let own: std::collections::HashSet<&CommitId> = commits.iter().filter_map(|commit| commit.id.as_ref()).collect();
    let mut outside = None;
    for commit in commits {
        let [parent] = commit.parents.as_slice() else { return None };
        if !own.contains(parent) && outside.replace(parent).is_some() {
            return None;
        }
    }
    outside.cloned()
}

/// Where the diff starts. The first page of a comparison carries up to 300 files that nobody wants here; the second is small.
pub(super) fn merge_base(
    forge: &dyn Forge,
    address: &Address,
    revision: &Revision,
    cancel: &Cancel,
) -> Result<Option<CommitId>, ForgeError> {
    let Some(found) = compare(forge, address, revision, "per_page=1&page=2", cancel)? else { return Ok(None) };
    // A pull that was merged with its base read again afterwards shares its own head with it: that is no start of a diff.
    Ok(CommitId::parse(&found.merge_base_commit.sha).filter(|id| Some(id) != revision.head.as_ref()))
}

/// Adds what GraphQL does not list: comparisons are paged to their end. Their first pages hold what is known already.
pub(super) fn beyond(
    forge: &dyn Forge,
    address: &Address,
    revision: &Revision,
    known: &mut Vec<Commit>,
    total: usize,
    cancel: &Cancel,
) -> Result<(), ForgeError> {
    let first = known.len() as u64 / 100 + 1;
    for page in first.max(2)..first.max(2) + MOST_PAGES {
        let Some(found) = compare(forge, address, revision, &format!("per_page=100&page={page}"), cancel)? else { break };
        if found.commits.is_empty() || known.len() >= total {
            break;
        }
        let seen: std::collections::HashSet<Option<CommitId>> = known.iter().map(|commit| commit.id.clone()).collect();
        known.extend(found.commits.into_iter().map(Listed::commit).filter(|commit| !seen.contains(&commit.id)));
    }
    Ok(())
}

fn compare(
    forge: &dyn Forge,
    address: &Address,
    revision: &Revision,
    query: &str,
    cancel: &Cancel,
) -> Result<Option<Comparison>, ForgeError> {
    let (Some(base), Some(head)) = (&revision.base, &revision.head) else { return Ok(None) };
    let route = format!("/repos/{}/compare/{base}...{head}?{query}", address.path());
    ask::rest(forge, &route, &format!("the comparison of {address}"), cancel).map(|(found, _)| Some(found))
}

impl Listed {
    /// The commit.
    pub(super) fn commit(self) -> Commit {
        let person = |person: Option<Person>| {
            let person = person.unwrap_or_default();
            (Author { name: person.name, email: person.email }, moment(&person.date))
        };
        let (author, authored) = person(self.commit.author);
        let (committer, committed) = person(self.commit.committer);
        Commit {
            id: CommitId::parse(&self.sha),
            parents: self.parents.iter().filter_map(|parent| CommitId::parse(&parent.sha)).collect(),
            author,
            committer,
            authored,
            committed,
            message: self.commit.message,
            signed: self.commit.verification.is_some_and(|found| found.signature.is_some()),
        }
    }
}
