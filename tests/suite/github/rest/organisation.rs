//! Routes of organisations: repositories, teams, blocked accounts, members, where Copilot's agent may work.

use serde_json::{Value, json};

use super::{Ask, Done, Reply, Route, route, shape};
use crate::github::account::{Account, Copilot, Kind, Role};
use crate::github::repo::Repo;
use crate::github::world::{EPOCH, World, moment};

const ADMIN: &[(&str, &str)] = &[("organization_user_blocking", "write")];
const AGENT: &[(&str, &str)] = &[("organization_copilot_agent_settings", "write")];
const AGENT_READ: &[(&str, &str)] = &[("organization_copilot_agent_settings", "read")];

pub const ROUTES: &[Route] = &[
    route("GET /orgs/{org}", &[], Role::None, get),
    route("GET /orgs/{org}/repos", &[("metadata", "read")], Role::None, repos),
    route("GET /user/repos", &[("metadata", "read")], Role::None, own),
    route("GET /users/{username}/repos", &[], Role::None, of_user),
    route("GET /orgs/{org}/teams/{team_slug}/repos", &[("members", "read")], Role::None, team_repos),
    route("GET /orgs/{org}/teams/{team_slug}/members", &[("members", "read")], Role::None, team_members),
    route("GET /orgs/{org}/members/{username}", &[("members", "read")], Role::None, member),
    route("GET /orgs/{org}/blocks", &[("organization_user_blocking", "read")], Role::None, blocks),
    route("GET /orgs/{org}/blocks/{username}", &[("organization_user_blocking", "read")], Role::None, blocked),
    route("PUT /orgs/{org}/blocks/{username}", ADMIN, Role::None, block),
    route("DELETE /orgs/{org}/blocks/{username}", ADMIN, Role::None, unblock),
    route("GET /orgs/{org}/copilot/coding-agent/permissions", AGENT_READ, Role::None, agent),
    route("GET /orgs/{org}/copilot/coding-agent/permissions/repositories", AGENT_READ, Role::None, agent_repos),
    route("PUT /orgs/{org}/copilot/coding-agent/permissions/repositories/{repository_id}", AGENT, Role::None, allow),
    route("DELETE /orgs/{org}/copilot/coding-agent/permissions/repositories/{repository_id}", AGENT, Role::None, forbid),
];

fn org<'w>(world: &'w World, ask: &Ask) -> Result<&'w Account, Reply> {
    world.find_account(ask.param("org")).filter(|account| account.kind == Kind::Organization).ok_or_else(Reply::missing)
}

fn get(world: &mut World, ask: &Ask) -> Done {
    let org = org(world, ask)?;
    let url = format!("{}/orgs/{}", ask.base, org.login);
    let count = world.repos.iter().filter(|repo| repo.owner == org.id && !repo.private).count();
    Ok(Reply::json(
        200,
        json!({
            "login": org.login, "id": org.id, "node_id": org.node(), "url": url, "repos_url": format!("{url}/repos"), "events_url": format!("{url}/events"),
            "hooks_url": format!("{url}/hooks"), "issues_url": format!("{url}/issues"), "members_url": format!("{url}/members{{/member}}"),
            "public_members_url": format!("{url}/public_members{{/member}}"), "avatar_url": format!("{}/avatars/{}", world.origin, org.id),
            "description": null, "has_organization_projects": true, "has_repository_projects": true, "public_repos": count, "public_gists": 0,
            "followers": 0, "following": 0, "html_url": format!("{}/{}", world.origin, org.login), "type": "Organization",
            "created_at": moment(EPOCH), "updated_at": moment(EPOCH), "archived_at": null,
        }),
    ))
}

fn listed(world: &World, ask: &Ask, wanted: impl Fn(&Repo) -> bool) -> Vec<Value> {
    let seen = |repo: &&Repo| wanted(repo) && world.role(repo, ask.viewer) >= Role::Read;
    world.repos.iter().filter(seen).map(|repo| Value::Object(shape::minimal(world, &ask.base, repo))).collect()
}

fn repos(world: &mut World, ask: &Ask) -> Done {
    let id = org(world, ask)?.id;
    Ok(ask.page(listed(world, ask, |repo| repo.owner == id)))
}

fn own(world: &mut World, ask: &Ask) -> Done {
    let mine = |repo: &&Repo| ask.viewer.is_some_and(|viewer| repo.owner == viewer || repo.roles.contains_key(&viewer));
    Ok(ask.page(world.repos.iter().filter(mine).map(|repo| shape::repository(world, &ask.base, repo)).collect()))
}

fn of_user(world: &mut World, ask: &Ask) -> Done {
    let id = world.find_account(ask.param("username")).ok_or_else(Reply::missing)?.id;
    Ok(ask.page(listed(world, ask, |repo| repo.owner == id)))
}

/// A team's repositories are those whose roles name one of its members.
fn team_repos(world: &mut World, ask: &Ask) -> Done {
    let org = org(world, ask)?;
    let members = org.teams.get(ask.param("team_slug")).ok_or_else(Reply::missing)?.clone();
    let id = org.id;
    Ok(ask.page(listed(world, ask, |repo| repo.owner == id && repo.roles.keys().any(|account| members.contains(account)))))
}

fn team_members(world: &mut World, ask: &Ask) -> Done {
    let members = org(world, ask)?.teams.get(ask.param("team_slug")).ok_or_else(Reply::missing)?.clone();
    Ok(ask.page(members.into_iter().map(|id| shape::user(world, &ask.base, id)).collect()))
}

fn member(world: &mut World, ask: &Ask) -> Done {
    let org = org(world, ask)?;
    let is = world.find_account(ask.param("username")).is_some_and(|account| org.members.contains(&account.id));
    Ok(Reply::empty(if is { 204 } else { 404 }))
}

/// Only owners and those who administer may see or change what is blocked.
fn owned(world: &World, ask: &Ask) -> Result<u64, Reply> {
    let org = org(world, ask)?;
    let rules = world.repos.iter().any(|repo| repo.owner == org.id && world.role(repo, ask.viewer) >= Role::Admin);
    if rules { Ok(org.id) } else { Err(Reply::error(403, "You need to be an organization owner.")) }
}

fn blocks(world: &mut World, ask: &Ask) -> Done {
    let id = owned(world, ask)?;
    let listed: Vec<u64> = world.accounts[&id].blocked.iter().copied().collect();
    Ok(ask.page(listed.into_iter().map(|id| shape::user(world, &ask.base, id)).collect()))
}

fn whom(world: &World, ask: &Ask) -> Result<u64, Reply> {
    world.find_account(ask.param("username")).map(|account| account.id).ok_or_else(Reply::missing)
}

fn blocked(world: &mut World, ask: &Ask) -> Done {
    let (id, who) = (owned(world, ask)?, whom(world, ask)?);
    if world.accounts[&id].blocked.contains(&who) { Ok(Reply::empty(204)) } else { Err(Reply::missing()) }
}

fn block(world: &mut World, ask: &Ask) -> Done {
    let (id, who) = (owned(world, ask)?, whom(world, ask)?);
    if world.accounts[&who].kind == Kind::Bot {
        return Err(Reply::invalid_because("Block", "Blocked user can not be an app"));
    }
    world.accounts.get_mut(&id).ok_or_else(Reply::missing)?.blocked.insert(who);
    Ok(Reply::empty(204))
}

fn unblock(world: &mut World, ask: &Ask) -> Done {
    let (id, who) = (owned(world, ask)?, whom(world, ask)?);
    world.accounts.get_mut(&id).ok_or_else(Reply::missing)?.blocked.remove(&who);
    Ok(Reply::empty(204))
}

fn agent(world: &mut World, ask: &Ask) -> Done {
    let id = owned(world, ask)?;
    let url = format!("{}/orgs/{}/copilot/coding-agent/permissions/repositories", ask.base, ask.param("org"));
    Ok(Reply::json(
        200,
        match &world.accounts[&id].copilot {
            Copilot::All => json!({ "enabled_repositories": "all" }),
            Copilot::Nowhere => json!({ "enabled_repositories": "none" }),
            Copilot::Selected(_) => json!({ "enabled_repositories": "selected", "selected_repositories_url": url }),
        },
    ))
}

/// The list exists only where the policy is `selected`.
fn selected(world: &mut World, ask: &Ask) -> Result<(u64, std::collections::BTreeSet<u64>), Reply> {
    let id = owned(world, ask)?;
    match &world.accounts[&id].copilot {
        Copilot::Selected(repos) => Ok((id, repos.clone())),
        Copilot::All | Copilot::Nowhere => {
            Err(Reply::error(409, "The coding agent policy of the organization is not set to selected repositories."))
        }
    }
}

fn agent_repos(world: &mut World, ask: &Ask) -> Done {
    let (_, repos) = selected(world, ask)?;
    Ok(ask.counted("repositories", listed(world, ask, |repo| repos.contains(&repo.id))))
}

fn allow(world: &mut World, ask: &Ask) -> Done {
    set(world, ask, true)
}

fn forbid(world: &mut World, ask: &Ask) -> Done {
    set(world, ask, false)
}

fn set(world: &mut World, ask: &Ask, allowed: bool) -> Done {
    let (id, mut repos) = selected(world, ask)?;
    let repo = ask.number("repository_id");
    world.repo_by(repo).ok_or_else(Reply::missing)?;
    if allowed {
        repos.insert(repo);
    } else {
        repos.remove(&repo);
    }
    world.accounts.get_mut(&id).ok_or_else(Reply::missing)?.copilot = Copilot::Selected(repos);
    Ok(Reply::empty(204))
}
