//! Policies of a GitHub host: the organisation's, the default branch's, the base's; and who belongs to the teams they name. Never of
//! the change.

use super::address::Address;
use super::ask;
use super::failure::told;
use super::route;
use super::shapes::{Actor, account};
use crate::model::cancel::Cancel;
use crate::model::commit_id::CommitId;
use crate::model::forge::{Account, Call, Forge, ForgeError};
use crate::model::policy::{PATH, PolicyText};
use crate::sources::limits::MAX_TEXT_BYTES;
use crate::sources::source::SourceError;

/// The bytes of a file as they are.
const RAW: &str = "application/vnd.github.raw+json";
/// The repository of an owner that holds the policy for all of theirs. One of its own, since others write to `.github`.
const OF_OWNER: &str = ".lazaret";

/// Pages of members that are read: a team of thousands owns nothing.
const MOST_PAGES: usize = 20;

/// The policies that judge a change of `address` onto `base`, each once.
pub(super) fn read(forge: &dyn Forge, address: &Address, base: Option<&CommitId>, cancel: &Cancel) -> Result<Vec<PolicyText>, SourceError> {
    let (owner, repository) = (&address.owner, address.path());
    let mut found = Vec::new();
    let at_owner = format!("/repos/{owner}/{OF_OWNER}/contents/policy.toml");
    found.extend(file(forge, &at_owner, format!("policy.toml of {owner}/{OF_OWNER}"), cancel)?);
    let at = format!("/repos/{repository}/contents/{}", route::path(PATH.as_bytes()));
    found.extend(file(forge, &at, format!("{PATH} of {address}"), cancel)?);
    if let Some(base) = base
        && let Some(own) = file(forge, &format!("{at}?ref={base}"), format!("{PATH} of the base {}", base.short()), cancel)?
        && !found.iter().any(|known| known.text == own.text)
    {
        found.push(own);
    }
    Ok(found)
}

/// One file, or `None` where there is none that this token can see.
fn file(forge: &dyn Forge, route: &str, from: String, cancel: &Cancel) -> Result<Option<PolicyText>, SourceError> {
    let answer = match forge.call(&Call { accept: RAW, ..Call::get(route) }, cancel) {
        Ok(answer) => answer,
        Err(ForgeError::NotFound(_)) => return Ok(None),
        Err(error) => return Err(told(error)),
    };
    let wrong = |why: &str| Err(SourceError::Unreadable(format!("{from} {why}")));
    if answer.body.len() as u64 > MAX_TEXT_BYTES {
        return wrong(&format!("has {} bytes, and {MAX_TEXT_BYTES} are the most", answer.body.len()));
    }
    match String::from_utf8(answer.body) {
        Ok(text) => Ok(Some(PolicyText { from, text })),
        Err(_) => wrong("is not UTF-8"),
    }
}

/// Who belongs to a team of an organisation.
pub(super) fn members(forge: &dyn Forge, organisation: &str, team: &str, cancel: &Cancel) -> Result<Vec<Account>, SourceError> {
    let what = format!("the members of @{organisation}/{team}");
    let route = format!("/orgs/{}/teams/{}/members?per_page=100", route::segment(organisation), route::segment(team));
    let found = ask::pages::<Actor>(forge, route, &what, MOST_PAGES, cancel).map_err(told)?;
    if found.cut {
        return Err(SourceError::Unreadable(format!("{what} are more than {} people", MOST_PAGES * 100)));
    }
    Ok(found.items.into_iter().map(account).collect())
}
