//! One pull: its facts and the first page of its commits, in one request.

use serde::Deserialize;
use serde_json::json;

use super::address::Address;
use super::ask;
use super::commits::More;
use super::queries::PULL;
use super::shapes::{Facts, pull};
use crate::model::cancel::Cancel;
use crate::model::forge::{Forge, ForgeError, GraphError};
use crate::model::pull::{Commit, Pull};

#[derive(Debug, Deserialize)]
struct Root {
    repository: Option<Repository>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    name_with_owner: String,
    pull_request: Option<Facts>,
}

/// A pull as it stands.
pub(super) struct Found {
    /// The pull. Its provenance and its merge-base are not known yet.
    pub(super) pull: Pull,
    /// The first page of its commits.
    pub(super) commits: Vec<Commit>,
    /// What lies behind that page.
    pub(super) more: More,
    /// Where it is now: not where it was looked for, when its repository was renamed or moved.
    pub(super) address: Address,
    /// Facts that GitHub kept back, and why.
    pub(super) errors: Vec<GraphError>,
}

/// Reads `number` of `address` with its first `commits` commits.
pub(super) fn read(forge: &dyn Forge, address: &Address, number: u64, commits: u64, cancel: &Cancel) -> Result<Found, ForgeError> {
    let variables = json!({ "owner": address.owner, "name": address.name, "number": number, "first": commits });
    let what = format!("pull {address}#{number}");
    let reply = ask::graph::<Root>(forge, PULL, &variables, &what, cancel)?;
    let errors = reply.errors;
    let repository = reply.data.repository.ok_or_else(|| ask::refused(&errors, &format!("repository {address} on {}", forge.host())))?;
    let mut facts = repository.pull_request.ok_or_else(|| ask::refused(&errors, &what))?;
    if facts.number != number {
        let why = format!("asked for {what}, {} answered with #{}: open it again", forge.host(), facts.number);
        return Err(ForgeError::Garbled(why));
    }
    let now = Address::of(&address.host, &repository.name_with_owner).unwrap_or_else(|| address.clone());
    let page = &mut facts.commits.page_info;
    let after = page.end_cursor.take().filter(|_| page.has_next_page);
    let (pull, commits) = pull(facts, &now, reply.read, reply.stale);
    let more = More { after, total: pull.commit_count.unwrap_or(commits.len()) };
    Ok(Found { pull, commits, more, address: now, errors })
}
