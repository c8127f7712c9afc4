//! Policies of a GitHub host: the organisation's, the default branch's, the base's; who owns paths there; who belongs to the teams
//! they name. Never of the change.

use serde::Deserialize;
use serde_json::json;

use super::address::Address;
use super::ask;
use super::failure::told;
use super::queries::{OWNED, POLICIES};
use super::route;
use super::shapes::{Actor, account};
use crate::model::cancel::Cancel;
use crate::model::commit_id::CommitId;
use crate::model::forge::{Account, Call, Forge, ForgeError};
use crate::model::policy::{OWNERS, PATH, PolicyText};
use crate::sources::limits::MAX_TEXT_BYTES;
use crate::sources::source::SourceError;

/// The repository of an owner that holds the policy for all of theirs. One of its own, since others write to `.github`.
const OF_OWNER: &str = ".lazaret";
/// Pages of members that are read: a team of thousands owns nothing.
const MOST_PAGES: usize = 20;

#[derive(Deserialize)]
struct Root {
    repository: Option<Repository>,
    organisation: Option<Organisation>,
}

#[derive(Deserialize)]
struct Repository {
    #[serde(rename = "nameWithOwner")]
    name: String,
    own: Option<File>,
    base: Option<File>,
}

#[derive(Deserialize)]
struct Organisation {
    object: Option<File>,
}

#[derive(Deserialize)]
struct Owned {
    repository: Option<Places>,
}

#[derive(Deserialize)]
struct Places {
    first: Option<File>,
    second: Option<File>,
    third: Option<File>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(rename = "__typename")]
    kind: String,
    #[serde(default)]
    byte_size: u64,
    #[serde(default)]
    is_binary: Option<bool>,
    #[serde(default)]
    is_truncated: bool,
    #[serde(default)]
    text: Option<String>,
}

/// The policies that judge a change of `address` onto `base`, each once. A repository that moved is judged by whom it belongs to
/// now: whoever uses an old name does not choose another owner's policy by it.
pub(super) fn read(forge: &dyn Forge, address: &Address, base: Option<&CommitId>, cancel: &Cancel) -> Result<Vec<PolicyText>, SourceError> {
    let (root, stale) = ask(forge, address, base, cancel)?;
    let now = Address::of(&address.host, &root.repository.name).unwrap_or_else(|| address.clone());
    let (root, stale) = if now.owner.eq_ignore_ascii_case(&address.owner) { (root, stale) } else { ask(forge, &now, base, cancel)? };
    let mut found = Vec::new();
    let mut take = |file: Option<File>, from: String| {
        if let Some(text) = file.map(|file| file.text(from, stale)).transpose()?
            && !found.iter().any(|known: &PolicyText| known.text == text.text)
        {
            found.push(text);
        }
        Ok::<(), SourceError>(())
    };
    take(root.organisation, format!("policy.toml of {}/{OF_OWNER}", now.owner))?;
    take(root.repository.own, format!("{PATH} of {now}"))?;
    take(root.repository.base, format!("{PATH} of the base {}", base.map_or("", CommitId::short)))?;
    Ok(found)
}

/// What was asked for, in parts that are there.
struct Found {
    repository: Repository,
    organisation: Option<File>,
}

fn ask(forge: &dyn Forge, address: &Address, base: Option<&CommitId>, cancel: &Cancel) -> Result<(Found, bool), SourceError> {
    let own = format!("HEAD:{PATH}");
    let based = base.map_or_else(|| own.clone(), |base| format!("{base}:{PATH}"));
    let variables = json!({ "owner": address.owner, "name": address.name, "own": own, "base": based });
    let what = format!("the policy of {address}");
    let reply = ask::graph::<Root>(forge, POLICIES, &variables, &what, cancel).map_err(told)?;
    // Only an owner without a repository of that name has no policy; whatever else is wrong may hide one.
    let absent =
        |error: &&_| !matches!(error, crate::model::forge::GraphError { kind, path, .. } if kind == "NOT_FOUND" && path == "organisation");
    let wrong: Vec<_> = reply.errors.iter().filter(absent).cloned().collect();
    let repository = reply.data.repository.filter(|_| wrong.is_empty()).ok_or_else(|| told(ask::refused(&wrong, &what)))?;
    Ok((Found { repository, organisation: reply.data.organisation.and_then(|organisation| organisation.object) }, reply.stale))
}

impl File {
    /// Its text. One that is there and is no text is an error: nobody could tell what it demands.
    fn text(self, from: String, stale: bool) -> Result<PolicyText, SourceError> {
        let wrong = |why: String| Err(SourceError::Unreadable(format!("{from} {why}")));
        match self.text {
            _ if self.kind != "Blob" => wrong("is no regular file".to_owned()),
            _ if self.byte_size > MAX_TEXT_BYTES || self.is_truncated => {
                wrong(format!("has {} bytes, and {MAX_TEXT_BYTES} are the most", self.byte_size))
            }
            Some(text) if self.is_binary != Some(true) => Ok(PolicyText { from, text, stale }),
            _ => wrong("is not UTF-8".to_owned()),
        }
    }
}

/// Whether the owner may keep a policy where this token does not see it. "Not there" is also what GitHub says to who may not look:
/// only a file that is missing from a repository that can be read is known to be missing.
pub(super) fn hidden(forge: &dyn Forge, address: &Address, cancel: &Cancel) -> Option<String> {
    let owner = &address.owner;
    match forge.call(&Call::get(format!("/repos/{owner}/{OF_OWNER}")), cancel) {
        Err(ForgeError::NotFound(_)) => Some(format!(
            "whether {owner} has a policy is not known: {owner}/{OF_OWNER} is not there, or this token may not see it; if there is one, let the token read it"
        )),
        Err(error) => Some(format!("whether {owner} has a policy is not known: {}", error.says())),
        Ok(_) => None,
    }
}

/// Whom the base says paths belong to: the first of the three files that GitHub looks for.
pub(super) fn owners(
    forge: &dyn Forge,
    address: &Address,
    base: Option<&CommitId>,
    cancel: &Cancel,
) -> Result<Option<PolicyText>, SourceError> {
    let base = base.map_or("HEAD", CommitId::as_str);
    let [first, second, third] = OWNERS.map(|path| format!("{base}:{path}"));
    let variables = json!({ "owner": address.owner, "name": address.name, "first": first, "second": second, "third": third });
    let what = format!("CODEOWNERS of {address}");
    let reply = ask::graph::<Owned>(forge, OWNED, &variables, &what, cancel).map_err(told)?;
    let places = reply.data.repository.filter(|_| reply.errors.is_empty()).ok_or_else(|| told(ask::refused(&reply.errors, &what)))?;
    let files = [places.first, places.second, places.third].into_iter().zip(OWNERS);
    let found = files.filter_map(|(file, path)| Some((file?, path))).next();
    found.map(|(file, path)| file.text(format!("{path} of {address}"), reply.stale)).transpose()
}

/// Who belongs to a team of an organisation, as it says now.
pub(super) fn members(forge: &dyn Forge, organisation: &str, team: &str, cancel: &Cancel) -> Result<Vec<Account>, SourceError> {
    let what = format!("the members of @{organisation}/{team}");
    let mut next = Some(format!("/orgs/{}/teams/{}/members?per_page=100", route::segment(organisation), route::segment(team)));
    let mut found = Vec::new();
    for _ in 0..MOST_PAGES {
        let Some(route) = next else { return Ok(found) };
        let (page, answer) = ask::rest::<Vec<Actor>>(forge, &route, &what, cancel).map_err(told)?;
        if answer.stale {
            return Err(SourceError::Unreadable(format!("{what} could not be read now; what was read earlier is not enough to decide by")));
        }
        found.extend(page.into_iter().map(account));
        next = answer.next;
    }
    match next {
        None => Ok(found),
        Some(_) => Err(SourceError::Unreadable(format!("{what} are more than {} people", MOST_PAGES * 100))),
    }
}
