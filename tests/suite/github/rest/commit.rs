//! Routes about commits: one, lists, comparisons.

use serde_json::{Value, json};

use super::{Ask, Done, Reply, Route, route, shape};
use crate::github::account::Role;
use crate::github::bare::Changed;
use crate::github::repo::Repo;
use crate::github::world::World;

const READ: &[(&str, &str)] = &[("contents", "read")];

pub const ROUTES: &[Route] = &[
    route("GET /repos/{owner}/{repo}/commits", READ, Role::Read, list),
    route("GET /repos/{owner}/{repo}/commits/{ref}", READ, Role::Read, get),
    route("GET /repos/{owner}/{repo}/compare/{basehead}", READ, Role::Read, compare),
    route("GET /repos/{owner}/{repo}/commits/{commit_sha}/comments", READ, Role::Read, comments),
    route("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls", &[("pull_requests", "read"), ("contents", "read")], Role::Read, pulls),
];

/// A branch, a tag or a commit, by its id or the beginning of it, as a commit.
pub fn resolve(repo: &Repo, name: &str) -> Option<String> {
    let refs = [format!("refs/heads/{name}"), format!("refs/tags/{name}"), name.to_owned()];
    let found = refs.iter().find_map(|full| repo.git.tip(full));
    let digits = name.len() >= 7 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let whole = || repo.git.open().revparse_single(name).ok().map(|object| object.id().to_string());
    found.or_else(|| digits.then(whole).flatten().and_then(|sha| repo.git.told(&sha)).map(|told| told.sha))
}

/// A file of a difference.
pub fn file(base: &str, repo: &Repo, head: &str, changed: &Changed) -> Value {
    let url = format!("{base}/repos/{}/contents/{}?ref={head}", repo.full(), changed.path);
    let mut made = json!({
        "sha": changed.blob, "filename": changed.path, "status": changed.status, "additions": changed.additions, "deletions": changed.deletions,
        "changes": changed.additions + changed.deletions, "blob_url": format!("{url}#blob"), "raw_url": format!("{url}#raw"), "contents_url": url,
    });
    if let Some(patch) = &changed.patch {
        made["patch"] = patch.clone().into();
    }
    if let Some(old) = &changed.old_path {
        made["previous_filename"] = old.clone().into();
    }
    made
}

fn list(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let start = ask.query.get("sha").cloned().unwrap_or_else(|| repo.default_branch.clone());
    let head = resolve(repo, &start).ok_or_else(Reply::missing)?;
    let bound = |name: &str| ask.query.get(name).and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok()).map(|at| at.timestamp());
    let (since, until) = (bound("since").unwrap_or(i64::MIN), bound("until").unwrap_or(i64::MAX));
    let path = ask.query.get("path");
    let listed = repo.git.history(&head).into_iter().filter(|told| (since..=until).contains(&told.committer.1));
    let touches = |told: &crate::github::bare::Told| {
        path.is_none_or(|path| {
            repo.git.changed(told.parents.first().map(String::as_str), &told.sha).iter().any(|file| file.path.starts_with(path))
        })
    };
    Ok(ask.page(listed.filter(touches).map(|told| shape::commit(world, &ask.base, repo, &told)).collect()))
}

fn get(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let none = || Reply::error(422, &format!("No commit found for SHA: {}", ask.param("ref")));
    let told = resolve(repo, ask.param("ref")).and_then(|sha| repo.git.told(&sha)).ok_or_else(none)?;
    let files = repo.git.changed(told.parents.first().map(String::as_str), &told.sha);
    let mut made = shape::commit(world, &ask.base, repo, &told);
    let (plus, minus) = files.iter().fold((0, 0), |(plus, minus), file| (plus + file.additions, minus + file.deletions));
    made["stats"] = json!({ "additions": plus, "deletions": minus, "total": plus + minus });
    made["files"] = files.iter().map(|changed| file(&ask.base, repo, &told.sha, changed)).collect();
    Ok(Reply::json(200, made))
}

fn compare(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let (from, to) = ask.param("basehead").split_once("...").ok_or_else(Reply::missing)?;
    let sha = |name: &str| resolve(repo, name).ok_or_else(Reply::missing);
    let (from, to) = (sha(from)?, sha(to)?);
    let base = repo.git.merge_base(&from, &to).ok_or_else(Reply::missing)?;
    let (ahead, behind) = (repo.git.between(&from, &to), repo.git.between(&to, &from).len());
    let status = match (ahead.len(), behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let told = |sha: &str| repo.git.told(sha).map(|told| shape::commit(world, &ask.base, repo, &told));
    let files = repo.git.changed(Some(&base), &to);
    let url = format!("{}/repos/{}/compare/{from}...{to}", ask.base, repo.full());
    let page = format!("{}/{}/compare/{from}...{to}", world.origin, repo.full());
    Ok(Reply::json(
        200,
        json!({
            "url": url, "html_url": page, "permalink_url": page, "diff_url": format!("{page}.diff"), "patch_url": format!("{page}.patch"),
            "base_commit": told(&from), "merge_base_commit": told(&base), "status": status, "ahead_by": ahead.len(), "behind_by": behind,
            "total_commits": ahead.len(), "commits": ahead.iter().take(250).map(|told| shape::commit(world, &ask.base, repo, told)).collect::<Vec<_>>(),
            "files": files.iter().take(300).map(|changed| file(&ask.base, repo, &to, changed)).collect::<Vec<_>>(),
        }),
    ))
}

/// Nobody says anything about commits here.
fn comments(world: &mut World, ask: &Ask) -> Done {
    resolve(ask.repo(world), ask.param("commit_sha")).ok_or_else(Reply::missing)?;
    Ok(ask.page(Vec::new()))
}

fn pulls(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let sha = resolve(repo, ask.param("commit_sha")).ok_or_else(|| Reply::error(422, "No commit found for SHA"))?;
    let in_it = |pull: &&crate::github::pull::Pull| {
        pull.merged.as_ref().is_some_and(|merged| merged.commit == sha) || pull.commits(&repo.git).iter().any(|told| told.sha == sha)
    };
    Ok(ask.page(repo.pulls.values().filter(in_it).map(|pull| super::pull::simple(world, &ask.base, repo, pull)).collect()))
}
