//! Routes about reviews and conversations at lines.

use serde_json::{Value, json};

use super::pull::find;
use super::{Ask, Done, Reply, Route, refused, route, shape};
use crate::github::account::Role;
use crate::github::act::review::{self, Remark, Sent};
use crate::github::pull::{Pull, Review, ReviewComment, Thread};
use crate::github::repo::Repo;
use crate::github::world::{World, moment};

const READ: &[(&str, &str)] = &[("pull_requests", "read")];
const WRITE: &[(&str, &str)] = &[("pull_requests", "write")];

pub const ROUTES: &[Route] = &[
    route("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews", READ, Role::Read, list),
    route("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", READ, Role::Read, get),
    route("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments", READ, Role::Read, of_review),
    route("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews", WRITE, Role::Read, send),
    route("POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/events", WRITE, Role::Read, submit),
    route("DELETE /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", WRITE, Role::Read, discard),
    route("PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals", WRITE, Role::Read, dismiss),
    route("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments", READ, Role::Read, comments),
    route("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments", WRITE, Role::Read, remark),
    route("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies", WRITE, Role::Read, reply),
    route("GET /repos/{owner}/{repo}/pulls/comments/{comment_id}", READ, Role::Read, comment),
];

/// A review as JSON.
pub fn told(world: &World, base: &str, repo: &Repo, pull: &Pull, review: &Review) -> Value {
    let page = format!("{}/{}/pull/{}#pullrequestreview-{}", world.origin, repo.full(), pull.number, review.id);
    let url = format!("{base}/repos/{}/pulls/{}", repo.full(), pull.number);
    let mut made = json!({
        "id": review.id, "node_id": format!("PRR_{}", review.id), "user": shape::somebody(world, base, review.by), "body": review.body,
        "state": review.state, "html_url": page, "pull_request_url": url, "commit_id": review.commit,
        "_links": { "html": { "href": page }, "pull_request": { "href": url } }, "author_association": world.association(repo, review.by),
    });
    if review.state != "PENDING" {
        made["submitted_at"] = moment(review.at).into();
    }
    made
}

fn told_comment(world: &World, base: &str, repo: &Repo, pull: &Pull, thread: &Thread, comment: &ReviewComment) -> Value {
    let url = format!("{base}/repos/{}/pulls/comments/{}", repo.full(), comment.id);
    let page = format!("{}/{}/pull/{}#discussion_r{}", world.origin, repo.full(), pull.number, comment.id);
    let of = format!("{base}/repos/{}/pulls/{}", repo.full(), pull.number);
    let mut made = json!({
        "url": url, "pull_request_review_id": comment.review, "id": comment.id, "node_id": format!("PRRC_{}", comment.id), "diff_hunk": "@@ -1 +1 @@",
        "path": thread.path, "commit_id": comment.commit, "original_commit_id": comment.commit, "user": shape::somebody(world, base, comment.by),
        "body": comment.body, "created_at": moment(comment.at), "updated_at": moment(comment.at), "html_url": page, "pull_request_url": of,
        "author_association": world.association(repo, comment.by), "subject_type": if thread.whole_file { "file" } else { "line" },
        "_links": { "self": { "href": url }, "html": { "href": page }, "pull_request": { "href": of } }, "side": thread.side,
        "start_line": thread.start_line, "original_start_line": thread.start_line, "start_side": thread.start_side,
    });
    if let Some(line) = thread.line {
        made["line"] = line.into();
        made["original_line"] = line.into();
    }
    if let Some(to) = comment.reply_to {
        made["in_reply_to_id"] = to.into();
    }
    made
}

fn review_of<'p>(pull: &'p Pull, ask: &Ask) -> Result<&'p Review, Reply> {
    pull.reviews.iter().find(|review| review.id == ask.number("review_id")).ok_or_else(Reply::missing)
}

/// Somebody else's unsent review is nobody's business.
fn visible(review: &&Review, ask: &Ask) -> bool {
    review.state != "PENDING" || review.by == ask.viewer
}

fn list(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    Ok(ask
        .page(pull.reviews.iter().filter(|review| visible(review, ask)).map(|review| told(world, &ask.base, repo, pull, review)).collect()))
}

fn get(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    Ok(Reply::json(200, told(world, &ask.base, repo, pull, review_of(pull, ask)?)))
}

fn of_review(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    let id = review_of(pull, ask)?.id;
    let mut listed = all_comments(world, &ask.base, repo, pull);
    listed.retain(|comment| comment["pull_request_review_id"] == id);
    for comment in &mut listed {
        // This list tells a comment with the fields of a difference that other lists have dropped.
        comment["position"] = 1.into();
        comment["original_position"] = 1.into();
    }
    Ok(ask.page(listed))
}

fn all_comments(world: &World, base: &str, repo: &Repo, pull: &Pull) -> Vec<Value> {
    let each =
        |thread: &Thread| thread.comments.iter().map(|comment| told_comment(world, base, repo, pull, thread, comment)).collect::<Vec<_>>();
    let mut listed: Vec<Value> = pull.threads.iter().flat_map(each).collect();
    listed.sort_by_key(|comment| comment["id"].as_u64());
    listed
}

fn comments(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    Ok(ask.page(all_comments(world, &ask.base, repo, pull)))
}

fn comment(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let listed = repo.pulls.values().flat_map(|pull| all_comments(world, &ask.base, repo, pull));
    listed
        .into_iter()
        .find(|comment| comment["id"] == ask.number("comment_id"))
        .map(|comment| Reply::json(200, comment))
        .ok_or_else(Reply::missing)
}

fn remark_of(value: &Value) -> Remark {
    let text = |name: &str| value[name].as_str().map(str::to_owned);
    Remark {
        path: text("path").unwrap_or_default(),
        body: text("body").unwrap_or_default(),
        line: value["line"].as_u64(),
        side: text("side"),
        start_line: value["start_line"].as_u64(),
        start_side: text("start_side"),
        whole_file: value["subject_type"] == "file",
    }
}

fn send(world: &mut World, ask: &Ask) -> Done {
    let number = find(world, ask)?.1.number;
    let sent = Sent {
        event: ask.text("event").unwrap_or_default().to_owned(),
        commit: ask.text("commit_id").map(str::to_owned),
        body: ask.text("body").unwrap_or_default().to_owned(),
        remarks: ask.body["comments"].as_array().into_iter().flatten().map(remark_of).collect(),
    };
    let id = review::send(world, ask.repo, number, ask.viewer.unwrap_or_default(), &sent).map_err(refused)?;
    answer(world, ask, id)
}

/// GitHub answers 200 here, not 201.
fn answer(world: &World, ask: &Ask, id: u64) -> Done {
    let (repo, pull) = find(world, ask)?;
    let review = pull.reviews.iter().find(|review| review.id == id).ok_or_else(Reply::missing)?;
    Ok(Reply::json(200, told(world, &ask.base, repo, pull, review)))
}

fn submit(world: &mut World, ask: &Ask) -> Done {
    let (id, number) = (ask.number("review_id"), find(world, ask)?.1.number);
    let (author, at) = (find(world, ask)?.1.author, world.tick());
    let own = author == ask.viewer;
    let review = world
        .pull_mut(ask.repo, number)
        .and_then(|pull| pull.reviews.iter_mut().find(|review| review.id == id))
        .ok_or_else(Reply::missing)?;
    review.state = match ask.text("event") {
        Some("APPROVE") if own => return Err(Reply::refused("Can not approve your own pull request")),
        Some("REQUEST_CHANGES") if own => return Err(Reply::refused("Can not request changes on your own pull request")),
        Some("APPROVE") => "APPROVED",
        Some("REQUEST_CHANGES") => "CHANGES_REQUESTED",
        _ => "COMMENTED",
    };
    review.at = at;
    if let Some(body) = ask.text("body") {
        body.clone_into(&mut review.body);
    }
    answer(world, ask, id)
}

fn discard(world: &mut World, ask: &Ask) -> Done {
    let (id, number) = (ask.number("review_id"), find(world, ask)?.1.number);
    if review_of(find(world, ask)?.1, ask)?.state != "PENDING" {
        return Err(Reply::refused("Can not delete a non-pending pull request review"));
    }
    let reply = answer(world, ask, id)?;
    let pull = world.pull_mut(ask.repo, number).ok_or_else(Reply::missing)?;
    pull.reviews.retain(|review| review.id != id);
    pull.threads.retain(|thread| thread.comments.iter().all(|comment| comment.review != id));
    Ok(reply)
}

fn dismiss(world: &mut World, ask: &Ask) -> Done {
    let (id, number) = (ask.number("review_id"), find(world, ask)?.1.number);
    let message = ask.text("message").unwrap_or_default();
    review::dismiss(world, ask.repo, number, ask.viewer.unwrap_or_default(), id, message).map_err(refused)?;
    answer(world, ask, id)
}

fn remark(world: &mut World, ask: &Ask) -> Done {
    let (viewer, number) = (ask.viewer.unwrap_or_default(), find(world, ask)?.1.number);
    let id = match ask.body["in_reply_to"].as_u64() {
        Some(to) => review::reply(world, ask.repo, number, viewer, to, ask.text("body").unwrap_or_default()),
        None => review::remark(world, ask.repo, number, viewer, ask.text("commit_id").unwrap_or_default(), remark_of(&ask.body)),
    };
    let id = id.map_err(|why| Reply::invalid_because("PullRequestReviewComment", why.says()))?;
    made(world, ask, id)
}

fn reply(world: &mut World, ask: &Ask) -> Done {
    let (viewer, number) = (ask.viewer.unwrap_or_default(), find(world, ask)?.1.number);
    let id = review::reply(world, ask.repo, number, viewer, ask.number("comment_id"), ask.text("body").unwrap_or_default());
    made(world, ask, id.map_err(refused)?)
}

fn made(world: &World, ask: &Ask, id: u64) -> Done {
    let (repo, pull) = find(world, ask)?;
    let found = all_comments(world, &ask.base, repo, pull).into_iter().find(|comment| comment["id"] == id);
    found.map(|comment| Reply::json(201, comment)).ok_or_else(Reply::missing)
}
