//! Approve: a statement about exact bytes; with `--merge` a merge commit of exactly those.

use crate::model::response::{Plan, PlannedStep, Step, Strength};
use crate::response::facts::{ApproveFacts, Pointer};
use crate::response::words::{count, findings, one_line, short};

pub(super) fn plan(plan: &mut Plan, merge: bool, targets: &[ApproveFacts]) {
    if merge && targets.len() > 1 {
        plan.refusals
            .push("one merge at a time: each moves the base that the next one was seen on; approve and merge them singly".to_owned());
    }
    for facts in targets {
        judged(plan, facts);
        current(plan, facts);
        if merge {
            self::merge(plan, facts);
        }
    }
    if !merge {
        record(plan);
    }
}

fn judged(plan: &mut Plan, facts: &ApproveFacts) {
    if facts.unjudged.is_empty() {
        return;
    }
    let name = &facts.name;
    plan.refusals.push(format!(
        "{name} has {} that nobody judged: {}; judge each (false positive, accepted risk, fixed) and approve again",
        count(facts.unjudged.len(), "hard finding"),
        findings(&facts.unjudged)
    ));
}

/// The bytes that were looked at are the bytes there are.
fn current(plan: &mut Plan, facts: &ApproveFacts) {
    let name = &facts.name;
    let Some(head) = &facts.head else {
        plan.warnings.push(format!("{name} has no commits: the approval names its diff only"));
        return;
    };
    if let Some(branch) = facts.branch.as_ref().filter(|branch| branch.value != *head) {
        let (seen, now) = (head.short(), branch.value.short());
        plan.refusals.push(format!("{name} moved since you looked: you saw {seen}, it is {now} now; look again"));
    }
    if let Some((commit, case)) = facts.denied.first() {
        let (id, case) = (commit.short(), &case.0);
        plan.refusals.push(format!("{name} contains {id}, which is held under case {case}; release it first: lazaret release {case}"));
    }
    if let (Some(base), Some(target)) = (&facts.base, &facts.target)
        && target.value != *base
    {
        let (branch, seen, now) = (short(&target.name), base.short(), target.value.short());
        plan.warnings
            .push(format!("{branch} moved since you looked: you saw {seen}, it is {now} now; the approval is about the bytes you saw"));
    }
}

fn merge(plan: &mut Plan, facts: &ApproveFacts) {
    let name = &facts.name;
    let (Some(head), Some(target)) = (&facts.head, &facts.target) else {
        plan.refusals
            .push(format!("{name} cannot be merged: it names no commit or no base branch of this repository; approve it without --merge"));
        return;
    };
    let base = short(&target.name);
    if facts.merged {
        plan.warnings.push(format!("{name} is part of {base} already: nothing to merge"));
        record(plan);
        return;
    }
    if facts.base.as_ref() != Some(&target.value) {
        plan.refusals.push(format!("{base} is not where it was when you looked: review {name} again before it is merged"));
    }
    if let Some(folder) = facts.checked_out.first() {
        plan.refusals.push(format!(
            "{base} is checked out in {}, and lazaret never touches a working tree: merge there with git merge --no-ff {}, or leave the branch there (git switch --detach) and approve again",
            one_line(folder),
            head.short()
        ));
    }
    plan.conflicts.extend(facts.conflicts.iter().cloned());
    plan.steps.push(step(plan, facts, target));
}

fn record(plan: &mut Plan) {
    let says = "record the approval of exactly these bytes in the ledger".to_owned();
    plan.steps.push(PlannedStep::new(Step::Record, says, Strength::Advisory));
}

fn step(plan: &Plan, facts: &ApproveFacts, target: &Pointer) -> PlannedStep {
    let theirs = facts.head.clone().unwrap_or_else(|| target.value.clone());
    let (name, base) = (one_line(&facts.name), short(&target.name));
    let mut message = format!("Merge {name} into {base}\n\n");
    if !plan.decision.reason.trim().is_empty() {
        message.push_str(&format!("Reason: {}\n", one_line(&plan.decision.reason)));
    }
    message.push_str(&format!("Case: {}\nReviewed-by: {}\n", plan.case.0, one_line(&plan.decision.reviewer.identity)));
    let says = format!("merge {} into {base} with a merge commit, if both are still what you saw", theirs.short());
    let step = Step::Merge { ours: target.value.clone(), theirs, message, branch: target.name.clone() };
    PlannedStep::new(step, says, Strength::Enforced)
}
