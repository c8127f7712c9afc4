//! How a pull came into its base: by a merge commit, as its own commits, squashed, or rebased. Read only.

use std::collections::BTreeMap;

use git2::{Oid, Sort};

use crate::model::commit_id::CommitId;
use crate::response::error::ResponseError;
use crate::response::facts::Landed;
use crate::response::git::repo::{Repo, id, oid, told};
use crate::response::git::{patch_id, quarantine};
use crate::response::request::Target;

/// How far back on the base a squashed or rebased change is looked for.
const MOST_COMPARED: usize = 2_000;

/// The commits of the base's own line (first parents), latest first, with their position.
pub(crate) struct Line {
    commits: Vec<CommitId>,
    position: BTreeMap<CommitId, usize>,
}

impl Line {
    /// The line that ends in `tip`.
    pub(crate) fn of(repo: &Repo, tip: &CommitId) -> Result<Self, ResponseError> {
        let tip = oid(tip)?;
        let walk = || -> Result<Vec<Oid>, git2::Error> {
            let mut walk = repo.git.revwalk()?;
            walk.set_sorting(Sort::TOPOLOGICAL)?;
            walk.push(tip)?;
            walk.simplify_first_parent()?;
            walk.collect()
        };
        let commits = walk().map_err(told("walking the base branch"))?.into_iter().map(id).collect::<Result<Vec<_>, _>>()?;
        let position = commits.iter().enumerate().map(|(n, id)| (id.clone(), n)).collect();
        Ok(Self { commits, position })
    }

    /// How many commits came after `commit`; `None` when it is not on the line.
    pub(crate) fn position(&self, commit: &CommitId) -> Option<usize> {
        self.position.get(commit).copied()
    }

    /// The commits after `commit`, earliest first.
    pub(crate) fn after(&self, commit: &CommitId) -> Vec<CommitId> {
        let end = self.position(commit).unwrap_or(0);
        self.commits.iter().take(end).rev().cloned().collect()
    }
}

/// The commits of the line that brought `target` in, latest first; empty when it is not there.
pub(crate) fn find(repo: &Repo, line: &Line, target: &Target) -> Result<Vec<Landed>, ResponseError> {
    let Some(head) = target.subject.revision.head.as_ref().filter(|head| repo.has(head)) else { return Ok(Vec::new()) };
    let Some(tip) = line.commits.first() else { return Ok(Vec::new()) };
    if repo.contains(tip, head)? {
        return if line.position(head).is_some() { direct(repo, line, target, head) } else { merged(repo, line, head) };
    }
    copied(repo, line, target, head)
}

/// The change's own commits lie on the line: it was committed there, fast-forwarded, or names commits of it.
fn direct(repo: &Repo, line: &Line, target: &Target, head: &CommitId) -> Result<Vec<Landed>, ResponseError> {
    let from = target.subject.revision.merge_base.as_ref().and_then(|from| line.position(from));
    let start = line.position(head).unwrap_or(0);
    // Without a bound on the line it is the one commit that was named.
    let end = from.filter(|end| *end > start).unwrap_or(start + 1);
    line.commits.iter().take(end).skip(start).map(|commit| landed(repo, commit, None)).collect()
}

/// The first merge on the line that has the head in its history brought it in.
fn merged(repo: &Repo, line: &Line, head: &CommitId) -> Result<Vec<Landed>, ResponseError> {
    // Everything before the merge lacks the head and everything after has it, so the search may halve.
    let (mut with, mut without) = (0, line.commits.len());
    while without - with > 1 {
        let middle = usize::midpoint(with, without);
        match line.commits.get(middle) {
            Some(commit) if repo.contains(commit, head)? => with = middle,
            _ => without = middle,
        }
    }
    line.commits.get(with).map(|commit| landed(repo, commit, None)).into_iter().collect()
}

/// Copies on the line: one commit that is the whole change, or one for each of its commits.
fn copied(repo: &Repo, line: &Line, target: &Target, head: &CommitId) -> Result<Vec<Landed>, ResponseError> {
    let from = target.subject.revision.merge_base.as_ref().filter(|from| repo.has(from));
    let whole = from.map_or(Ok(None), |from| patch_id::of_range(repo, from, head))?;
    let mut wanted: BTreeMap<String, CommitId> = BTreeMap::new();
    for commit in quarantine::own_commits(repo, target, head)? {
        wanted.extend(patch_id::of_commit(repo, &commit)?.map(|patch| (patch, commit)));
    }
    let since = from.and_then(|from| line.position(from)).unwrap_or(line.commits.len());
    let (all, mut single) = (wanted.len(), Vec::new());
    for commit in line.commits.iter().take(since.min(MOST_COMPARED)) {
        let Some(patch) = patch_id::of_commit(repo, commit)? else { continue };
        if whole.as_ref() == Some(&patch) {
            return Ok(vec![landed(repo, commit, Some("squash"))?]);
        }
        if wanted.remove(&patch).is_some() {
            single.push(landed(repo, commit, Some("rebased commit"))?);
        }
    }
    Ok(if single.len() == all { single } else { Vec::new() })
}

/// `commit` as a target, with its mainline when it is a merge.
fn landed(repo: &Repo, commit: &CommitId, how: Option<&str>) -> Result<Landed, ResponseError> {
    let git = repo.commit(commit)?;
    let merge = git.parent_count() > 1;
    let how = how.unwrap_or(if merge { "merge commit" } else { "commit" });
    let subject = String::from_utf8_lossy(git.message_bytes()).lines().next().unwrap_or("").to_owned();
    Ok(Landed { commit: commit.clone(), mainline: merge.then_some(1), subject, how: how.to_owned() })
}
