//! Which branch the others would merge into.

use git2::{BranchType, Oid, Reference, Repository};

use super::failure::unreadable;
use crate::model::inert;
use crate::sources::source::SourceError;

/// The default branch.
#[derive(Clone, Debug)]
pub(super) struct DefaultBranch {
    /// Its name without `refs/heads/` or the remote; `HEAD` when there is only a detached one.
    pub(super) name: String,
    /// Its tip.
    pub(super) tip: Oid,
}

/// Finds it: what `origin/HEAD` names, `init.defaultBranch`, `main`, `master`, `trunk`, the only branch, `HEAD`. A local branch
/// stands before the remote-tracking one of its name.
pub(super) fn find(repo: &Repository) -> Result<DefaultBranch, SourceError> {
    let configured = repo.config().and_then(|config| config.get_string("init.defaultBranch")).ok();
    let named = origin_head(repo).into_iter().chain(configured).chain(["main", "master", "trunk"].map(str::to_owned));
    for name in named {
        for full in [format!("refs/heads/{name}"), format!("refs/remotes/origin/{name}")] {
            if let Some(tip) = repo.find_reference(&full).ok().and_then(|found| tip(&found)) {
                return Ok(DefaultBranch { name, tip });
            }
        }
    }
    let only = only_branch(repo)?;
    let head = repo.head().ok().and_then(|head| tip(&head)).map(|tip| DefaultBranch { name: head_name(repo), tip });
    only.or(head).ok_or_else(|| {
        let folder = repo.workdir().unwrap_or_else(|| repo.path()).display().to_string();
        SourceError::NotFound(format!("`{folder}` has no commit yet, so there is nothing to review: commit something first"))
    })
}

/// The commit a reference leads to.
pub(super) fn tip(reference: &Reference<'_>) -> Option<Oid> {
    reference.peel_to_commit().ok().map(|commit| commit.id())
}

fn origin_head(repo: &Repository) -> Option<String> {
    let head = repo.find_reference("refs/remotes/origin/HEAD").ok()?;
    let target = inert::decode(head.symbolic_target_bytes()?).into_owned();
    target.strip_prefix("refs/remotes/origin/").map(str::to_owned)
}

fn only_branch(repo: &Repository) -> Result<Option<DefaultBranch>, SourceError> {
    let mut found = repo.branches(Some(BranchType::Local)).map_err(unreadable("the list of branches"))?.flatten();
    let (Some((branch, _)), None) = (found.next(), found.next()) else { return Ok(None) };
    let name = branch.name_bytes().map(|name| inert::decode(name).into_owned()).unwrap_or_default();
    Ok(tip(branch.get()).map(|tip| DefaultBranch { name, tip }))
}

fn head_name(repo: &Repository) -> String {
    let head = repo.head().ok().filter(Reference::is_branch);
    head.map_or_else(|| "HEAD".to_owned(), |head| inert::decode(head.shorthand_bytes()).into_owned())
}
