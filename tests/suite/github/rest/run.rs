//! Routes about workflow runs.

use serde_json::{Value, json};

use super::{Ask, Body, Done, Reply, Route, route, shape};
use crate::github::account::Role;
use crate::github::repo::{Repo, Run};
use crate::github::storage::{Logs, SIGNATURE};
use crate::github::world::{World, moment};

const READ: &[(&str, &str)] = &[("actions", "read")];
const WRITE: &[(&str, &str)] = &[("actions", "write")];

pub const ROUTES: &[Route] = &[
    route("GET /repos/{owner}/{repo}/actions/runs", READ, Role::Read, list),
    route("GET /repos/{owner}/{repo}/actions/runs/{run_id}", READ, Role::Read, get),
    route("GET /repos/{owner}/{repo}/actions/runs/{run_id}/logs", READ, Role::Read, logs),
    route("POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel", WRITE, Role::Write, cancel),
    route("POST /repos/{owner}/{repo}/actions/runs/{run_id}/force-cancel", WRITE, Role::Write, cancel),
];

fn told(world: &World, base: &str, repo: &Repo, run: &Run) -> Value {
    let url = format!("{base}/repos/{}/actions/runs/{}", repo.full(), run.id);
    let commit = repo.git.told(&run.sha).map(|told| {
        let who = |person: &(String, String)| json!({ "name": person.0, "email": person.1 });
        json!({ "id": told.sha, "tree_id": told.tree, "message": told.message, "timestamp": moment(told.author.1), "author": who(&told.author.0), "committer": who(&told.committer.0) })
    });
    let actor = shape::user(world, base, run.actor);
    json!({
        "id": run.id, "name": run.name, "node_id": format!("WFR_{}", run.id), "head_branch": run.branch, "head_sha": run.sha,
        "path": ".github/workflows/ci.yml", "run_number": 1, "run_attempt": 1, "event": run.event, "status": run.status, "conclusion": run.conclusion,
        "workflow_id": 1, "url": url, "html_url": format!("{}/{}/actions/runs/{}", world.origin, repo.full(), run.id), "pull_requests": [],
        "created_at": moment(run.at), "updated_at": moment(run.at), "run_started_at": moment(run.at), "actor": actor, "triggering_actor": actor,
        "jobs_url": format!("{url}/jobs"), "logs_url": format!("{url}/logs"), "check_suite_url": format!("{url}/suite"), "artifacts_url": format!("{url}/artifacts"),
        "cancel_url": format!("{url}/cancel"), "rerun_url": format!("{url}/rerun"), "previous_attempt_url": null, "workflow_url": format!("{url}/workflow"),
        "head_commit": commit, "repository": shape::minimal(world, base, repo), "head_repository": shape::minimal(world, base, repo),
        "display_title": run.name,
    })
}

fn list(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let is = |name: &str, value: &str| ask.query.get(name).is_none_or(|wanted| wanted == value);
    let wanted = |run: &&Run| {
        is("head_sha", &run.sha)
            && is("branch", &run.branch)
            && is("event", &run.event)
            && ask.query.get("status").is_none_or(|status| run.status == *status || run.conclusion.as_ref() == Some(status))
    };
    Ok(ask.counted("workflow_runs", repo.runs.iter().filter(wanted).map(|run| told(world, &ask.base, repo, run)).collect()))
}

fn find<'r>(repo: &'r Repo, ask: &Ask) -> Result<&'r Run, Reply> {
    repo.runs.iter().find(|run| run.id == ask.number("run_id")).ok_or_else(Reply::missing)
}

fn get(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    Ok(Reply::json(200, told(world, &ask.base, repo, find(repo, ask)?)))
}

/// Logs lie on another host, at an address that holds for a minute; where nobody kept any there are none.
fn logs(world: &mut World, ask: &Ask) -> Done {
    let run = find(ask.repo(world), ask)?.id;
    let to = match world.logs.get(&run) {
        None => return Err(Reply::missing()),
        Some(Logs::Expired) => return Err(Reply::error(410, "Logs for this run have expired.")),
        Some(Logs::At(address)) => address.clone(),
        Some(Logs::Kept(_)) => format!("{}/signed/{run}?{SIGNATURE}", world.storage),
    };
    Ok(Reply { status: 302, body: Body::None, headers: vec![("location", to)] })
}

fn cancel(world: &mut World, ask: &Ask) -> Done {
    let run = world.repo_mut(ask.repo).run_mut(ask.number("run_id")).ok_or_else(Reply::missing)?;
    if run.status == "completed" {
        return Err(Reply::error(409, "Cannot cancel a workflow run that is completed."));
    }
    run.status = "completed".to_owned();
    run.conclusion = Some("cancelled".to_owned());
    Ok(Reply::json(202, json!({})))
}
