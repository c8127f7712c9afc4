//! Routes of git's own objects: blobs, trees, commits, refs, and contents by path. They read and write the real repository.

use git2::{ObjectType, Oid, TreeWalkMode, TreeWalkResult};
use serde_json::{Value, json};

use super::commit::resolve;
use super::{Ask, Done, Reply, Route, route};
use crate::github::account::Role;
use crate::github::act::merge::branch_moved;
use crate::github::bare::{Person, Told};
use crate::github::pull::Push;
use crate::github::repo::Repo;
use crate::github::world::{World, moment};

const READ: &[(&str, &str)] = &[("contents", "read")];
const WRITE: &[(&str, &str)] = &[("contents", "write")];

pub const ROUTES: &[Route] = &[
    route("POST /repos/{owner}/{repo}/git/blobs", WRITE, Role::Write, new_blob),
    route("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", READ, Role::Read, blob),
    route("POST /repos/{owner}/{repo}/git/trees", WRITE, Role::Write, new_tree),
    route("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", READ, Role::Read, tree),
    route("POST /repos/{owner}/{repo}/git/commits", WRITE, Role::Write, new_commit),
    route("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", READ, Role::Read, commit),
    route("POST /repos/{owner}/{repo}/git/refs", WRITE, Role::Write, new_ref),
    route("PATCH /repos/{owner}/{repo}/git/refs/{ref}", WRITE, Role::Write, move_ref),
    route("DELETE /repos/{owner}/{repo}/git/refs/{ref}", WRITE, Role::Write, remove_ref),
    route("GET /repos/{owner}/{repo}/git/ref/{ref}", READ, Role::Read, one_ref),
    route("GET /repos/{owner}/{repo}/git/matching-refs/{ref}", READ, Role::Read, refs),
    route("GET /repos/{owner}/{repo}/contents/{path}", READ, Role::Read, contents),
];

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().enumerate().fold(0_u32, |bits, (place, byte)| bits | u32::from(*byte) << (16 - 8 * place));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= chunk.len() { letter as char } else { '=' });
        }
    }
    text
}

fn invalid(says: &str) -> Reply {
    Reply::invalid_because("GitObject", says)
}

fn new_blob(world: &mut World, ask: &Ask) -> Done {
    let content = ask.text("content").unwrap_or_default();
    let bytes = match ask.text("encoding") {
        Some("base64") => crate::github::smart::unbase64(content),
        _ => content.as_bytes().to_vec(),
    };
    let repo = ask.repo(world);
    let sha = repo.git.open().blob(&bytes).map_err(|error| invalid(error.message()))?.to_string();
    Ok(Reply::json(201, json!({ "sha": sha, "url": format!("{}/repos/{}/git/blobs/{sha}", ask.base, repo.full()) })))
}

fn blob(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let git = repo.git.open();
    let found = Oid::from_str(ask.param("file_sha")).ok().and_then(|oid| git.find_blob(oid).ok()).ok_or_else(Reply::missing)?;
    let sha = found.id().to_string();
    Ok(Reply::json(
        200,
        json!({
            "sha": sha, "node_id": format!("B_{sha}"), "size": found.size(), "url": format!("{}/repos/{}/git/blobs/{sha}", ask.base, repo.full()),
            "content": base64(found.content()), "encoding": "base64",
        }),
    ))
}

fn new_tree(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let git = repo.git.open();
    let mut index = git2::Index::new().map_err(|error| invalid(error.message()))?;
    if let Some(base) = ask.text("base_tree") {
        let tree = Oid::from_str(base).ok().and_then(|oid| git.find_tree(oid).ok()).ok_or_else(Reply::missing)?;
        index.read_tree(&tree).map_err(|error| invalid(error.message()))?;
    }
    for entry in ask.body["tree"].as_array().into_iter().flatten() {
        let path = entry["path"].as_str().unwrap_or_default();
        if entry["sha"].is_null() && entry.get("content").is_none() {
            index.remove(std::path::Path::new(path), 0).map_err(|error| invalid(error.message()))?;
            continue;
        }
        let id = match entry["content"].as_str() {
            Some(content) => git.blob(content.as_bytes()).map_err(|error| invalid(error.message()))?,
            None => Oid::from_str(entry["sha"].as_str().unwrap_or_default()).map_err(|error| invalid(error.message()))?,
        };
        if git.find_object(id, None).is_err() && entry["mode"] != "160000" {
            return Err(invalid("tree.sha is not a valid blob"));
        }
        let mode = u32::from_str_radix(entry["mode"].as_str().unwrap_or("100644"), 8).unwrap_or(0o100_644);
        index.add(&crate::github::bare::entry(path, id, mode)).map_err(|error| invalid(error.message()))?;
    }
    let sha = index.write_tree_to(&git).map_err(|error| invalid(error.message()))?.to_string();
    Ok(Reply::json(201, told_tree(repo, &ask.base, &sha, false).ok_or_else(Reply::missing)?))
}

fn told_tree(repo: &Repo, base: &str, sha: &str, deep: bool) -> Option<Value> {
    let git = repo.git.open();
    let tree = git.find_tree(Oid::from_str(sha).ok()?).ok()?;
    let mut entries = Vec::new();
    tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
        let path = format!("{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
        let (id, kind) = (entry.id(), entry.kind());
        let word = match kind {
            Some(ObjectType::Tree) => "tree",
            Some(ObjectType::Commit) => "commit",
            _ => "blob",
        };
        let mut made = json!({ "path": path, "mode": format!("{:06o}", entry.filemode()), "type": word, "sha": id.to_string() });
        if word == "blob" {
            made["size"] = git.find_blob(id).map_or(0, |blob| blob.size()).into();
        }
        if word != "commit" {
            made["url"] = format!("{base}/repos/{}/git/{word}s/{id}", repo.full()).into();
        }
        entries.push(made);
        if deep { TreeWalkResult::Ok } else { TreeWalkResult::Skip }
    })
    .ok()?;
    let truncated = entries.len() > repo.most_entries;
    entries.truncate(repo.most_entries);
    Some(json!({ "sha": sha, "url": format!("{base}/repos/{}/git/trees/{sha}", repo.full()), "tree": entries, "truncated": truncated }))
}

fn tree(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let name = ask.param("tree_sha");
    let sha = resolve(repo, name).and_then(|sha| repo.git.told(&sha)).map_or_else(|| name.to_owned(), |told| told.tree);
    let deep = ask.query.contains_key("recursive");
    told_tree(repo, &ask.base, &sha, deep).map(|made| Reply::json(200, made)).ok_or_else(Reply::missing)
}

pub fn told_commit(world: &World, base: &str, repo: &Repo, told: &Told) -> Value {
    let who = |(person, at): &(Person, i64)| json!({ "name": person.0, "email": person.1, "date": moment(*at) });
    let url = |sha: &str| format!("{base}/repos/{}/git/commits/{sha}", repo.full());
    let page = |sha: &str| format!("{}/{}/commit/{sha}", world.origin, repo.full());
    json!({
        "sha": told.sha, "node_id": format!("C_{}_{}", repo.id, told.sha), "url": url(&told.sha), "html_url": page(&told.sha),
        "author": who(&told.author), "committer": who(&told.committer), "message": told.message,
        "tree": { "sha": told.tree, "url": format!("{base}/repos/{}/git/trees/{}", repo.full(), told.tree) },
        "parents": told.parents.iter().map(|sha| json!({ "sha": sha, "url": url(sha), "html_url": page(sha) })).collect::<Vec<_>>(),
        "verification": { "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null },
    })
}

fn new_commit(world: &mut World, ask: &Ask) -> Done {
    let at = world.tick();
    let repo = ask.repo(world);
    let viewer = &world.accounts[&ask.viewer.unwrap_or_default()];
    let named = |field: &str| Some((ask.body[field]["name"].as_str()?.to_owned(), ask.body[field]["email"].as_str()?.to_owned()));
    let who = named("author").unwrap_or_else(|| (viewer.login.clone(), format!("{}+{}@users.noreply.github.com", viewer.id, viewer.login)));
    let parents: Vec<String> = ask.body["parents"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let made = repo.git.commit_tree(ask.text("tree").unwrap_or_default(), &parents, ask.text("message").unwrap_or_default(), &who, at);
    let told = made.and_then(|sha| repo.git.told(&sha)).ok_or_else(|| invalid("Tree or parent SHA does not exist"))?;
    Ok(Reply::json(201, told_commit(world, &ask.base, repo, &told)))
}

fn commit(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let told = repo.git.told(ask.param("commit_sha")).ok_or_else(Reply::missing)?;
    Ok(Reply::json(200, told_commit(world, &ask.base, repo, &told)))
}

fn told_ref(repo: &Repo, base: &str, name: &str) -> Option<Value> {
    let git = repo.git.open();
    let target = git.find_reference(name).ok()?.target()?;
    let kind = git.find_object(target, None).ok()?.kind().map_or("commit", |kind| kind.str());
    let url = format!("{base}/repos/{}/git", repo.full());
    let object = json!({ "type": kind, "sha": target.to_string(), "url": format!("{url}/{kind}s/{target}") });
    Some(json!({ "ref": name, "node_id": format!("REF_{}_{name}", repo.id), "url": format!("{url}/{name}"), "object": object }))
}

fn one_ref(world: &mut World, ask: &Ask) -> Done {
    let name = format!("refs/{}", ask.param("ref"));
    told_ref(ask.repo(world), &ask.base, &name).map(|made| Reply::json(200, made)).ok_or_else(Reply::missing)
}

fn refs(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let git = repo.git.open();
    let found = git.references_glob(&format!("refs/{}*", ask.param("ref"))).map_err(|_| Reply::missing())?;
    let names = found.filter_map(Result::ok).map(|reference| String::from_utf8_lossy(reference.name_bytes()).into_owned());
    Ok(Reply::json(200, names.filter_map(|name| told_ref(repo, &ask.base, &name)).collect()))
}

fn new_ref(world: &mut World, ask: &Ask) -> Done {
    let (name, sha) = (ask.text("ref").unwrap_or_default().to_owned(), ask.text("sha").unwrap_or_default());
    let repo = ask.repo(world);
    if !name.starts_with("refs/") || name.matches('/').count() < 2 {
        return Err(invalid("Reference name must start with 'refs/' and contain at least two slashes"));
    }
    if repo.git.tip(&name).is_some() {
        return Err(invalid("Reference already exists"));
    }
    if repo.git.told(sha).is_none() {
        return Err(invalid("Object does not exist"));
    }
    repo.git.point(&name, sha);
    Ok(Reply::json(201, told_ref(repo, &ask.base, &name).ok_or_else(Reply::missing)?))
}

fn move_ref(world: &mut World, ask: &Ask) -> Done {
    let name = format!("refs/{}", ask.param("ref"));
    let after = ask.text("sha").unwrap_or_default().to_owned();
    let repo = ask.repo(world);
    let before = repo.git.tip(&name).ok_or_else(|| invalid("Reference does not exist"))?;
    if repo.git.told(&after).is_none() {
        return Err(invalid("Object does not exist"));
    }
    let forced = !repo.git.contains(&after, &before);
    if forced && ask.body["force"] != true {
        return Err(invalid("Update is not a fast forward"));
    }
    repo.git.point(&name, &after);
    let at = world.tick();
    if let Some(branch) = name.strip_prefix("refs/heads/") {
        branch_moved(world, ask.repo, branch, &Push { by: ask.viewer, before, after, forced, at });
    }
    Ok(Reply::json(200, told_ref(ask.repo(world), &ask.base, &name).ok_or_else(Reply::missing)?))
}

fn remove_ref(world: &mut World, ask: &Ask) -> Done {
    let name = format!("refs/{}", ask.param("ref"));
    let repo = ask.repo(world);
    repo.git.tip(&name).ok_or_else(|| invalid("Reference does not exist"))?;
    repo.git.forget(&name);
    Ok(Reply::empty(204))
}

fn contents(world: &mut World, ask: &Ask) -> Done {
    let repo = ask.repo(world);
    let name = ask.query.get("ref").unwrap_or(&repo.default_branch);
    let sha = resolve(repo, name).ok_or_else(|| Reply::error(404, &format!("No commit found for the ref {name}")))?;
    let git = repo.git.open();
    let root = Oid::from_str(&sha)
        .ok()
        .and_then(|oid| git.find_commit(oid).ok())
        .and_then(|commit| commit.tree().ok())
        .ok_or_else(Reply::missing)?;
    let path = ask.param("path").trim_matches('/');
    let told = |path: &str, id: Oid, kind: &str, size: usize| {
        let url = format!("{}/repos/{}/contents/{path}?ref={name}", ask.base, repo.full());
        let raw = format!("{}/raw/{}/{sha}/{path}", world.origin, repo.full());
        let at = format!("{}/repos/{}/git/blobs/{id}", ask.base, repo.full());
        json!({
            "type": kind, "size": size, "name": path.rsplit('/').next(), "path": path, "sha": id.to_string(), "url": url, "git_url": at,
            "html_url": format!("{}/{}/blob/{name}/{path}", world.origin, repo.full()), "download_url": if kind == "file" { Some(raw) } else { None },
            "_links": { "self": url, "git": at, "html": null },
        })
    };
    let folder = |tree: &git2::Tree<'_>| -> Vec<Value> {
        let each = tree.iter().map(|entry| {
            let own = String::from_utf8_lossy(entry.name_bytes()).into_owned();
            let full = if path.is_empty() { own } else { format!("{path}/{own}") };
            let kind = if entry.kind() == Some(ObjectType::Tree) { "dir" } else { "file" };
            told(&full, entry.id(), kind, git.find_blob(entry.id()).map_or(0, |blob| blob.size()))
        });
        each.collect()
    };
    if path.is_empty() {
        return Ok(Reply::json(200, folder(&root).into()));
    }
    let entry = root.get_path(std::path::Path::new(path)).map_err(|_| Reply::missing())?;
    if let Ok(tree) = git.find_tree(entry.id()) {
        return Ok(Reply::json(200, folder(&tree).into()));
    }
    let blob = git.find_blob(entry.id()).map_err(|_| Reply::missing())?;
    if ask.accept.contains("raw") {
        return Ok(Reply::bytes("application/vnd.github.raw; charset=utf-8", blob.content().to_vec()));
    }
    let mut made = told(path, blob.id(), "file", blob.size());
    let large = blob.size() > 1_048_576;
    made["encoding"] = if large { "none".into() } else { "base64".into() };
    made["content"] = if large { "".into() } else { base64(blob.content()).into() };
    Ok(Reply::json(200, made))
}
