//! Routes about repositories themselves.

use serde_json::json;

use super::{Ask, Done, Reply, Route, route, shape};
use crate::github::account::Role;
use crate::github::world::{EPOCH, World, moment};

const ADMIN: &[(&str, &str)] = &[("administration", "write")];
const ADMIN_READ: &[(&str, &str)] = &[("administration", "read")];

pub const ROUTES: &[Route] = &[
    route("GET /orgs/{org}/repos", &[("metadata", "read")], Role::None, of_org),
    route("GET /users/{username}/repos", &[("metadata", "read")], Role::None, of_user),
    route("GET /repos/{owner}/{repo}", &[("metadata", "read")], Role::Read, get),
    route("GET /repos/{owner}/{repo}/interaction-limits", ADMIN_READ, Role::Admin, limit),
    route("PUT /repos/{owner}/{repo}/interaction-limits", ADMIN, Role::Admin, set_limit),
    route("DELETE /repos/{owner}/{repo}/interaction-limits", ADMIN, Role::Admin, no_limit),
    route("GET /repos/{owner}/{repo}/interaction-limits/pulls/creation-cap", ADMIN_READ, Role::Admin, cap),
    route("PATCH /repos/{owner}/{repo}/interaction-limits/pulls/creation-cap", ADMIN, Role::Admin, set_cap),
    route("GET /repos/{owner}/{repo}/collaborators/{username}/permission", &[("metadata", "read")], Role::Write, permission),
];

fn get(world: &mut World, ask: &Ask) -> Done {
    Ok(Reply::json(200, shape::full_repository(world, &ask.base, ask.repo(world), ask.viewer)))
}

fn of_org(world: &mut World, ask: &Ask) -> Done {
    of_owner(world, ask, ask.param("org"))
}

fn of_user(world: &mut World, ask: &Ask) -> Done {
    of_owner(world, ask, ask.param("username"))
}

/// The account's repositories that the viewer sees, the last pushed to first.
fn of_owner(world: &mut World, ask: &Ask, owner: &str) -> Done {
    world.find_account(owner).ok_or_else(Reply::missing)?;
    let seen =
        |repo: &&crate::github::repo::Repo| repo.owner_login.eq_ignore_ascii_case(owner) && world.role(repo, ask.viewer) >= Role::Read;
    let listed = |repo| {
        let mut made = shape::repository(world, &ask.base, repo);
        // Only a repository that is asked for by itself tells this.
        made.as_object_mut().map(|made| made.remove("allow_auto_merge"));
        made
    };
    Ok(ask.page(world.repos.iter().filter(seen).map(listed).collect()))
}

fn permission(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let account = world.find_account(ask.param("username")).ok_or_else(Reply::missing)?;
    let role = world.role(repo, Some(account.id));
    let mut user = shape::user(world, &ask.base, account.id);
    user["role_name"] = role.word().into();
    user["permissions"] = json!({
        "admin": role >= Role::Admin, "maintain": role >= Role::Maintain, "push": role >= Role::Write,
        "triage": role >= Role::Triage, "pull": role >= Role::Read,
    });
    let legacy = match role {
        Role::Maintain => "write",
        Role::Triage => "read",
        other => other.word(),
    };
    Ok(Reply::json(200, json!({ "permission": legacy, "role_name": role.word(), "user": user })))
}

fn limit(world: &mut World, ask: &Ask) -> Done {
    let set = |limit: &String| json!({ "limit": limit, "origin": "repository", "expires_at": moment(EPOCH + 86_400) });
    Ok(Reply::json(200, ask.repo(world).interaction_limit.as_ref().map_or_else(|| json!({}), set)))
}

fn set_limit(world: &mut World, ask: &Ask) -> Done {
    world.repo_mut(ask.repo).interaction_limit = ask.body["limit"].as_str().map(str::to_owned);
    limit(world, ask)
}

fn no_limit(world: &mut World, ask: &Ask) -> Done {
    world.repo_mut(ask.repo).interaction_limit = None;
    Ok(Reply::empty(204))
}

fn cap(world: &mut World, ask: &Ask) -> Done {
    let (enabled, most) = ask.repo(world).pull_cap;
    Ok(Reply::json(200, json!({ "enabled": enabled, "max_open_pull_requests": most })))
}

fn set_cap(world: &mut World, ask: &Ask) -> Done {
    let now = &mut world.repo_mut(ask.repo).pull_cap;
    *now = (ask.body["enabled"] == true, ask.body["max_open_pull_requests"].as_u64().unwrap_or(now.1));
    cap(world, ask)
}
