//! Which branches others merge into, where nobody names one. Read only.

use crate::response::error::ResponseError;
use crate::response::git::refs;
use crate::response::git::repo::Repo;

/// Names of such branches in most repositories.
const USUAL: [&str; 4] = ["main", "master", "trunk", "develop"];

/// Local branches that others merge into, full names, likeliest first: the remote's default, the usual names, the one
/// that is checked out.
pub(crate) fn candidates(repo: &Repo) -> Result<Vec<String>, ResponseError> {
    let remote = repo.git.find_reference("refs/remotes/origin/HEAD").ok();
    let remote = remote.and_then(|head| head.symbolic_target().ok().flatten().map(str::to_owned));
    let remote = remote.and_then(|name| name.strip_prefix("refs/remotes/origin/").map(str::to_owned));
    let head = repo.git.find_reference("HEAD").ok();
    let head = head.and_then(|head| head.symbolic_target().ok().flatten().map(str::to_owned));
    let usual = USUAL.into_iter().map(str::to_owned);
    let mut found = Vec::new();
    for name in remote.into_iter().chain(usual).map(|name| format!("refs/heads/{name}")).chain(head) {
        if !found.contains(&name) && refs::value(repo, &name)?.is_some() {
            found.push(name);
        }
    }
    Ok(found)
}

/// Whether `name` (full) is one of the usual names.
pub(crate) fn is_usual(name: &str) -> bool {
    name.strip_prefix("refs/heads/").is_some_and(|short| USUAL.contains(&short))
}
