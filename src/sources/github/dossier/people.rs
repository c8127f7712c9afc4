//! Who pushed the head last, and who asked an agent for the pull: what GitHub itself says, never what commits claim.

use serde::Deserialize;

use super::{Desk, Facts};
use crate::model::dossier::Link;
use crate::model::forge::{Account, ForgeError};
use crate::sources::github::address::GITHUB;
use crate::sources::github::shapes::{Actor, account};
use crate::sources::github::{ask, route};

/// Pages of agent tasks that are searched for this pull.
const TASK_PAGES: usize = 3;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Push {
    after: String,
    activity_type: String,
    actor: Option<Actor>,
}

/// Reads both.
pub(super) fn read(desk: &mut Desk<'_>, facts: &Facts) -> Result<(), ForgeError> {
    pusher(desk, facts)?;
    // Tasks are a feature of GitHub's own agents, which open pulls as bots, on GitHub's own hosts.
    let host = &desk.address.host;
    if facts.by_bot && (host == GITHUB || host.ends_with(".ghe.com")) {
        tasks(desk, facts)?;
    }
    Ok(())
}

fn pusher(desk: &mut Desk<'_>, facts: &Facts) -> Result<(), ForgeError> {
    let Some(fork) = &facts.fork else {
        desk.omit("who pushed last is not known: the repository of its branch was deleted, or the token may not see it".to_owned());
        return Ok(());
    };
    let full = route::segment(&format!("refs/heads/{}", facts.branch));
    let route = format!("/repos/{}/activity?ref={full}&per_page=30", route::path(fork.as_bytes()));
    let pushes = ask::rest::<Vec<Push>>(desk.forge, &route, "the pushes to its branch", desk.cancel);
    let Some((pushes, answer)) = desk.or_omit("who pushed last is not known", pushes)? else { return Ok(()) };
    desk.dossier.stale |= answer.stale;
    let made = |push: &&Push| push.after == facts.head && push.activity_type != "branch_deletion";
    desk.dossier.last_pusher = pushes.iter().find(made).and_then(|push| push.actor.clone()).map(account);
    if desk.dossier.last_pusher.is_none() {
        desk.omit("who pushed last is not known: the branch's activity does not name its head".to_owned());
    }
    Ok(())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Task {
    id: String,
    name: Option<String>,
    html_url: Option<String>,
    creator: Option<Creator>,
    creator_type: Option<String>,
    artifacts: Vec<Artifact>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Creator {
    id: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Artifact {
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data {
    global_id: Option<String>,
}

/// GitHub's own map from an agent's task to the pull it made: exact, where the token may read it.
fn tasks(desk: &mut Desk<'_>, facts: &Facts) -> Result<(), ForgeError> {
    let route = format!("/agents/repos/{}/tasks?per_page=100", desk.address.path());
    let tasks = ask::pages::<Task>(desk.forge, route, "agent tasks", TASK_PAGES, desk.cancel);
    let Some(tasks) = desk.or_omit("which task of an agent it comes from is not known", tasks)? else { return Ok(()) };
    let made_it = |artifact: &Artifact| artifact.kind == "pull" && artifact.data.global_id.as_deref() == Some(facts.node.as_str());
    if tasks.cut {
        desk.omit(format!("which task of an agent it comes from was looked for among the latest {} only", tasks.items.len()));
    }
    for task in tasks.items.into_iter().filter(|task| task.artifacts.iter().any(made_it)) {
        let person = task.creator_type.as_deref() != Some("organization");
        if let Some(id) = task.creator.and_then(|creator| creator.id).filter(|_| person) {
            desk.dossier.requester = Some(named(desk, id)?);
        }
        let name = task.name.filter(|name| !name.is_empty()).unwrap_or(task.id);
        desk.dossier.links.push(Link { kind: "session", name, url: task.html_url });
    }
    Ok(())
}

/// The account with this id. Its id alone tells who it is; its login is for people.
fn named(desk: &mut Desk<'_>, id: u64) -> Result<Account, ForgeError> {
    match ask::rest::<Actor>(desk.forge, &format!("/user/{id}"), "the account that asked for it", desk.cancel) {
        Ok((actor, _)) => Ok(Account { id: Some(id), ..account(actor) }),
        Err(ForgeError::Cancelled) => Err(ForgeError::Cancelled),
        Err(why) => {
            desk.omit(format!("the name of account {id}, which asked for it, is not known: {why}"));
            Ok(Account { id: Some(id), login: format!("account {id}"), bot: false })
        }
    }
}
