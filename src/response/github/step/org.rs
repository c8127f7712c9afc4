//! Switches of an organisation: its coding agent per repository, blocked accounts.

use serde::Deserialize;

use crate::model::forge::{ForgeError, Method};
use crate::model::forge_step::Act;
use crate::response::github::ask::{Ask, encoded};
use crate::response::github::step::{State, Work};

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
pub(crate) fn is_so(ask: &Ask<'_>, act: &Act) -> Result<bool, ForgeError> {
    match act {
        Act::AgentAccess { org, repository, on } => {
            let route = format!("/orgs/{}/copilot/coding-agent/permissions/repositories?per_page=100", encoded(org));
            let pages: Vec<Allowed> = ask.read_pages(&route)?;
            Ok(pages.iter().flat_map(|page| &page.repositories).any(|known| known.id == *repository) == *on)
        }
        Act::BlockAccount { org, login, on } => {
            let blocked = match ask.forge.call(&crate::model::forge::Call::get(block(org, login)), ask.cancel) {
                Ok(_) => true,
                Err(ForgeError::NotFound(_)) => false,
                Err(error) => return Err(error),
            };
            Ok(blocked == *on)
        }
        _ => Ok(false),
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
