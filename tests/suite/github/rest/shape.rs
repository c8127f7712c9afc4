//! The objects of REST as JSON: accounts, repositories, labels, commits. Never a decision.

use serde_json::{Map, Value, json};

use crate::github::account::Kind;
use crate::github::bare::{Person, Told};
use crate::github::repo::{Label, Repo};
use crate::github::world::{World, moment};

/// An account, short.
pub fn user(world: &World, base: &str, id: u64) -> Value {
    let account = &world.accounts[&id];
    let url = format!("{base}/users/{}", account.login);
    let mut made = json!({
        "login": account.login, "id": account.id, "node_id": account.node(), "avatar_url": format!("{}/avatars/{id}", world.origin),
        "gravatar_id": "", "url": url, "html_url": format!("{}/{}", world.origin, account.login), "type": account.kind.word(),
        "site_admin": false, "gists_url": format!("{url}/gists{{/gist_id}}"), "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
        "following_url": format!("{url}/following{{/other_user}}"), "events_url": format!("{url}/events{{/privacy}}"), "user_view_type": "public",
    });
    for name in ["followers", "subscriptions", "orgs", "repos", "received_events"] {
        let field = if name == "orgs" { "organizations" } else { name };
        made[format!("{field}_url")] = format!("{url}/{name}").into();
    }
    made
}

/// An account, or null for a deleted one.
pub fn somebody(world: &World, base: &str, id: Option<u64>) -> Value {
    id.map_or(Value::Null, |id| user(world, base, id))
}

/// A repository, short.
pub fn minimal(world: &World, base: &str, repo: &Repo) -> Map<String, Value> {
    let full = repo.full();
    let url = format!("{base}/repos/{full}");
    let mut made = json!({
        "id": repo.id, "node_id": repo.node(), "name": repo.name, "full_name": full, "private": repo.private,
        "owner": user(world, base, repo.owner), "html_url": format!("{}/{full}", world.origin), "description": null,
        "fork": repo.parent.is_some(), "url": url,
    });
    let templates = [
        ("archive", "{archive_format}{/ref}"),
        ("assignees", "{/user}"),
        ("branches", "{/branch}"),
        ("collaborators", "{/collaborator}"),
        ("comments", "{/number}"),
        ("commits", "{/sha}"),
        ("compare", "{base}...{head}"),
        ("contents", "{+path}"),
        ("contributors", ""),
        ("deployments", ""),
        ("downloads", ""),
        ("events", ""),
        ("forks", ""),
        ("hooks", ""),
        ("issues", "{/number}"),
        ("keys", "{/key_id}"),
        ("labels", "{/name}"),
        ("languages", ""),
        ("merges", ""),
        ("milestones", "{/number}"),
        ("notifications", "{?since,all,participating}"),
        ("pulls", "{/number}"),
        ("releases", "{/id}"),
        ("stargazers", ""),
        ("statuses", "{sha}"),
        ("subscribers", ""),
        ("subscription", ""),
        ("tags", ""),
        ("teams", ""),
        ("blobs", "{/sha}"),
        ("git_commits", "{/sha}"),
        ("git_refs", "{/sha}"),
        ("git_tags", "{/sha}"),
        ("issue_comment", "{/number}"),
        ("issue_events", "{/number}"),
        ("trees", "{/sha}"),
    ];
    for (name, template) in templates {
        made[format!("{name}_url")] = format!("{url}/{name}{template}").into();
    }
    match made {
        Value::Object(made) => made,
        _ => Map::new(),
    }
}

/// A repository as pulls carry it.
pub fn repository(world: &World, base: &str, repo: &Repo) -> Value {
    let mut made = minimal(world, base, repo);
    let full = repo.full();
    let open = repo.pulls.values().filter(|pull| pull.open).count();
    let more = json!({
        "clone_url": format!("{}/{full}.git", world.origin), "git_url": format!("git:{full}.git"), "ssh_url": format!("git@example.com:{full}.git"),
        "svn_url": format!("{}/{full}", world.origin), "default_branch": repo.default_branch, "forks": 0, "forks_count": 0,
        "has_issues": true, "has_projects": true, "has_wiki": true, "has_pages": false, "has_discussions": false, "has_downloads": true,
        "homepage": null, "language": null, "archived": repo.archived, "disabled": false, "mirror_url": null, "open_issues": open,
        "open_issues_count": open, "license": null, "pushed_at": moment(repo.created), "size": 1, "stargazers_count": 0, "watchers": 0,
        "watchers_count": 0, "created_at": moment(repo.created), "updated_at": moment(repo.created),
        "visibility": if repo.private { "private" } else { "public" }, "allow_auto_merge": repo.auto_merge_allowed,
    });
    made.extend(more.as_object().cloned().unwrap_or_default());
    Value::Object(made)
}

/// A repository with what the viewer may do in it.
pub fn full_repository(world: &World, base: &str, repo: &Repo, viewer: Option<u64>) -> Value {
    let mut made = repository(world, base, repo);
    let role = world.role(repo, viewer);
    use crate::github::account::Role;
    made["network_count"] = 0.into();
    made["subscribers_count"] = 0.into();
    if viewer.is_some() {
        made["permissions"] = json!({
            "admin": role >= Role::Admin, "maintain": role >= Role::Maintain, "push": role >= Role::Write,
            "triage": role >= Role::Triage, "pull": role >= Role::Read,
        });
    }
    made["allow_merge_commit"] = true.into();
    made["allow_squash_merge"] = true.into();
    made["allow_rebase_merge"] = true.into();
    if world.accounts[&repo.owner].kind == Kind::Organization {
        made["organization"] = user(world, base, repo.owner);
    }
    made
}

pub fn label(base: &str, repo: &Repo, label: &Label) -> Value {
    json!({
        "id": label.id, "node_id": format!("LA_{}", label.id), "url": format!("{base}/repos/{}/labels/{}", repo.full(), label.name),
        "name": label.name, "description": label.description, "color": label.color, "default": false,
    })
}

/// The labels with these names.
pub fn labels(base: &str, repo: &Repo, names: &[String]) -> Vec<Value> {
    names.iter().filter_map(|name| repo.labels.iter().find(|label| label.name == *name)).map(|found| label(base, repo, found)).collect()
}

/// A commit as lists of commits carry it.
pub fn commit(world: &World, base: &str, repo: &Repo, told: &Told) -> Value {
    let url = format!("{base}/repos/{}/commits/{}", repo.full(), told.sha);
    let who = |(person, at): &(Person, i64)| json!({ "name": person.0, "email": person.1, "date": moment(*at) });
    let account = |person: &Person| somebody(world, base, world.account_of(&person.1).map(|account| account.id));
    let parent = |sha: &String| json!({ "sha": sha, "url": format!("{base}/repos/{}/commits/{sha}", repo.full()), "html_url": format!("{}/{}/commit/{sha}", world.origin, repo.full()) });
    json!({
        "sha": told.sha, "node_id": format!("C_{}_{}", repo.id, told.sha), "url": url,
        "html_url": format!("{}/{}/commit/{}", world.origin, repo.full(), told.sha), "comments_url": format!("{url}/comments"),
        "commit": {
            "author": who(&told.author), "committer": who(&told.committer), "message": told.message, "comment_count": 0,
            "tree": { "sha": told.tree, "url": format!("{base}/repos/{}/git/trees/{}", repo.full(), told.tree) },
            "url": format!("{base}/repos/{}/git/commits/{}", repo.full(), told.sha),
            "verification": { "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null },
        },
        "author": account(&told.author.0), "committer": account(&told.committer.0), "parents": told.parents.iter().map(parent).collect::<Vec<_>>(),
    })
}
