//! Routes about statuses, check runs and their annotations.

use serde_json::{Value, json};

use super::commit::resolve;
use super::{Ask, Done, Reply, Route, route, shape};
use crate::github::account::Role;
use crate::github::gate;
use crate::github::repo::{Check, Repo, Status};
use crate::github::world::{EPOCH, World, moment};

const STATUSES: &[(&str, &str)] = &[("statuses", "read")];
const CHECKS: &[(&str, &str)] = &[("checks", "read")];

pub const ROUTES: &[Route] = &[
    route("POST /repos/{owner}/{repo}/statuses/{sha}", &[("statuses", "write")], Role::Write, post),
    route("GET /repos/{owner}/{repo}/commits/{ref}/status", STATUSES, Role::Read, combined),
    route("GET /repos/{owner}/{repo}/commits/{ref}/statuses", STATUSES, Role::Read, statuses),
    route("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", CHECKS, Role::Read, runs),
    route("GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations", CHECKS, Role::Read, annotations),
];

fn simple(base: &str, repo: &Repo, status: &Status) -> Value {
    json!({
        "url": format!("{base}/repos/{}/statuses/{}", repo.full(), status.sha), "avatar_url": null, "id": status.id,
        "node_id": format!("SC_{}", status.id), "state": status.state, "description": status.description, "target_url": status.target,
        "context": status.context, "created_at": moment(status.at), "updated_at": moment(status.at),
    })
}

fn told(world: &World, base: &str, repo: &Repo, status: &Status) -> Value {
    let mut made = simple(base, repo, status);
    made["creator"] = shape::user(world, base, status.by);
    made
}

fn post(world: &mut World, ask: &Ask) -> Done {
    let (id, at) = (world.fresh(), world.tick());
    let repo = world.repo_mut(ask.repo);
    let sha = ask.param("sha").to_owned();
    if repo.git.told(&sha).is_none() {
        return Err(Reply::error(422, &format!("No commit found for SHA: {sha}")));
    }
    let text = |name: &str| ask.text(name).map(str::to_owned);
    if text("description").is_some_and(|description| description.chars().count() > 140) {
        return Err(Reply::invalid("Status", "description", "custom"));
    }
    if repo.statuses.iter().filter(|status| status.sha == sha && Some(&status.context) == text("context").as_ref()).count() >= 1_000 {
        return Err(Reply::invalid("Status", "context", "custom"));
    }
    repo.statuses.push(Status {
        id,
        sha,
        context: text("context").unwrap_or_else(|| "default".to_owned()),
        state: text("state").unwrap_or_default(),
        description: text("description"),
        target: text("target_url"),
        by: ask.viewer.unwrap_or_default(),
        at,
    });
    let repo = ask.repo(world);
    let made = repo.statuses.last().ok_or_else(Reply::missing)?;
    Ok(Reply::json(201, told(world, &ask.base, repo, made)))
}

fn sha(repo: &Repo, ask: &Ask) -> Result<String, Reply> {
    resolve(repo, ask.param("ref")).ok_or_else(|| Reply::error(422, &format!("No commit found for SHA: {}", ask.param("ref"))))
}

fn combined(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let sha = sha(repo, ask)?;
    let latest = repo.latest(&sha);
    let states: Vec<&str> = latest.iter().map(|status| gate::state(repo, &sha, &status.context, None)).collect();
    let state = if states.contains(&"failure") {
        "failure"
    } else if states.is_empty() || states.contains(&"pending") {
        "pending"
    } else {
        "success"
    };
    let url = format!("{}/repos/{}/commits/{sha}", ask.base, repo.full());
    Ok(Reply::json(
        200,
        json!({
            "state": state, "statuses": latest.iter().map(|status| simple(&ask.base, repo, status)).collect::<Vec<_>>(), "sha": sha,
            "total_count": latest.len(), "repository": shape::minimal(world, &ask.base, repo), "commit_url": url, "url": format!("{url}/status"),
        }),
    ))
}

fn statuses(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let sha = sha(repo, ask)?;
    Ok(ask.page(repo.statuses.iter().rev().filter(|status| status.sha == sha).map(|status| told(world, &ask.base, repo, status)).collect()))
}

fn app(world: &World, base: &str, repo: &Repo, app: &(u64, String)) -> Value {
    json!({
        "id": app.0, "slug": app.1, "node_id": format!("A_{}", app.0), "owner": shape::user(world, base, repo.owner), "name": app.1, "description": null,
        "external_url": "https://example.com", "html_url": format!("{}/apps/{}", world.origin, app.1), "created_at": moment(EPOCH),
        "updated_at": moment(EPOCH), "permissions": {}, "events": [],
    })
}

fn check(world: &World, base: &str, repo: &Repo, check: &Check) -> Value {
    let url = format!("{base}/repos/{}/check-runs/{}", repo.full(), check.id);
    let page = check.run.map_or_else(
        || format!("{}/{}/runs/{}", world.origin, repo.full(), check.id),
        |run| format!("{}/{}/actions/runs/{run}/job/{}", world.origin, repo.full(), check.id),
    );
    json!({
        "id": check.id, "head_sha": check.sha, "node_id": format!("CR_{}", check.id), "external_id": "", "url": url, "html_url": page,
        "details_url": page, "status": check.status, "conclusion": check.conclusion, "started_at": moment(check.at),
        "completed_at": check.conclusion.as_ref().map(|_| moment(check.at)), "name": check.name, "check_suite": { "id": check.id },
        "output": { "title": null, "summary": null, "text": null, "annotations_count": check.annotations.len(), "annotations_url": format!("{url}/annotations") },
        "app": app(world, base, repo, &check.app), "pull_requests": [],
    })
}

fn runs(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let sha = sha(repo, ask)?;
    let wanted = |check: &&Check| check.sha == sha && ask.query.get("check_name").is_none_or(|name| check.name == *name);
    Ok(ask.counted("check_runs", repo.checks.iter().filter(wanted).map(|found| check(world, &ask.base, repo, found)).collect()))
}

fn annotations(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let check = repo.checks.iter().find(|check| check.id == ask.number("check_run_id")).ok_or_else(Reply::missing)?;
    let told = check.annotations.iter().map(|annotation| {
        json!({
            "path": annotation.path, "start_line": annotation.lines.0, "end_line": annotation.lines.1, "start_column": null, "end_column": null,
            "annotation_level": annotation.level, "title": null, "message": annotation.message, "raw_details": null,
            "blob_href": format!("{}/{}/blob/{}/{}", world.origin, repo.full(), check.sha, annotation.path),
        })
    });
    Ok(ask.page(told.collect()))
}
