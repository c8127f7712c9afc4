//! A git bundle (format 2): the commits of a change with everything they need beyond the commits they stand on.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use git2::Oid;

use crate::model::commit_id::CommitId;
use crate::model::response::{Plan, Step};
use crate::response::error::ResponseError;
use crate::response::git::repo::{Repo, oid, told};
use crate::response::words::one_line;

/// The first line of a bundle of format 2.
pub(super) const SIGNATURE: &[u8] = b"# v2 git bundle\n";

/// Writes the history of `heads` beyond what the plan's subjects stand on.
pub(super) fn write(repo: &Repo, plan: &Plan, heads: &[CommitId], file: File, path: &Path) -> Result<(), ResponseError> {
    let commits = own(repo, plan, heads)?;
    let mut out = BufWriter::new(file);
    let header = header(repo, plan, heads, &commits)?;
    out.write_all(&header).map_err(|e| ResponseError::io(path, &e))?;
    pack(repo, heads, &commits, &mut out, path)?;
    let file = out.into_inner().map_err(|e| ResponseError::io(path, e.error()))?;
    file.sync_all().map_err(|e| ResponseError::io(path, &e))
}

/// The pack: every object of `commits` that what they stand on does not have.
fn pack(repo: &Repo, heads: &[CommitId], commits: &BTreeSet<Oid>, out: &mut impl Write, path: &Path) -> Result<(), ResponseError> {
    let heads = heads.iter().map(oid).collect::<Result<Vec<_>, _>>()?;
    let mut refused = None;
    let mut run = || -> Result<(), git2::Error> {
        let mut walk = repo.git.revwalk()?;
        heads.iter().try_for_each(|head| walk.push(*head))?;
        stands(repo, commits)?.into_iter().try_for_each(|stand| walk.hide(stand))?;
        let mut builder = repo.git.packbuilder()?;
        builder.set_threads(1);
        builder.insert_walk(&mut walk)?;
        builder.foreach(|chunk| {
            refused = out.write_all(chunk).err();
            refused.is_none()
        })
    };
    let packed = run();
    match refused {
        Some(error) => Err(ResponseError::io(path, &error)),
        None => packed.map_err(told("packing the evidence")),
    }
}

/// The commits of the bundle: from the heads down to what each was compared with. A change that lies inside its own base
/// is at least its last commit.
fn own(repo: &Repo, plan: &Plan, heads: &[CommitId]) -> Result<BTreeSet<Oid>, ResponseError> {
    let mut bounds = Vec::new();
    for revision in plan.decision.subjects.iter().map(|subject| &subject.revision) {
        for bound in [&revision.merge_base, &revision.base].into_iter().flatten().filter(|bound| repo.has(bound)) {
            let holds_one = heads.iter().map(|head| repo.contains(bound, head)).collect::<Result<Vec<_>, _>>()?.contains(&true);
            if !holds_one {
                bounds.push(oid(bound)?);
            }
        }
    }
    let mut commits = BTreeSet::new();
    for head in heads {
        commits.extend(of_head(repo, oid(head)?, &bounds).map_err(told("listing the change's commits"))?);
    }
    Ok(commits)
}

fn of_head(repo: &Repo, head: Oid, bounds: &[Oid]) -> Result<Vec<Oid>, git2::Error> {
    let mut walk = repo.git.revwalk()?;
    walk.push(head)?;
    bounds.iter().try_for_each(|bound| walk.hide(*bound))?;
    if bounds.is_empty() {
        for parent in repo.git.find_commit(head)?.parent_ids() {
            walk.hide(parent)?;
        }
    }
    walk.collect()
}

/// Parents of the commits that are not among them: whoever opens the bundle must have them.
fn stands(repo: &Repo, commits: &BTreeSet<Oid>) -> Result<BTreeSet<Oid>, git2::Error> {
    let mut stands = BTreeSet::new();
    for commit in commits {
        stands.extend(repo.git.find_commit(*commit)?.parent_ids().filter(|parent| !commits.contains(parent)));
    }
    Ok(stands)
}

fn header(repo: &Repo, plan: &Plan, heads: &[CommitId], commits: &BTreeSet<Oid>) -> Result<Vec<u8>, ResponseError> {
    let mut header = SIGNATURE.to_vec();
    for stand in stands(repo, commits).map_err(told("listing what the change stands on"))? {
        let subject =
            repo.git.find_commit(stand).map(|commit| String::from_utf8_lossy(commit.message_bytes()).lines().next().map(one_line));
        header.extend(format!("-{stand} {}\n", subject.ok().flatten().unwrap_or_default()).bytes());
    }
    for head in heads {
        header.extend(format!("{head} {}\n", name(plan, head)).bytes());
    }
    header.push(b'\n');
    Ok(header)
}

/// The ref that will hold `head`, else one made from its id.
pub(super) fn name(plan: &Plan, head: &CommitId) -> String {
    let moves = plan.steps.iter().filter_map(|planned| match &planned.step {
        Step::MoveRefs(updates) => Some(updates),
        _ => None,
    });
    let held = moves.flatten().find(|update| update.new.as_ref() == Some(head));
    held.map_or_else(|| format!("refs/lazaret/evidence/{}/{}", plan.case.0, head.short()), |update| update.name.clone())
}
