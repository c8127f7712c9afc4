//! Switches of an organisation: its coding agent per repository, blocked accounts.

use serde::Deserialize;
use serde_json::Value;

use crate::model::forge::{Call, ForgeError, Method};
use crate::model::forge_step::Act;
use crate::response::github::ask::{Ask, encoded};
use crate::response::github::work::{State, Work};

/// Where the coding agent may work: `all`, `selected`, `none`.
#[derive(Deserialize)]
struct Policy {
    enabled_repositories: String,
}

#[derive(Deserialize)]
struct Allowed {
    repositories: Vec<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    id: u64,
}

/// Whether it is as wanted.
pub(super) fn look(work: &Work<'_>) -> Result<State, ForgeError> {
    Ok(if is_so(&work.ask, &work.step.act)? { State::So(String::new()) } else { State::Not })
}

/// Whether `act` would change nothing.
pub(super) fn is_so(ask: &Ask<'_>, act: &Act) -> Result<bool, ForgeError> {
    match act {
        Act::AgentAccess { org, repository, on } => Ok(may_work(ask, org, *repository, *on)? == *on),
        Act::BlockAccount { org, login, on } => Ok(is_blocked(ask, org, login)? == *on),
        _ => Ok(false),
    }
}

/// Whether the agent may work in the repository. A policy without a list cannot be changed for one repository.
fn may_work(ask: &Ask<'_>, org: &str, repository: u64, wanted: bool) -> Result<bool, ForgeError> {
    let base = format!("/orgs/{}/copilot/coding-agent/permissions", encoded(org));
    let policy: Policy = ask.read(&base)?;
    let all = policy.enabled_repositories == "all";
    if policy.enabled_repositories != "selected" {
        let says = if all { "all repositories" } else { "no repository" };
        let elsewhere = || {
            ForgeError::Invalid(format!(
                "the policy of {org} lets its coding agent work in {says}; only selected ones can be changed one by one, so an owner has to change that policy first"
            ))
        };
        return if wanted == all { Ok(all) } else { Err(elsewhere()) };
    }
    let pages: Vec<Allowed> = ask.read_pages(&format!("{base}/repositories?per_page=100"))?;
    Ok(pages.iter().flat_map(|page| &page.repositories).any(|known| known.id == repository))
}

/// "Not there" is what GitHub says of an account that is not blocked, and to who may not know: the list tells the two apart.
fn is_blocked(ask: &Ask<'_>, org: &str, login: &str) -> Result<bool, ForgeError> {
    match ask.forge.call(&Call::get(block(org, login)), ask.cancel) {
        Ok(_) => Ok(true),
        Err(ForgeError::NotFound(_)) => ask.read::<Vec<Value>>(&format!("/orgs/{}/blocks?per_page=1", encoded(org))).map(|_| false),
        Err(error) => Err(error),
    }
}

fn block(org: &str, login: &str) -> String {
    format!("/orgs/{}/blocks/{}", encoded(org), encoded(login))
}

/// Brings it about.
pub(super) fn write(work: &Work<'_>) -> Result<(), ForgeError> {
    let (route, on) = match &work.step.act {
        Act::AgentAccess { org, repository, on } => {
            (format!("/orgs/{}/copilot/coding-agent/permissions/repositories/{repository}", encoded(org)), *on)
        }
        Act::BlockAccount { org, login, on } => (block(org, login), *on),
        act => return Err(ForgeError::Invalid(format!("{act:?} is no switch of an organisation"))),
    };
    work.ask.write(if on { Method::Put } else { Method::Delete }, route, None).map(drop)
}
