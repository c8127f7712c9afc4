//! Routes that read pulls: lists, one, its files, its commits, its whole difference.

use serde_json::{Value, json};

use super::{Ask, Done, Reply, Route, commit, route, shape};
use crate::github::account::Role;
use crate::github::pull::Pull;
use crate::github::repo::Repo;
use crate::github::world::{World, moment};

const READ: &[(&str, &str)] = &[("pull_requests", "read")];

pub const ROUTES: &[Route] = &[
    route("GET /repos/{owner}/{repo}/pulls", READ, Role::Read, list),
    route("GET /repos/{owner}/{repo}/pulls/{pull_number}", READ, Role::Read, get),
    route("GET /repos/{owner}/{repo}/pulls/{pull_number}/files", READ, Role::Read, files),
    route("GET /repos/{owner}/{repo}/pulls/{pull_number}/commits", READ, Role::Read, commits),
];

/// The pull the route names.
pub fn find<'w>(world: &'w World, ask: &Ask) -> Result<(&'w Repo, &'w Pull), Reply> {
    let repo = ask.repo(world);
    let number = if ask.params.contains_key("pull_number") { ask.number("pull_number") } else { ask.number("issue_number") };
    repo.pulls.get(&number).map(|pull| (repo, pull)).ok_or_else(Reply::missing)
}

/// A pull as lists carry it.
pub fn simple(world: &World, base: &str, repo: &Repo, pull: &Pull) -> Value {
    let (full, number) = (repo.full(), pull.number);
    let url = format!("{base}/repos/{full}/pulls/{number}");
    let issue = format!("{base}/repos/{full}/issues/{number}");
    let page = format!("{}/{full}/pull/{number}", world.origin);
    let statuses = format!("{base}/repos/{full}/statuses/{}", pull.head_sha);
    let side = |from: Option<&Repo>, name: &str, sha: &str| {
        let owner = from.map_or("unknown", |from| from.owner_login.as_str());
        json!({
            "label": format!("{owner}:{name}"), "ref": name, "sha": sha, "repo": from.map(|from| shape::repository(world, base, from)),
            "user": shape::user(world, base, from.map_or(repo.owner, |from| from.owner)),
        })
    };
    let href = |to: &str| json!({ "href": to });
    json!({
        "url": url, "id": pull.id, "node_id": pull.node(), "html_url": page, "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
        "issue_url": issue, "commits_url": format!("{url}/commits"), "review_comments_url": format!("{url}/comments"),
        "review_comment_url": format!("{base}/repos/{full}/pulls/comments{{/number}}"), "comments_url": format!("{issue}/comments"),
        "statuses_url": statuses, "number": number, "state": if pull.open { "open" } else { "closed" }, "locked": pull.locked.is_some(),
        "title": pull.title, "user": shape::somebody(world, base, pull.author), "body": pull.body,
        "labels": shape::labels(base, repo, &pull.labels), "milestone": null, "active_lock_reason": pull.locked.clone().flatten(),
        "created_at": moment(pull.created), "updated_at": moment(pull.updated), "closed_at": pull.closed.map(moment),
        "merged_at": pull.merged.as_ref().map(|merged| moment(merged.at)),
        "merge_commit_sha": pull.merged.as_ref().map(|merged| merged.commit.clone()),
        "assignee": shape::somebody(world, base, pull.assignees.first().copied()),
        "assignees": pull.assignees.iter().map(|id| shape::user(world, base, *id)).collect::<Vec<_>>(),
        "requested_reviewers": pull.requested.iter().map(|id| shape::user(world, base, *id)).collect::<Vec<_>>(),
        "requested_teams": pull.requested_teams.iter().map(|slug| team(world, base, repo, slug)).collect::<Vec<_>>(),
        "head": side(pull.head_repo.and_then(|id| world.repo_by(id)), &pull.head_ref, &pull.head_sha),
        "base": side(Some(repo), &pull.base_ref, &pull.base_sha),
        "_links": {
            "self": href(&url), "html": href(&page), "issue": href(&issue), "comments": href(&format!("{issue}/comments")),
            "review_comments": href(&format!("{url}/comments")), "review_comment": href(&format!("{base}/repos/{full}/pulls/comments{{/number}}")),
            "commits": href(&format!("{url}/commits")), "statuses": href(&statuses),
        },
        "author_association": world.association(repo, pull.author), "draft": pull.draft,
        "auto_merge": pull.auto_merge.as_ref().map(|auto| json!({
            "enabled_by": shape::user(world, base, auto.by), "merge_method": auto.method.to_lowercase(), "commit_title": "", "commit_message": "",
        })),
    })
}

fn team(world: &World, base: &str, repo: &Repo, slug: &str) -> Value {
    let place = world.accounts[&repo.owner].teams.keys().position(|known| known == slug).unwrap_or_default() as u64;
    let url = format!("{base}/organizations/{}/team/{place}", repo.owner);
    json!({
        "id": repo.owner + place, "node_id": format!("T_{}_{slug}", repo.owner), "url": url, "members_url": format!("{url}/members{{/member}}"),
        "name": slug, "description": null, "permission": "pull", "html_url": format!("{}/orgs/{}/teams/{slug}", world.origin, repo.owner_login),
        "repositories_url": format!("{url}/repos"), "slug": slug, "parent": null, "type": "organization", "organization_id": repo.owner,
    })
}

/// A pull with all its counts. Whether it merges is unknown on the first read when the world says so.
pub fn whole(world: &mut World, ask: &Ask, number: u64) -> Value {
    let repo = world.repo_mut(ask.repo);
    let git = repo.git.clone();
    let pull = repo.pulls.get_mut(&number).expect("an existing pull");
    let known = !pull.slow_mergeable || std::mem::replace(&mut pull.asked, true);
    let files = pull.files(&git);
    let repo = ask.repo(world);
    let pull = &repo.pulls[&number];
    let merges = (known && pull.open).then(|| pull.merges(&git));
    let mut made = simple(world, &ask.base, repo, pull);
    let sum = |count: fn(&crate::github::bare::Changed) -> u64| files.iter().map(count).sum::<u64>();
    let state = match (pull.open, merges) {
        (_, None) => "unknown",
        (_, Some(false)) => "dirty",
        _ if pull.draft => "draft",
        _ if crate::github::gate::blocked(world, repo, pull).is_some() => "blocked",
        _ => "clean",
    };
    let more = json!({
        "merged": pull.merged.is_some(), "mergeable": merges, "rebaseable": merges, "mergeable_state": state,
        "merged_by": shape::somebody(world, &ask.base, pull.merged.as_ref().and_then(|merged| merged.by)),
        "comments": pull.comments.len(), "review_comments": pull.threads.iter().map(|thread| thread.comments.len()).sum::<usize>(),
        "maintainer_can_modify": false, "commits": pull.commits(&git).len(), "additions": sum(|file| file.additions),
        "deletions": sum(|file| file.deletions), "changed_files": files.len(),
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        made[name] = value.clone();
    }
    made
}

fn list(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let wanted = |name: &str| ask.query.get(name).map(String::as_str);
    let mut pulls: Vec<&Pull> = repo
        .pulls
        .values()
        .filter(|pull| match wanted("state").unwrap_or("open") {
            "all" => true,
            "closed" => !pull.open,
            _ => pull.open,
        })
        .filter(|pull| wanted("base").is_none_or(|base| pull.base_ref == base))
        .filter(|pull| wanted("head").is_none_or(|head| head.rsplit(':').next() == Some(&pull.head_ref)))
        .collect();
    pulls.sort_by_key(|pull| if wanted("sort") == Some("updated") { pull.updated } else { pull.created });
    let up = wanted("direction") == Some("asc");
    if !up {
        pulls.reverse();
    }
    Ok(ask.page(pulls.into_iter().map(|pull| simple(world, &ask.base, repo, pull)).collect()))
}

fn get(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    let number = pull.number;
    if !ask.accept.contains("diff") && !ask.accept.contains("patch") {
        return Ok(Reply::json(200, whole(world, ask, number)));
    }
    let git = repo.git.clone();
    let base = git.merge_base(&pull.base_sha, &pull.head_sha).unwrap_or_else(|| pull.base_sha.clone());
    let text = git.diff(&base, &pull.head_sha);
    if text.lines().count() > 20_000 || git.changed(Some(&base), &pull.head_sha).len() > 300 {
        let errors = json!([{ "resource": "PullRequest", "field": "diff", "code": "too_large" }]);
        let message = "Sorry, the diff exceeded the maximum number of files (300). Consider using 'List pull requests files' API or locally cloning the repository instead.";
        return Err(Reply::json(
            406,
            json!({ "message": message, "errors": errors, "documentation_url": "https://docs.github.com/rest/pulls/pulls#list-pull-requests-files", "status": "406" }),
        ));
    }
    Ok(Reply::text("application/vnd.github.diff; charset=utf-8", text))
}

/// No more than 3000 files are ever listed.
fn files(world: &mut World, ask: &Ask) -> Done {
    let number = find(world, ask)?.1.number;
    let repo = world.repo_mut(ask.repo);
    let git = repo.git.clone();
    let pull = repo.pulls.get_mut(&number).ok_or_else(Reply::missing)?;
    let (files, head) = (pull.files(&git), pull.head_sha.clone());
    let repo = ask.repo(world);
    Ok(ask.page(files.iter().take(3_000).map(|changed| commit::file(&ask.base, repo, &head, changed)).collect()))
}

/// No more than 250 commits are ever listed.
fn commits(world: &mut World, ask: &Ask) -> Done {
    let (repo, pull) = find(world, ask)?;
    Ok(ask.page(pull.commits(&repo.git).iter().take(250).map(|told| shape::commit(world, &ask.base, repo, told)).collect()))
}
