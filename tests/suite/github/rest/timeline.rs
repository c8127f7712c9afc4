//! The route that tells what happened to a pull besides reviews and comments.

use serde_json::{Value, json};

use super::pull::find;
use super::{Ask, Done, Route, route, shape};
use crate::github::account::Role;
use crate::github::pull::Event;
use crate::github::repo::Repo;
use crate::github::world::{World, moment};

const READ: &[(&str, &str)] = &[("issues", "read"), ("pull_requests", "read")];

pub const ROUTES: &[Route] = &[route("GET /repos/{owner}/{repo}/issues/{issue_number}/timeline", READ, Role::Read, list)];

fn list(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    Ok(ask.page(pull.events.iter().map(|event| told(world, &ask.base, repo, event)).collect()))
}

fn told(world: &World, base: &str, repo: &Repo, event: &Event) -> Value {
    let mut made = json!({
        "id": event.id, "node_id": format!("EV_{}", event.id), "url": format!("{base}/repos/{}/issues/events/{}", repo.full(), event.id),
        "actor": shape::somebody(world, base, event.by), "event": event.kind, "commit_id": null, "commit_url": null,
        "created_at": moment(event.at), "performed_via_github_app": null,
    });
    match event.kind {
        "labeled" | "unlabeled" => made["label"] = json!({ "name": event.about, "color": "ededed" }),
        "locked" => made["lock_reason"] = event.about.clone().into(),
        _ => {}
    }
    made
}
