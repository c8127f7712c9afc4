//! What reverting merged pulls and direct commits would take back, in which order, and whether it fits on the base as it is now. Reads only.

use crate::model::commit_id::CommitId;
use crate::model::forge::ForgeError;
use crate::model::forge_step::TakeBack;
use crate::model::path::RepoPath;
use crate::model::response::Conflict;
use crate::response::facts::forge::{MergedPull, Phase, PullFacts, RevertPulls};
use crate::response::github::ask::{Ask, encoded};
use crate::response::github::look::{self, id};
use crate::response::github::revert::direct;
use crate::response::github::revert::folders::Folders;
use crate::response::github::revert::tree::{back, content};
use crate::response::github::shapes::{GitCommit, Listed, PullCommit, Ref, Sha};
use crate::response::words::{count, one_line};

/// Paths whose later commits are looked for; more are only counted.
const FOLLOWED: usize = 10;

/// What is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A merged pull.
    Pull(u64),
    /// A commit that no pull brought, and the branch it stands on when that was named.
    Commit(CommitId, String),
}

/// The world around taking all `wanted` of one repository back.
pub(crate) fn facts(ask: &Ask<'_>, repo: &str, wanted: &[Wanted]) -> Result<RevertPulls, ForgeError> {
    let mut found = RevertPulls::default();
    let mut merged = Vec::new();
    for one in wanted {
        let read = match one {
            Wanted::Pull(number) => pull(ask, repo, *number)?,
            Wanted::Commit(id, branch) => direct::read(ask, repo, (id, branch), &mut found.notes)?,
        };
        match read {
            Ok(one) => merged.push(one),
            Err(why) => found.missing.push(why),
        }
    }
    merged.sort_by(|one, other| other.merged.cmp(&one.merged));
    let Some(base) = merged.first().map(|merged| merged.pull.base.0.clone()) else { return Ok(found) };
    if let Some(stray) = merged.iter().find(|merged| merged.pull.base.0 != base) {
        let (name, other) = (&stray.pull.name, one_line(&stray.pull.base.0));
        found.missing.push(format!("{name} was merged into {other}, not into {}; revert each base by itself", one_line(&base)));
        return Ok(found);
    }
    let tip: Ref = ask.read(&format!("/repos/{repo}/git/ref/heads/{}", path(&base)))?;
    let onto = id(&tip.object.sha)?;
    if merged.iter().any(|merged| merged.pull.is_bare_commit()) {
        direct::order(ask, (repo, &base, &onto), &mut merged, &mut found.missing)?;
    }
    preview(ask, repo, &onto, merged, &mut found)?;
    found.existing = existing(ask, repo, &found.targets)?;
    found.dependents = dependents(ask, repo, &base, &found.targets)?;
    found.onto = Some(onto);
    // Not every answer tells them, so they are taken after the last one.
    found.targets.iter_mut().for_each(|merged| merged.pull.access.scopes = ask.forge.scopes());
    Ok(found)
}

/// A merged pull, or why it cannot be taken back.
fn pull(ask: &Ask<'_>, repo: &str, number: u64) -> Result<Result<MergedPull, String>, ForgeError> {
    let (pull, here) = look::pull(ask, repo, number)?;
    let read = target(ask, repo, &pull)?;
    Ok(read.map(|(target, how)| MergedPull { pull, target, how, merged: here.merged_at, behind: 0, paths: Vec::new() }))
}

/// A branch as a part of a route that keeps its slashes.
fn path(branch: &str) -> String {
    branch.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// What merged `pull`, and how; or why it cannot be taken back.
fn target(ask: &Ask<'_>, repo: &str, pull: &PullFacts) -> Result<Result<(TakeBack, String), String>, ForgeError> {
    let name = &pull.name;
    let after = match &pull.phase {
        Phase::Merged(Some(commit)) => commit.clone(),
        Phase::Merged(None) => return Ok(Err(format!("the forge does not say which commit merged {name}; revert it on a clone"))),
        _ => return Ok(Err(format!("{name} is not merged, so there is nothing to take back; `lazaret quarantine {name}` holds it"))),
    };
    let commit: GitCommit = ask.read(&format!("/repos/{repo}/git/commits/{after}"))?;
    let (before, how) = match commit.parents.as_slice() {
        [] => return Ok(Err(format!("{name} was merged by the first commit of all, which cannot be taken back"))),
        [parent] => single(ask, repo, pull, &commit, parent)?,
        [mainline, ..] => (id(&mainline.sha)?, "merge commit".to_owned()),
    };
    Ok(Ok((TakeBack { before, after, message: String::new() }, how)))
}

/// A squash is one commit; a rebase is as many as the pull has, with the same messages.
fn single(ask: &Ask<'_>, repo: &str, pull: &PullFacts, last: &GitCommit, parent: &Sha) -> Result<(CommitId, String), ForgeError> {
    let squash = Ok((id(&parent.sha)?, "squash".to_owned()));
    let commits: Vec<PullCommit> = ask.read_all(&format!("/repos/{repo}/pulls/{}/commits?per_page=100", pull.spot.pull))?;
    let subject = |message: &str| message.trim().to_owned();
    if commits.len() < 2 || commits.last().is_none_or(|commit| subject(&commit.commit.message) != subject(&last.message)) {
        return squash;
    }
    let mut before = parent.sha.clone();
    for known in commits.iter().rev().skip(1) {
        let commit: GitCommit = ask.read(&format!("/repos/{repo}/git/commits/{before}"))?;
        let [next] = commit.parents.as_slice() else { return squash };
        if subject(&commit.message) != subject(&known.commit.message) {
            return squash;
        }
        before = next.sha.clone();
    }
    Ok((id(&before)?, format!("rebase of {}", count(commits.len(), "commit"))))
}

/// Takes all of them back on `onto`, in memory.
fn preview(ask: &Ask<'_>, repo: &str, onto: &CommitId, merged: Vec<MergedPull>, found: &mut RevertPulls) -> Result<(), ForgeError> {
    let folders = Folders::of(*ask, repo);
    let mut tip = folders.tip(onto)?;
    for mut one in merged {
        let changes = folders.changed(&one.target.before, &one.target.after)?;
        one.paths = changes.iter().map(|changed| changed.path.clone()).collect();
        let done = back(&changes, &|path| tip.at(path), &|entry| content(ask, repo, entry))?;
        if !done.conflicts.is_empty() {
            let paths = done.conflicts.iter().map(|path| RepoPath::from(path.as_str())).collect();
            found.conflicts.push(Conflict { commit: one.target.after.clone(), paths });
        } else if done.changes.is_empty() {
            found.gone.push(one.pull.name.clone());
            continue;
        }
        tip.take(done);
        found.targets.push(one);
    }
    Ok(())
}

/// An open pull whose trailers name just these.
fn existing(ask: &Ask<'_>, repo: &str, targets: &[MergedPull]) -> Result<Option<String>, ForgeError> {
    if targets.is_empty() {
        return Ok(None);
    }
    let open: Vec<Listed> = ask.read(&format!("/repos/{repo}/pulls?state=open&sort=created&direction=desc&per_page=100"))?;
    let names_all = |body: &str| {
        let named = body.lines().filter(|line| line.starts_with("Reverts: ")).count();
        named == targets.len() && targets.iter().all(|target| body.contains(&format!("Reverts: {}", target.target.after)))
    };
    let ours = open.into_iter().find(|pull| pull.state == "open" && pull.body.as_deref().is_some_and(names_all));
    Ok(ours.map(|pull| format!("{repo}#{}", pull.number)))
}

/// Later commits of the same paths, in sentences.
fn dependents(ask: &Ask<'_>, repo: &str, base: &str, targets: &[MergedPull]) -> Result<Vec<String>, ForgeError> {
    let mut says = Vec::new();
    let own: Vec<String> = targets.iter().map(|target| target.target.after.to_string()).collect();
    for target in targets {
        let name = &target.pull.name;
        if target.paths.len() > FOLLOWED {
            says.push(format!("{name} changed {} paths; later commits of the first {FOLLOWED} were looked for", target.paths.len()));
        }
        let mut seen: Vec<String> = Vec::new();
        for changed in target.paths.iter().take(FOLLOWED) {
            // A commit's own date is a claim, a merge's is the forge's.
            let since = if target.pull.is_bare_commit() { String::new() } else { format!("&since={}", encoded(&target.merged)) };
            let route = format!("/repos/{repo}/commits?sha={}&path={}{since}&per_page=20", encoded(base), encoded(changed));
            let later: Vec<PullCommit> = ask.read(&route)?;
            for commit in later.into_iter().take_while(|commit| commit.sha != target.target.after.as_str()) {
                if own.contains(&commit.sha) || seen.contains(&commit.sha) {
                    continue;
                }
                let subject = one_line(commit.commit.message.lines().next().unwrap_or_default());
                let short = commit.sha.get(..10).unwrap_or(&commit.sha).to_owned();
                says.push(format!("{short} ({subject}) changed {} after {name}: see whether it builds on it", one_line(changed)));
                seen.push(commit.sha);
            }
        }
    }
    Ok(says)
}
