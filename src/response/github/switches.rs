//! What GitHub itself can do along with a block, and what of it the ledger says was done, for its end. Reads only.

use serde::Deserialize;

use crate::model::ban::Banned;
use crate::model::decision::Verb;
use crate::model::forge::ForgeError;
use crate::model::forge_step::{Act, Spot};
use crate::response::access::{Access, Role};
use crate::response::bans::{self, Used};
use crate::response::error::ResponseError;
use crate::response::facts::forge::{Stands, Switch};
use crate::response::github::address::repository;
use crate::response::github::ask::Ask;
use crate::response::github::{look, step};
use crate::response::journal::Case;
use crate::response::request::Request;
use crate::response::words::one_line;

/// A repository, as far as switches are about it.
#[derive(Deserialize)]
struct About {
    id: u64,
    private: bool,
    owner: Owner,
    #[serde(default)]
    permissions: Permissions,
}

#[derive(Deserialize)]
struct Owner {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
struct Permissions {
    #[serde(default)]
    admin: bool,
    #[serde(default)]
    pull: bool,
}

impl About {
    fn access(&self, ask: &Ask<'_>) -> Access {
        let role = match (self.permissions.admin, self.permissions.pull) {
            (true, _) => Role::Admin,
            // More is not asked of anybody here, and a role that is not told is not guessed.
            (false, true) => Role::Read,
            _ => Role::Unknown,
        };
        Access { role, scopes: ask.forge.scopes(), private: self.private, refused: Vec::new() }
    }
}

/// The switches that `request` is about, and what there is none for.
pub(crate) fn facts(ask: &Ask<'_>, request: &Request, cases: &[Case]) -> Result<(Vec<Switch>, Vec<String>), ResponseError> {
    let (mut switches, mut unserved): (Vec<Switch>, Vec<String>) = (Vec::new(), Vec::new());
    if request.verb == Verb::Unblock {
        let host = ask.forge.host();
        for used in bans::used(cases, &request.banned).into_iter().filter(|used| used.host == host) {
            switches.push(back(ask, used)?);
        }
        return Ok((switches, unserved));
    }
    for target in &request.targets {
        let repo = repository(&target.pull).ok_or_else(|| ResponseError::Usage(format!("{} is no repository", target.pull)))?;
        let (owner, _) = look::split(&repo).map_err(|error| ask.told(&error))?;
        let about: About = ask.read(&format!("/repos/{repo}")).map_err(|error| ask.told(&error))?;
        let mut acts = Vec::new();
        for banned in &request.banned {
            match act(banned, owner, &about) {
                Ok(act) => acts.push(act),
                Err(why) => unserved.push(why),
            }
        }
        let throttle = request.throttle;
        acts.extend(throttle.limit.map(|limit| Act::Narrow { limit, on: true }));
        for act in acts {
            let known = |switch: &Switch| switch.act == act && (switch.spot.repo == repo || matches!(act, Act::BlockAccount { .. }));
            if !switches.iter().any(known) {
                let stands = step::stands(ask, &at(&repo), &act);
                switches.push(switch(ask, &repo, act, about.access(ask), stands)?);
            }
        }
        if let Some(most) = throttle.pulls {
            let now = step::throttle::cap(ask, &repo);
            let before = now.as_ref().copied().unwrap_or_default();
            // One that is lower already stays.
            let act = Act::PullCap { most: Some(before.map_or(most, |now| now.min(most))), before };
            switches.push(switch(ask, &repo, act, about.access(ask), now.map(|now| now.is_some_and(|now| now <= most)))?);
        }
    }
    Ok((switches, unserved))
}

/// What the forge has against `banned` at `owner`, or why nothing.
fn act(banned: &Banned, owner: &str, about: &About) -> Result<Act, String> {
    let (name, shown) = (banned.name(), one_line(owner));
    let agent = match banned {
        Banned::Agent(agent) if about.owner.kind == "Organization" => agent,
        Banned::Agent(_) => {
            return Err(format!("{shown} is no organisation, so there is nothing to switch off there for {}", one_line(name)));
        }
        _ => return Err(format!("GitHub has no switch for {} {}: lazaret's own list refuses it", banned.kind(), one_line(name))),
    };
    if bans::is_copilot(agent) {
        return Ok(Act::AgentAccess { org: owner.to_owned(), repository: about.id, on: false });
    }
    let said = one_line(agent);
    match agent.strip_prefix('@') {
        Some(login) if login.ends_with("[bot]") => {
            Err(format!("{said} is an app, and GitHub blocks accounts only: suspend or remove it in the settings of {shown}"))
        }
        Some(login) if is_login(login) => Ok(Act::BlockAccount { org: owner.to_owned(), login: login.to_owned(), on: true }),
        Some(_) => Err(format!("{said} can be no account, so nothing is blocked at {shown}")),
        None => Err(format!("GitHub has no switch for the agent {said}; name the account it works as, such as @login, to block that too")),
    }
}

/// Whether it can be an account's name: nothing that would lead a route elsewhere.
fn is_login(login: &str) -> bool {
    (1..=100).contains(&login.len()) && login.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// The switch that takes `used` back.
fn back(ask: &Ask<'_>, used: Used) -> Result<Switch, ResponseError> {
    let repo = used.spot.repo.clone();
    let access = match ask.read::<About>(&format!("/repos/{repo}")) {
        Ok(about) => about.access(ask),
        Err(ForgeError::NotFound(_) | ForgeError::Forbidden { .. }) => Access { scopes: ask.forge.scopes(), ..Access::default() },
        Err(error) => return Err(ask.told(&error)),
    };
    let act = match used.act {
        Act::AgentAccess { org, repository, on } => Act::AgentAccess { org, repository, on: !on },
        Act::BlockAccount { org, login, on } => Act::BlockAccount { org, login, on: !on },
        Act::PullCap { most, before } => Act::PullCap { most: before, before: most },
        Act::Narrow { limit, on } => Act::Narrow { limit, on: !on },
        act => return Err(ResponseError::Usage(format!("{act:?} is no switch"))),
    };
    let stands = step::stands(ask, &at(&repo), &act);
    Ok(Switch { undoes: Some(used.undone), ..switch(ask, &repo, act, access, stands)? })
}

fn at(repo: &str) -> Spot {
    Spot { repo: repo.to_owned(), ..Spot::default() }
}

/// The switch that does `act`, by whether it `is_so` already. Where that cannot be read it is set all the same, and said; a forge
/// that is away ends it all.
fn switch(ask: &Ask<'_>, repo: &str, act: Act, mut access: Access, is_so: Result<bool, ForgeError>) -> Result<Switch, ResponseError> {
    let stands = match is_so {
        Ok(true) => Stands::Already,
        Ok(false) => Stands::Otherwise,
        Err(ForgeError::Forbidden { says, .. } | ForgeError::NotFound(says)) => {
            access.refuse(&act);
            Stands::Unknown(says)
        }
        Err(ForgeError::Invalid(why) | ForgeError::NotAllowed(why) | ForgeError::Conflict(why)) => Stands::Useless(why),
        Err(error @ (ForgeError::Cancelled | ForgeError::Offline(_) | ForgeError::Unreachable(_))) => return Err(ask.told(&error)),
        Err(error) => Stands::Unknown(error.says().to_owned()),
    };
    Ok(Switch { act, spot: at(repo), access, stands, undoes: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_no_account_is_never_part_of_a_route() {
        for (login, is) in [("ada", true), ("a-b_acme", true), ("", false), ("..", false), (".", false), ("a/b", false), ("a%2e", false)] {
            assert_eq!(is_login(login), is, "{login:?}");
        }
    }
}
