//! Which branch the others would merge into.

use git2::{BranchType, ErrorClass, ErrorCode, Oid, Reference, Repository};

use super::failure::unreadable;
use super::loose;
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
            let Ok(found) = repo.find_reference(&full) else { continue };
            match reach(repo, &found) {
                Ok(tip) => return Ok(DefaultBranch { name, tip }),
                Err(e) if is_damage(&e) => return Err(unreadable(&format!("the last commit of `{name}`"))(e)),
                Err(_) => {}
            }
        }
    }
    let only = only_branch(repo)?;
    let head = repo.head().ok().map(|head| reach(repo, &head)).transpose().map_err(unreadable("the commit of HEAD"))?;
    only.or(head.map(|tip| DefaultBranch { name: head_name(repo), tip })).ok_or_else(|| {
        let folder = repo.workdir().unwrap_or_else(|| repo.path()).display().to_string();
        SourceError::NotFound(format!("`{folder}` has no commit yet, so there is nothing to review: commit something first"))
    })
}

/// The commit a reference leads to, if there is one that can be read.
pub(super) fn tip(repo: &Repository, reference: &Reference<'_>) -> Option<Oid> {
    reach(repo, reference).ok()
}

/// The commit a reference leads to, or why there is none.
pub(super) fn reach(repo: &Repository, reference: &Reference<'_>) -> Result<Oid, git2::Error> {
    if reference.target().is_some_and(|id| !loose::is_whole(repo, id)) {
        return Err(loose::cut_off());
    }
    reference.peel_to_commit().map(|commit| commit.id())
}

/// Whether something is there and cannot be read, rather than leading nowhere or to no commit.
pub(super) fn is_damage(error: &git2::Error) -> bool {
    !matches!(error.code(), ErrorCode::Peel | ErrorCode::InvalidSpec) && error.class() != ErrorClass::Reference
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
    Ok(tip(repo, branch.get()).map(|tip| DefaultBranch { name, tip }))
}

fn head_name(repo: &Repository) -> String {
    let head = repo.head().ok().filter(Reference::is_branch);
    head.map_or_else(|| "HEAD".to_owned(), |head| inert::decode(head.shorthand_bytes()).into_owned())
}
