//! Routes that tell what happened: the timeline of a pull, pushes, agents' tasks, code scanning, releases, deployments, limits.

use serde_json::{Value, json};

use super::pull::find;
use super::{Ask, Done, Reply, Route, object, review, route, shape};
use crate::github::account::Role;
use crate::github::pull::{Event, Pull};
use crate::github::repo::Repo;
use crate::github::world::{World, moment};

const CONTENTS: &[(&str, &str)] = &[("contents", "read")];

pub const ROUTES: &[Route] = &[
    route(
        "GET /repos/{owner}/{repo}/issues/{issue_number}/timeline",
        &[("issues", "read"), ("pull_requests", "read")],
        Role::Read,
        timeline,
    ),
    route("GET /repos/{owner}/{repo}/activity", CONTENTS, Role::Read, activity),
    route("GET /agents/repos/{owner}/{repo}/tasks", &[("agent_tasks", "read")], Role::Read, tasks),
    route("GET /repos/{owner}/{repo}/dependency-graph/compare/{basehead}", &[("contents", "read")], Role::Read, review),
    route("GET /repos/{owner}/{repo}/code-scanning/alerts", &[("security_events", "read")], Role::Read, alerts),
    route("GET /repos/{owner}/{repo}/releases", CONTENTS, Role::Read, releases),
    route("GET /repos/{owner}/{repo}/tags", CONTENTS, Role::Read, tags),
    route("GET /repos/{owner}/{repo}/deployments", &[("deployments", "read")], Role::Read, deployments),
    route("GET /search/issues", &[("metadata", "read")], Role::None, search),
];

fn event(world: &World, base: &str, repo: &Repo, event: &Event) -> Value {
    let url = format!("{base}/repos/{}/issues/events/{}", repo.full(), event.id);
    let mut made = json!({
        "id": event.id, "node_id": format!("E_{}", event.id), "url": url, "actor": shape::somebody(world, base, event.by), "event": event.kind,
        "commit_id": null, "commit_url": null, "created_at": moment(event.at), "performed_via_github_app": null,
    });
    match event.kind {
        "labeled" | "unlabeled" => made["label"] = json!({ "name": event.about, "color": "ededed" }),
        "locked" | "unlocked" => made["lock_reason"] = if event.about.is_empty() { Value::Null } else { event.about.clone().into() },
        "review_dismissed" => made["dismissed_review"] = json!({ "state": "approved", "review_id": 1, "dismissal_message": event.about }),
        "merged" => made["commit_id"] = event.about.clone().into(),
        _ => {}
    }
    made
}

fn timeline(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    let mut told: Vec<(i64, Value)> = Vec::new();
    for commit in pull.commits(&repo.git) {
        let mut made = object::told_commit(world, &ask.base, repo, &commit);
        made["event"] = "committed".into();
        told.push((commit.committer.1, made));
    }
    for sent in pull.reviews.iter().filter(|sent| sent.state != "PENDING") {
        let mut made = review::told(world, &ask.base, repo, pull, sent);
        made["event"] = "reviewed".into();
        made["state"] = sent.state.to_lowercase().into();
        told.push((sent.at, made));
    }
    told.extend(pull.comments.iter().map(|comment| (comment.at, said(world, ask, repo, pull, comment))));
    told.extend(pull.events.iter().map(|happened| (happened.at, event(world, &ask.base, repo, happened))));
    told.sort_by_key(|(at, _)| *at);
    Ok(ask.page(told.into_iter().map(|(_, made)| made).collect()))
}

fn said(world: &World, ask: &Ask, repo: &Repo, pull: &Pull, comment: &crate::github::pull::Comment) -> Value {
    let who = shape::somebody(world, &ask.base, comment.by);
    json!({
        "event": "commented", "actor": who, "user": who, "id": comment.id, "node_id": format!("IC_{}", comment.id), "body": comment.body,
        "url": format!("{}/repos/{}/issues/comments/{}", ask.base, repo.full(), comment.id),
        "html_url": format!("{}/{}/pull/{}#issuecomment-{}", world.origin, repo.full(), pull.number, comment.id),
        "created_at": moment(comment.at), "updated_at": moment(comment.at), "author_association": world.association(repo, comment.by),
        "issue_url": format!("{}/repos/{}/issues/{}", ask.base, repo.full(), pull.number), "performed_via_github_app": null,
    })
}

fn activity(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let wanted = ask.query.get("ref").map(|name| if name.starts_with("refs/") { name.clone() } else { format!("refs/heads/{name}") });
    let mut told = Vec::new();
    for pull in repo.pulls.values() {
        let name = format!("refs/heads/{}", pull.head_ref);
        if wanted.as_ref().is_some_and(|wanted| *wanted != name) {
            continue;
        }
        let first = pull.pushes.first().map_or(&pull.head_sha, |push| &push.before);
        let opened = (pull.created, "branch_creation", "0".repeat(40), first.clone(), pull.author);
        let pushed = pull
            .pushes
            .iter()
            .map(|push| (push.at, if push.forced { "force_push" } else { "push" }, push.before.clone(), push.after.clone(), push.by));
        told.extend(std::iter::once(opened).chain(pushed).map(|(at, kind, before, after, by)| {
            (at, json!({
                "id": pull.id, "node_id": format!("PSH_{}_{at}", pull.id), "before": before, "after": after, "ref": name, "timestamp": moment(at),
                "activity_type": kind, "actor": shape::somebody(world, &ask.base, by),
            }))
        }));
    }
    told.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(ask.page(told.into_iter().map(|(_, made)| made).collect()))
}

fn tasks(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let told = repo.tasks.iter().map(|task| {
        let pull = repo.pulls.get(&task.pull);
        let data = json!({ "id": pull.map(|pull| pull.id), "global_id": pull.map(Pull::node) });
        json!({
            "id": task.id, "creator": { "id": task.creator }, "creator_type": "user", "state": task.state, "created_at": moment(task.at),
            "html_url": format!("{}/copilot/tasks/{}", world.origin, task.id), "owner": { "id": repo.owner }, "repository": { "id": repo.id },
            "artifacts": [{ "provider": "github", "type": "pull", "data": data }],
        })
    });
    Ok(Reply::json(200, json!({ "tasks": told.collect::<Vec<_>>(), "total_active_count": 0, "total_archived_count": 0 })))
}

fn review(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let (base, head) = ask.param("basehead").split_once("...").ok_or_else(|| Reply::error(400, "Bad Request"))?;
    if [base, head].iter().any(|id| repo.git.told(id).is_none()) {
        return Err(Reply::missing());
    }
    let off = "Dependency review is not supported on this repository. Please ensure that Dependency graph is enabled.";
    Ok(Reply::json(200, repo.review.clone().ok_or_else(|| Reply::error(403, off))?.into()))
}

fn alerts(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let wanted = |alert: &&crate::github::repo::Alert| ask.query.get("ref").is_none_or(|name| alert.on == *name);
    let told = repo.alerts.iter().filter(wanted).map(|alert| {
        let url = format!("{}/repos/{}/code-scanning/alerts/{}", ask.base, repo.full(), alert.number);
        json!({
            "number": alert.number, "created_at": moment(repo.created), "url": url, "html_url": format!("{}/{}/security/code-scanning/{}", world.origin, repo.full(), alert.number),
            "instances_url": format!("{url}/instances"), "state": "open", "dismissed_by": null, "dismissed_at": null, "dismissed_reason": null,
            "rule": { "id": alert.rule, "severity": alert.severity, "description": alert.message, "name": alert.rule },
            "tool": { "name": "scanner", "version": null, "guid": null },
            "most_recent_instance": {
                "ref": alert.on, "analysis_key": "ci", "environment": "{}", "state": "open", "commit_sha": alert.sha, "message": { "text": alert.message },
                "location": { "path": alert.path, "start_line": alert.lines.0, "end_line": alert.lines.1, "start_column": 1, "end_column": 1 },
            },
        })
    });
    Ok(ask.page(told.collect()))
}

fn releases(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let told = repo.releases.iter().rev().map(|release| {
        let url = format!("{}/repos/{}/releases/{}", ask.base, repo.full(), release.id);
        json!({
            "url": url, "html_url": format!("{}/{}/releases/tag/{}", world.origin, repo.full(), release.tag), "assets_url": format!("{url}/assets"),
            "upload_url": format!("{url}/assets{{?name,label}}"), "tarball_url": null, "zipball_url": null, "id": release.id,
            "node_id": format!("RE_{}", release.id), "tag_name": release.tag, "target_commitish": repo.default_branch, "name": release.name,
            "draft": false, "prerelease": false, "created_at": moment(release.at), "published_at": moment(release.at),
            "author": shape::user(world, &ask.base, release.by), "assets": [],
        })
    });
    Ok(ask.page(told.collect()))
}

fn tags(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let git = repo.git.open();
    let names = git.tag_names(None).map_err(|_| Reply::missing())?;
    let mut listed: Vec<String> = names.iter_bytes().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    listed.sort();
    let told = listed.iter().rev().filter_map(|name| {
        let sha = super::commit::resolve(repo, name)?;
        let ball = format!("{}/repos/{}/ball/refs/tags/{name}", ask.base, repo.full());
        let url = format!("{}/repos/{}/commits/{sha}", ask.base, repo.full());
        Some(json!({ "name": name, "commit": { "sha": sha, "url": url }, "zipball_url": ball, "tarball_url": ball, "node_id": format!("REF_{name}") }))
    });
    Ok(ask.page(told.collect()))
}

fn deployments(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let wanted = |deployment: &&crate::github::repo::Deployment| ask.query.get("sha").is_none_or(|sha| deployment.sha == *sha);
    let told = repo.deployments.iter().rev().filter(wanted).map(|deployment| {
        let url = format!("{}/repos/{}/deployments/{}", ask.base, repo.full(), deployment.id);
        json!({
            "url": url, "id": deployment.id, "node_id": format!("DE_{}", deployment.id), "sha": deployment.sha, "ref": deployment.reference.clone().unwrap_or_else(|| deployment.sha.clone()),
            "task": "deploy", "payload": {}, "environment": deployment.environment, "original_environment": deployment.environment, "description": null,
            "creator": shape::user(world, &ask.base, deployment.by), "created_at": moment(deployment.at), "updated_at": moment(deployment.at),
            "statuses_url": format!("{url}/statuses"), "repository_url": format!("{}/repos/{}", ask.base, repo.full()),
        })
    });
    Ok(ask.page(told.collect()))
}

fn search(world: &mut World, ask: &Ask) -> Done {
    let mut query = ask.query.get("q").cloned().unwrap_or_default();
    if let Some(sort) = ask.query.get("sort") {
        let order = ask.query.get("order").map_or("desc", String::as_str);
        query = format!("{query} sort:{sort}-{order}");
    }
    if !query.contains("is:pr") && !query.contains("is:issue") && !query.contains("type:") {
        return Err(Reply::invalid_because("Search", "Query must include 'is:issue' or 'is:pull-request'"));
    }
    let found = crate::github::graph::search::pulls(world, ask.viewer.unwrap_or_default(), &query)
        .map_err(|why| Reply::invalid_because("Search", &why))?;
    let total = found.len();
    let each = found.iter().take(1_000).filter_map(|(repo, number)| {
        let repo = world.repo_by(*repo)?;
        Some(item(world, &ask.base, repo, &repo.pulls[number]))
    });
    let mut reply = ask.counted("items", each.collect());
    if let super::Body::Json(body) = &mut reply.body {
        body["total_count"] = total.into();
        body["incomplete_results"] = world.incomplete_searches.into();
        body["search_type"] = "lexical".into();
    }
    Ok(reply)
}

fn item(world: &World, base: &str, repo: &Repo, pull: &Pull) -> Value {
    let mut made = super::talk::as_issue(world, base, repo, pull);
    made["score"] = 1.0.into();
    if let Some(fields) = made.as_object_mut() {
        fields.remove("closed_by");
        if pull.body.is_none() {
            fields.remove("body");
        }
    }
    made
}
