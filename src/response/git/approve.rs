//! What an approval needs to know of a repository, and the merge commit it may end in.

use git2::{MergeOptions, Repository, Signature};

use crate::model::commit_id::CommitId;
use crate::model::path::RepoPath;
use crate::model::response::{CaseId, Conflict, RefUpdate};
use crate::response::error::ResponseError;
use crate::response::facts::{ApproveFacts, Facts};
use crate::response::git::deny::{self, Line};
use crate::response::git::repo::{Repo, id, oid, told};
use crate::response::git::{patch_id, quarantine, refs, worktrees};
use crate::response::request::Target;
use crate::response::words::one_line;

/// The world around approving `targets`.
pub(crate) fn facts(repo: &Repo, targets: &[Target], merge: bool) -> Result<Facts, ResponseError> {
    let list = deny::read(repo)?;
    let targets = targets.iter().map(|target| one(repo, target, &list, merge)).collect::<Result<_, _>>()?;
    Ok(Facts::Approve { merge, targets })
}

fn one(repo: &Repo, target: &Target, list: &[Line], merge: bool) -> Result<ApproveFacts, ResponseError> {
    let revision = &target.subject.revision;
    let name = if target.branch.is_empty() { &target.pull.name } else { &target.branch };
    let mut facts = ApproveFacts {
        name: one_line(name),
        head: revision.head.clone().filter(|head| repo.has(head)),
        branch: quarantine::branch(repo, &target.branch)?,
        base: revision.base.clone(),
        target: quarantine::branch(repo, &target.base)?,
        unjudged: target.unjudged(),
        ..ApproveFacts::default()
    };
    if let Some(head) = facts.head.clone() {
        facts.denied = denied(repo, target, &head, list)?;
        if let Some(base) = &facts.target {
            facts.merged = repo.contains(&base.value, &head)?;
            facts.checked_out = worktrees::holders(repo, &base.name, false)?;
            if merge && !facts.merged {
                facts.conflicts = preview(repo, &base.value, &head)?;
            }
        }
    }
    Ok(facts)
}

/// Commits of the change that stand on the deny list, by id or by patch.
fn denied(repo: &Repo, target: &Target, head: &CommitId, list: &[Line]) -> Result<Vec<(CommitId, CaseId)>, ResponseError> {
    let standing: Vec<_> = list.iter().filter(|line| !line.lifted).collect();
    if standing.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for commit in quarantine::own_commits(repo, target, head)? {
        let patch = patch_id::of_commit(repo, &commit)?;
        let hit = standing.iter().find(|line| line.entry.commit == commit || (patch.is_some() && line.entry.patch_id == patch));
        found.extend(hit.map(|line| (commit, line.case.clone())));
    }
    Ok(found)
}

fn preview(repo: &Repo, ours: &CommitId, theirs: &CommitId) -> Result<Vec<Conflict>, ResponseError> {
    match merge_tree(&repo.scratch()?, ours, theirs)? {
        Ok(_) => Ok(Vec::new()),
        Err(paths) => Ok(vec![Conflict { commit: theirs.clone(), paths }]),
    }
}

/// The tree of merging `theirs` into `ours`, or the paths in conflict.
fn merge_tree(git: &Repository, ours: &CommitId, theirs: &CommitId) -> Result<Result<git2::Oid, Vec<RepoPath>>, ResponseError> {
    let what = format!("merging {} into {}", theirs.short(), ours.short());
    let (ours, theirs) = (oid(ours)?, oid(theirs)?);
    let merge = || -> Result<Result<git2::Oid, Vec<RepoPath>>, git2::Error> {
        let mut options = MergeOptions::new();
        options.find_renames(true);
        let mut index = git.merge_commits(&git.find_commit(ours)?, &git.find_commit(theirs)?, Some(&options))?;
        if index.has_conflicts() {
            return Ok(Err(conflicting(&index)?));
        }
        index.write_tree_to(git).map(Ok)
    };
    merge().map_err(told(&what))
}

/// The paths in conflict, each once.
pub(crate) fn conflicting(index: &git2::Index) -> Result<Vec<RepoPath>, git2::Error> {
    let mut paths = Vec::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let sides = [conflict.our, conflict.their, conflict.ancestor];
        paths.extend(sides.into_iter().flatten().next().map(|entry| RepoPath::new(&entry.path)));
    }
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// Makes the merge commit and moves `branch` from `ours` to it. Doing it again finds the same commit there.
pub(crate) fn merge(
    repo: &Repo,
    (ours, theirs): (&CommitId, &CommitId),
    branch: &str,
    message: &str,
    who: &Signature<'_>,
) -> Result<CommitId, ResponseError> {
    let tree = merge_tree(&repo.git, ours, theirs)?.map_err(|paths| {
        let paths: Vec<_> = paths.iter().map(|path| one_line(&path.text())).collect();
        ResponseError::Moved(format!("the merge has conflicts in {}; nothing was moved", paths.join(", ")))
    })?;
    let parents = [repo.commit(ours)?, repo.commit(theirs)?];
    let commit = || repo.git.commit(None, who, who, message, &repo.git.find_tree(tree)?, &[&parents[0], &parents[1]]);
    let merge = id(commit().map_err(told("making the merge commit"))?)?;
    let update = RefUpdate { name: branch.to_owned(), old: Some(ours.clone()), new: Some(merge.clone()) };
    if refs::value(repo, branch)?.is_some_and(|now| repo.contains(&now, &merge).unwrap_or(false)) {
        return Ok(merge);
    }
    // Asked again at the last moment: a checkout since the plan would be left dirty.
    if let Some(folder) = worktrees::holders(repo, branch, false)?.first() {
        return Err(ResponseError::Moved(format!(
            "{} was checked out in {} meanwhile; nothing was moved",
            one_line(branch),
            one_line(folder)
        )));
    }
    refs::transact(repo, &[update], who, &format!("lazaret: merge {}", theirs.short()))?;
    Ok(merge)
}
