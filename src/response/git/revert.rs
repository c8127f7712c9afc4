//! What a revert needs to know of a repository, and the chain of commits that takes targets back.
//!
//! The preview runs the same chain with all its objects in memory.

use git2::{MergeOptions, Oid, Repository, Signature};

use crate::model::commit_id::CommitId;
use crate::model::response::{Conflict, RefUpdate, RevertTarget};
use crate::response::error::ResponseError;
use crate::response::facts::{Facts, Landed, Pointer, RevertFacts};
use crate::response::git::approve::conflicting;
use crate::response::git::landed::{self, Line};
use crate::response::git::repo::{Repo, id, oid, told};
use crate::response::git::{dependents, mainline, quarantine, refs};
use crate::response::request::Target;
use crate::response::words::{one_line, short};

/// Files whose effect outlives the commit: locks of package managers and migrations of databases.
const LASTING: [&str; 10] = [
    "Cargo.lock",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "go.sum",
    "poetry.lock",
    "uv.lock",
    "Gemfile.lock",
    "/migrations/",
    "/migrate/",
];

/// What undoing the targets one after the other comes to.
#[derive(Clone, Debug, Default)]
struct Chain {
    tip: Option<Oid>,
    tree: Option<Oid>,
    made: usize,
    gone: Vec<CommitId>,
    conflicts: Vec<Conflict>,
}

/// The world around taking back `targets`, all of which were merged into one base.
pub(crate) fn facts(repo: &Repo, targets: &[Target], who: &Signature<'_>) -> Result<Facts, ResponseError> {
    let mut facts = RevertFacts::default();
    let Some(base) = base(repo, targets, &mut facts)? else { return Ok(Facts::Revert(facts)) };
    let line = Line::of(repo, &base.value)?;
    for target in targets {
        collect(repo, &line, &base, target, &mut facts)?;
    }
    facts.landed.sort_by_key(|landed| line.position(&landed.commit));
    facts.landed.dedup_by(|a, b| a.commit == b.commit);
    let chain = chain(&repo.scratch()?, &previewed(&facts.landed), &base.value, who)?;
    facts.existing = existing(repo, &base.value, &chain)?;
    (facts.gone, facts.conflicts) = (chain.gone, chain.conflicts);
    consequences(repo, &line, &mut facts)?;
    facts.base = Some(base);
    Ok(Facts::Revert(facts))
}

/// The one branch all targets were merged into.
fn base(repo: &Repo, targets: &[Target], facts: &mut RevertFacts) -> Result<Option<Pointer>, ResponseError> {
    let mut names: Vec<&str> = targets.iter().map(|target| target.base.as_str()).filter(|base| !base.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > 1 {
        facts.missing.push(format!("the targets were merged into different branches ({}); revert them branch by branch", names.join(", ")));
    }
    match names.first() {
        Some(name) => quarantine::branch(repo, name),
        None => holder(repo, targets),
    }
}

/// For commits and ranges: the branch others merge into that contains them, else the likeliest one.
fn holder(repo: &Repo, targets: &[Target]) -> Result<Option<Pointer>, ResponseError> {
    let mut likeliest = None;
    for name in mainline::candidates(repo)? {
        let Some(branch) = refs::pointer(repo, &name)? else { continue };
        let heads = targets.iter().filter_map(|target| target.subject.revision.head.as_ref()).filter(|head| repo.has(head));
        let all = heads.map(|head| repo.contains(&branch.value, head)).collect::<Result<Vec<_>, _>>()?;
        if all.iter().all(|held| *held) {
            return Ok(Some(branch));
        }
        likeliest = likeliest.or(Some(branch));
    }
    Ok(likeliest)
}

fn collect(repo: &Repo, line: &Line, base: &Pointer, target: &Target, facts: &mut RevertFacts) -> Result<(), ResponseError> {
    let found = landed::find(repo, line, target)?;
    if found.is_empty() {
        let name = one_line(if target.branch.is_empty() { &target.pull.name } else { &target.branch });
        facts.missing.push(format!("{name} is not part of {}: there is nothing to take back; hold it with quarantine", short(&base.name)));
    }
    facts.landed.extend(found);
    Ok(())
}

fn previewed(landed: &[Landed]) -> Vec<RevertTarget> {
    let target =
        |landed: &Landed| RevertTarget { commit: landed.commit.clone(), mainline: landed.mainline, message: "preview\n".to_owned() };
    landed.iter().map(target).collect()
}

/// Undoes `targets` in order on top of `onto`, writing into whatever object store `git` writes to. Goes on past a target
/// that conflicts, so that all conflicts are named.
fn chain(git: &Repository, targets: &[RevertTarget], onto: &CommitId, who: &Signature<'_>) -> Result<Chain, ResponseError> {
    let start = oid(onto)?;
    let mut chain = Chain { tip: Some(start), ..Chain::default() };
    for target in targets {
        let what = told(&format!("taking back {}", target.commit.short()));
        let commit = oid(&target.commit)?;
        link(git, &mut chain, target, commit, who).map_err(what)?;
    }
    Ok(chain)
}

fn link(git: &Repository, chain: &mut Chain, target: &RevertTarget, commit: Oid, who: &Signature<'_>) -> Result<(), git2::Error> {
    let Some(tip) = chain.tip else { return Ok(()) };
    let (tip, commit) = (git.find_commit(tip)?, git.find_commit(commit)?);
    let mut options = MergeOptions::new();
    options.find_renames(true);
    let mut index = git.revert_commit(&commit, &tip, target.mainline.unwrap_or(0), Some(&options))?;
    if index.has_conflicts() {
        chain.conflicts.push(Conflict { commit: target.commit.clone(), paths: conflicting(&index)? });
        return Ok(());
    }
    let tree = index.write_tree_to(git)?;
    if tree == tip.tree_id() {
        chain.gone.push(target.commit.clone());
        return Ok(());
    }
    let made = git.commit(None, who, who, &target.message, &git.find_tree(tree)?, &[&tip])?;
    (chain.tip, chain.tree, chain.made) = (Some(made), Some(tree), chain.made + 1);
    Ok(())
}

/// A branch of an earlier revert with the same effect on the same tip.
fn existing(repo: &Repo, onto: &CommitId, chain: &Chain) -> Result<Option<String>, ResponseError> {
    let Some(tree) = chain.tree.filter(|_| chain.conflicts.is_empty()) else { return Ok(None) };
    let onto = oid(onto)?;
    for branch in refs::matching(repo, "refs/heads/revert/*")? {
        let tip = repo.commit(&branch.value)?;
        let mut from = tip.id();
        for _ in 0..chain.made {
            from = repo.git.find_commit(from).and_then(|commit| commit.parent_id(0)).unwrap_or(from);
        }
        if tip.tree_id() == tree && from == onto {
            return Ok(Some(branch.name));
        }
    }
    Ok(None)
}

fn consequences(repo: &Repo, line: &Line, facts: &mut RevertFacts) -> Result<(), ResponseError> {
    let reverted: Vec<_> = facts.landed.iter().map(|landed| landed.commit.clone()).collect();
    for commit in &reverted {
        facts.dependents.extend(dependents::of(repo, commit, &line.after(commit), &reverted)?);
        let lasting = |path: &String| LASTING.iter().any(|mark| path.ends_with(mark) || format!("/{path}").contains(mark));
        facts.lasting.extend(dependents::paths(repo, commit)?.into_iter().filter(lasting));
    }
    facts.lasting.sort();
    facts.lasting.dedup();
    Ok(())
}

/// Makes the commits and the new branch. Doing it again makes the same commits.
pub(crate) fn revert(
    repo: &Repo,
    targets: &[RevertTarget],
    onto: &CommitId,
    branch: &str,
    who: &Signature<'_>,
) -> Result<CommitId, ResponseError> {
    let chain = chain(&repo.git, targets, onto, who)?;
    if let Some(conflict) = chain.conflicts.first() {
        return Err(ResponseError::Moved(format!("taking back {} has conflicts; nothing was moved", conflict.commit.short())));
    }
    let tip = id(chain.tip.unwrap_or(oid(onto)?))?;
    if refs::value(repo, branch)?.is_some_and(|now| repo.contains(&now, &tip).unwrap_or(false)) {
        return Ok(tip);
    }
    let update = RefUpdate { name: branch.to_owned(), old: None, new: Some(tip.clone()) };
    refs::transact(repo, &[update], who, "lazaret: revert")?;
    Ok(tip)
}
