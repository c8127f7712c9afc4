//! Routes that move pulls: merge, change, open, ask for reviews.

use serde_json::json;

use super::pull::{find, whole};
use super::{Ask, Done, Reply, Route, refused, route};
use crate::github::account::Role;
use crate::github::act::merge::{self, New};
use crate::github::world::World;

const WRITE: &[(&str, &str)] = &[("pull_requests", "write")];

pub const ROUTES: &[Route] = &[
    route("PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge", &[("contents", "write")], Role::Write, put),
    route("GET /repos/{owner}/{repo}/pulls/{pull_number}/merge", &[("contents", "read")], Role::Read, merged),
    route("PATCH /repos/{owner}/{repo}/pulls/{pull_number}", WRITE, Role::Read, patch),
    route("POST /repos/{owner}/{repo}/pulls", WRITE, Role::Read, post),
];

fn put(world: &mut World, ask: &Ask) -> Done {
    let number = find(world, ask)?.1.number;
    let method = ask.text("merge_method").unwrap_or("merge");
    let sha = merge::merge(world, ask.repo, number, ask.viewer.unwrap_or_default(), method, ask.text("sha")).map_err(refused)?;
    Ok(Reply::json(200, json!({ "sha": sha, "merged": true, "message": "Pull Request successfully merged" })))
}

fn merged(world: &mut World, ask: &Ask) -> Done {
    let merged = find(world, ask)?.1.merged.is_some();
    Ok(Reply::empty(if merged { 204 } else { 404 }))
}

fn patch(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    let number = pull.number;
    if world.role(repo, ask.viewer) < Role::Triage && pull.author != ask.viewer {
        return Err(Reply::error(403, "Must have push access to Repository"));
    }
    if let Some(state) = ask.text("state") {
        merge::set_open(world, ask.repo, number, ask.viewer.unwrap_or_default(), state == "open").map_err(refused)?;
    }
    let at = world.tick();
    let pull = world.pull_mut(ask.repo, number).ok_or_else(Reply::missing)?;
    pull.updated = at;
    if let Some(title) = ask.text("title") {
        title.clone_into(&mut pull.title);
    }
    if let Some(body) = ask.text("body") {
        pull.body = Some(body.to_owned());
    }
    Ok(Reply::json(200, whole(world, ask, number)))
}

fn post(world: &mut World, ask: &Ask) -> Done {
    let text = |name: &str| ask.text(name).unwrap_or_default().to_owned();
    let new = New {
        title: text("title"),
        body: ask.text("body").map(str::to_owned),
        base: text("base"),
        head: text("head"),
        draft: ask.body["draft"] == true,
    };
    let number = merge::create(world, ask.repo, ask.viewer.unwrap_or_default(), new)
        .map_err(|why| Reply::invalid_because("PullRequest", why.says()))?;
    Ok(Reply::json(201, whole(world, ask, number)))
}
