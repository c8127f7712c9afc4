//! One step of a plan: done if it is not done yet, then looked at again. The only caller of the writing functions.

use crate::model::decision::Verb;
use crate::model::response::{CaseId, DenyEntry, Plan, PlannedStep, RefUpdate, Step, Strength, Trace};
use crate::response::error::ResponseError;
use crate::response::facts::Guard;
use crate::response::git::repo::Repo;
use crate::response::git::{approve, deny, hook, identity, refs, revert, worktrees};
use crate::response::responder::Done;
use crate::response::words::{count, one_line, short};

/// Carries out `planned`; its strength is at most the planned one.
pub(crate) fn apply(repo: &Repo, plan: &Plan, planned: &PlannedStep) -> Result<Done, ResponseError> {
    let mut trace = Trace::Planned;
    let (strength, says) = match &planned.step {
        Step::MoveRefs(updates) => move_refs(repo, plan, updates)?,
        Step::Deny(entries) => add(repo, &plan.case, entries)?,
        Step::LiftDeny { case, entries } => lift(repo, case, entries)?,
        Step::Merge { ours, theirs, message, branch } => {
            let merge = approve::merge(repo, (ours, theirs), branch, message, &identity::signature(&plan.decision)?)?;
            let says = format!("{} is at the merge commit {merge}", short(branch));
            trace = Trace::Made(merge.to_string());
            (Strength::Enforced, says)
        }
        Step::Revert { targets, onto, branch } => {
            let tip = revert::revert(repo, targets, onto, branch, &identity::signature(&plan.decision)?)?;
            (Strength::Advisory, format!("{} is at {}; review and merge it to make it count", short(branch), tip.as_str()))
        }
        Step::Record => (Strength::Advisory, "recorded; nothing on a plain repository keeps others from merging without it".to_owned()),
        Step::Forge(_) => return Err(ResponseError::Usage("a plain repository has no pulls; this step belongs to a forge".to_owned())),
        Step::Ban(_) | Step::LiftBan { .. } => return Err(ResponseError::Usage("bans are journalled by the executor".to_owned())),
        Step::PreserveEvidence { .. } => return Err(ResponseError::Usage("evidence is kept by the executor".to_owned())),
    };
    Ok(Done { strength: strength.min(planned.strength), says, trace })
}

fn move_refs(repo: &Repo, plan: &Plan, updates: &[RefUpdate]) -> Result<(Strength, String), ResponseError> {
    if !refs::settled(repo, updates)? {
        for update in updates.iter().filter(|update| update.old.is_some() && update.new != update.old) {
            if let Some(folder) = worktrees::holders(repo, &update.name, true)?.first() {
                let (name, folder) = (short(&update.name), one_line(folder));
                return Err(ResponseError::Moved(format!("{name} was checked out in {folder} meanwhile; nothing was moved")));
            }
        }
        let log = format!("lazaret: {} {}", plan.decision.verb.word(), plan.case.0);
        refs::transact(repo, updates, &identity::signature(&plan.decision)?, &log)?;
    }
    let names: Vec<_> = updates.iter().filter(|update| update.new.is_some()).map(|update| short(&update.name)).collect();
    let verb = if plan.decision.verb == Verb::Release { "is back" } else { "is held" };
    Ok((Strength::Enforced, format!("{verb}: {}", names.join(", "))))
}

fn add(repo: &Repo, case: &CaseId, entries: &[DenyEntry]) -> Result<(Strength, String), ResponseError> {
    let stands = |lines: &[deny::Line]| {
        entries.iter().all(|entry| lines.iter().any(|line| !line.lifted && line.case == *case && line.entry == *entry))
    };
    if !stands(&deny::read(repo)?) {
        deny::add(repo, case, entries)?;
    }
    if !stands(&deny::read(repo)?) {
        return Err(ResponseError::Moved("the deny list does not hold what was written to it; look at the file and try again".to_owned()));
    }
    let said = format!("{} denied", count(entries.len(), "change"));
    Ok(match hook::guard(repo)? {
        Guard::Stands(_) => (Strength::Enforced, format!("{said}; the hook refuses them on protected branches")),
        Guard::Absent(why) => (Strength::Advisory, format!("{said}, but {why}")),
    })
}

fn lift(repo: &Repo, case: &CaseId, entries: &[DenyEntry]) -> Result<(Strength, String), ResponseError> {
    let standing = |lines: &[deny::Line]| lines.iter().any(|line| !line.lifted && line.case == *case && entries.contains(&line.entry));
    if standing(&deny::read(repo)?) {
        deny::lift(repo, case, entries)?;
    }
    let lines = deny::read(repo)?;
    if standing(&lines) {
        return Err(ResponseError::Moved("the deny list still denies what was lifted; look at the file and try again".to_owned()));
    }
    let others: Vec<_> =
        lines.iter().filter(|line| !line.lifted && entries.contains(&line.entry)).map(|line| line.case.0.as_str()).collect();
    let said = format!("{} lifted", count(entries.len(), "denied change"));
    Ok(match others.first() {
        None => (Strength::Enforced, said),
        Some(other) => (Strength::Advisory, format!("{said}, but case {other} still denies the same")),
    })
}
