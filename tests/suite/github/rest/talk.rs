//! Routes about the conversation of a pull: comments, labels, the lock, the pull as an issue.

use serde_json::{Value, json};

use super::pull::find;
use super::{Ask, Done, Reply, Route, refused, route, shape};
use crate::github::account::Role;
use crate::github::act::talk;
use crate::github::pull::{Comment, Pull};
use crate::github::repo::Repo;
use crate::github::world::{World, moment};

const READ: &[(&str, &str)] = &[("issues", "read"), ("pull_requests", "read")];
const WRITE: &[(&str, &str)] = &[("issues", "write"), ("pull_requests", "write")];

pub const ROUTES: &[Route] = &[
    route("GET /repos/{owner}/{repo}/issues/{issue_number}", READ, Role::Read, issue),
    route("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", READ, Role::Read, comments),
    route("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", WRITE, Role::Read, add),
    route("GET /repos/{owner}/{repo}/issues/comments/{comment_id}", READ, Role::Read, comment),
    route("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", WRITE, Role::Read, edit),
    route("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", WRITE, Role::Read, remove),
    route("GET /repos/{owner}/{repo}/issues/{issue_number}/labels", READ, Role::Read, labels),
    route("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", WRITE, Role::Triage, label),
    route("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", WRITE, Role::Triage, unlabel),
    route("GET /repos/{owner}/{repo}/labels", READ, Role::Read, known_labels),
    route("GET /repos/{owner}/{repo}/labels/{name}", READ, Role::Read, known_label),
    route("POST /repos/{owner}/{repo}/labels", WRITE, Role::Write, new_label),
    route("PUT /repos/{owner}/{repo}/issues/{issue_number}/lock", WRITE, Role::Write, lock),
    route("DELETE /repos/{owner}/{repo}/issues/{issue_number}/lock", WRITE, Role::Write, unlock),
];

fn issue(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    Ok(Reply::json(200, as_issue(world, &ask.base, repo, pull)))
}

/// A pull as the issue it also is.
pub fn as_issue(world: &World, base: &str, repo: &Repo, pull: &Pull) -> Value {
    let url = format!("{base}/repos/{}/issues/{}", repo.full(), pull.number);
    let of = format!("{base}/repos/{}/pulls/{}", repo.full(), pull.number);
    let page = format!("{}/{}/pull/{}", world.origin, repo.full(), pull.number);
    json!({
        "id": pull.id, "node_id": pull.node(), "url": url, "repository_url": format!("{base}/repos/{}", repo.full()),
        "labels_url": format!("{url}/labels{{/name}}"), "comments_url": format!("{url}/comments"), "events_url": format!("{url}/events"),
        "html_url": page, "number": pull.number, "state": if pull.open { "open" } else { "closed" }, "title": pull.title, "body": pull.body,
        "user": shape::somebody(world, base, pull.author), "labels": shape::labels(base, repo, &pull.labels),
        "assignee": shape::somebody(world, base, pull.assignees.first().copied()), "milestone": null, "locked": pull.locked.is_some(),
        "active_lock_reason": pull.locked.clone().flatten(), "comments": pull.comments.len(), "closed_at": pull.closed.map(moment),
        "created_at": moment(pull.created), "updated_at": moment(pull.updated), "draft": pull.draft,
        "author_association": world.association(repo, pull.author), "closed_by": null, "assignees": [],
        "pull_request": { "url": of, "html_url": page, "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
            "merged_at": pull.merged.as_ref().map(|merged| moment(merged.at)) },
    })
}

fn told(world: &World, base: &str, repo: &Repo, pull: &Pull, comment: &Comment) -> Value {
    let full = repo.full();
    json!({
        "id": comment.id, "node_id": format!("IC_{}", comment.id), "url": format!("{base}/repos/{full}/issues/comments/{}", comment.id),
        "html_url": format!("{}/{full}/pull/{}#issuecomment-{}", world.origin, pull.number, comment.id), "body": comment.body,
        "user": shape::somebody(world, base, comment.by), "created_at": moment(comment.at), "updated_at": moment(comment.at),
        "issue_url": format!("{base}/repos/{full}/issues/{}", pull.number), "author_association": world.association(repo, comment.by),
    })
}

fn comments(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    Ok(ask.page(pull.comments.iter().map(|comment| told(world, &ask.base, repo, pull, comment)).collect()))
}

fn place(repo: &Repo, ask: &Ask) -> Result<(u64, usize), Reply> {
    let wanted = ask.number("comment_id");
    let found = repo.pulls.values().find_map(|pull| Some((pull.number, pull.comments.iter().position(|comment| comment.id == wanted)?)));
    found.ok_or_else(Reply::missing)
}

fn show(world: &World, ask: &Ask, status: u16, number: u64, place: usize) -> Done {
    let repo = ask.repo(world);
    let pull = &repo.pulls[&number];
    Ok(Reply::json(status, told(world, &ask.base, repo, pull, &pull.comments[place])))
}

/// A locked conversation stops outsiders, not those who may write.
fn add(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    let number = pull.number;
    if pull.locked.is_some() && world.role(repo, ask.viewer) < Role::Write {
        return Err(Reply::error(403, "Unable to create comment because issue is locked."));
    }
    talk::comment(world, ask.repo, number, ask.viewer.unwrap_or_default(), ask.text("body").unwrap_or_default())
        .map_err(|why| Reply::invalid_because("IssueComment", why.says()))?;
    let last = find(world, ask)?.1.comments.len() - 1;
    show(world, ask, 201, number, last)
}

fn comment(world: &mut World, ask: &Ask) -> Done {
    let (number, at) = place(ask.repo(world), ask)?;
    show(world, ask, 200, number, at)
}

fn edit(world: &mut World, ask: &Ask) -> Done {
    let (number, at) = place(ask.repo(world), ask)?;
    let body = ask.text("body").unwrap_or_default().to_owned();
    world.pull_mut(ask.repo, number).ok_or_else(Reply::missing)?.comments[at].body = body;
    show(world, ask, 200, number, at)
}

fn remove(world: &mut World, ask: &Ask) -> Done {
    let (number, at) = place(ask.repo(world), ask)?;
    world.pull_mut(ask.repo, number).ok_or_else(Reply::missing)?.comments.remove(at);
    Ok(Reply::empty(204))
}

fn labels(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    Ok(ask.page(shape::labels(&ask.base, repo, &pull.labels)))
}

fn label(world: &mut World, ask: &Ask) -> Done {
    let number = find(world, ask)?.1.number;
    let names = ask.body["labels"].as_array().or_else(|| ask.body.as_array());
    for name in names.into_iter().flatten().filter_map(|value| value.as_str().or_else(|| value["name"].as_str())) {
        talk::label(world, ask.repo, number, ask.viewer.unwrap_or_default(), name).map_err(refused)?;
    }
    let (repo, pull) = find(world, ask)?;
    Ok(Reply::json(200, shape::labels(&ask.base, repo, &pull.labels).into()))
}

fn unlabel(world: &mut World, ask: &Ask) -> Done {
    let number = find(world, ask)?.1.number;
    talk::unlabel(world, ask.repo, number, ask.viewer.unwrap_or_default(), ask.param("name")).map_err(refused)?;
    let (repo, pull) = find(world, ask)?;
    Ok(Reply::json(200, shape::labels(&ask.base, repo, &pull.labels).into()))
}

fn known_labels(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    Ok(ask.page(repo.labels.iter().map(|label| shape::label(&ask.base, repo, label)).collect()))
}

fn known_label(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let label = repo.labels.iter().find(|label| label.name.eq_ignore_ascii_case(ask.param("name"))).ok_or_else(Reply::missing)?;
    Ok(Reply::json(200, shape::label(&ask.base, repo, label)))
}

fn new_label(world: &mut World, ask: &Ask) -> Done {
    let name = ask.text("name").unwrap_or_default();
    let color = ask.text("color").unwrap_or("ededed");
    talk::new_label(world, ask.repo, name, color, ask.text("description"))
        .map_err(|_| Reply::invalid("Label", "name", "already_exists"))?;
    let repo = ask.repo(world);
    let made = repo.labels.last().ok_or_else(Reply::missing)?;
    Ok(Reply::json(201, shape::label(&ask.base, repo, made)))
}

fn lock(world: &mut World, ask: &Ask) -> Done {
    let number = find(world, ask)?.1.number;
    let reason = ask.text("lock_reason").map(str::to_owned);
    if reason.as_deref().is_some_and(|reason| !["off-topic", "too heated", "resolved", "spam"].contains(&reason)) {
        return Err(Reply::invalid("Issue", "lock_reason", "invalid"));
    }
    talk::lock(world, ask.repo, number, ask.viewer.unwrap_or_default(), Some(reason)).map_err(refused)?;
    Ok(Reply::empty(204))
}

fn unlock(world: &mut World, ask: &Ask) -> Done {
    let number = find(world, ask)?.1.number;
    talk::lock(world, ask.repo, number, ask.viewer.unwrap_or_default(), None).map_err(refused)?;
    Ok(Reply::empty(204))
}
