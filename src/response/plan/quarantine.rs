//! Quarantine: evidence first, then the branch moves out of the way, then its commits are denied.

use crate::model::commit_id::CommitId;
use crate::model::response::{Plan, PlannedStep, RefUpdate, Step, Strength};
use crate::response::facts::{Guard, HoldFacts};
use crate::response::words::{count, few, one_line, short};

pub(super) fn plan(plan: &mut Plan, guard: &Guard, hidden: bool, targets: &[HoldFacts]) {
    let mut todo: Vec<&HoldFacts> = Vec::new();
    for facts in targets {
        if let Some(case) = done(facts) {
            plan.warnings.push(format!("{} is already quarantined under case {case}", facts.name));
        } else if !todo.iter().any(|other| other.head == facts.head && other.label == facts.label) {
            refuse(plan, facts);
            todo.push(facts);
        }
    }
    if todo.is_empty() {
        return;
    }
    plan.steps.push(evidence(&todo));
    plan.steps.push(moves(plan, &todo));
    plan.steps.extend(deny(guard, &todo));
    warn(plan, guard, hidden, &todo);
}

/// The case that holds all of it already.
fn done(facts: &HoldFacts) -> Option<&str> {
    facts.held.as_ref().filter(|_| facts.branch.is_none() && facts.denied).map(|case| case.0.as_str())
}

fn refuse(plan: &mut Plan, facts: &HoldFacts) {
    let name = &facts.name;
    let Some(head) = &facts.head else {
        plan.refusals
            .push(format!("{name} has no commits in this repository, so there is nothing to hold; quarantine a branch or a range"));
        return;
    };
    if !facts.known {
        plan.refusals.push(format!("this repository does not have commit {}; fetch it first", head.short()));
    }
    if let Some(branch) = &facts.branch {
        if branch.value != *head {
            let (seen, now) = (head.short(), branch.value.short());
            plan.refusals.push(format!("{name} moved since you looked: you saw {seen}, it is {now} now; look again"));
        }
        if branch.name == facts.base {
            plan.refusals.push(format!("{name} is the branch that changes are merged into; hold the change itself, or revert it"));
        }
        if let Some(folder) = facts.checked_out.first() {
            plan.refusals.push(format!(
                "{name} is checked out in {}, and lazaret never touches a working tree: leave the branch there (git switch --detach keeps the files) and try again",
                one_line(folder)
            ));
        }
    }
}

fn evidence(todo: &[&HoldFacts]) -> PlannedStep {
    let heads: Vec<_> = todo.iter().filter_map(|facts| facts.head.clone()).collect();
    let says = format!("keep {} with history, diff, findings and refs as evidence, and verify the copy", few(&shorts(&heads), 4));
    PlannedStep::new(Step::PreserveEvidence { heads }, says, Strength::Enforced)
}

fn shorts(heads: &[CommitId]) -> Vec<String> {
    heads.iter().map(|id| id.short().to_owned()).collect()
}

fn moves(plan: &Plan, todo: &[&HoldFacts]) -> PlannedStep {
    let mut updates = Vec::new();
    let mut says = Vec::new();
    for facts in todo {
        let Some(head) = &facts.head else { continue };
        let name = format!("refs/quarantine/{}/{}", plan.case.0, facts.label);
        says.push(match &facts.branch {
            Some(branch) => format!("move {} to {name}", short(&branch.name)),
            None => format!("hold {} at {name}", head.short()),
        });
        updates.push(RefUpdate { name, old: None, new: Some(head.clone()) });
        if let Some(branch) = &facts.branch {
            updates.push(RefUpdate { name: branch.name.clone(), old: Some(branch.value.clone()), new: None });
        }
    }
    let elsewhere = todo.iter().any(|facts| !facts.remotes.is_empty() || !facts.merged_into.is_empty());
    let strength = if elsewhere { Strength::Advisory } else { Strength::Enforced };
    PlannedStep::new(Step::MoveRefs(updates), few(&says, 4), strength)
}

fn deny(guard: &Guard, todo: &[&HoldFacts]) -> Option<PlannedStep> {
    let mut entries = Vec::new();
    for entry in todo.iter().flat_map(|facts| &facts.deny) {
        if !entries.contains(entry) {
            entries.push(entry.clone());
        }
    }
    if entries.is_empty() {
        return None;
    }
    let guarded = matches!(guard, Guard::Stands(_)) && todo.iter().all(|facts| facts.guarded);
    let strength = if guarded { Strength::Enforced } else { Strength::Advisory };
    let says = format!("deny {} by commit id and patch-id", count(entries.len(), "change"));
    Some(PlannedStep::new(Step::Deny(entries), says, strength))
}

fn warn(plan: &mut Plan, guard: &Guard, hidden: bool, todo: &[&HoldFacts]) {
    for facts in todo {
        let name = &facts.name;
        if !facts.remotes.is_empty() {
            let remotes: Vec<_> = facts.remotes.iter().map(|name| one_line(name)).collect();
            plan.warnings.push(format!("ADVISORY for {name}: {} still has it; hold it there too", few(&remotes, 3)));
        }
        if matches!(guard, Guard::Stands(_)) && !facts.guarded {
            let base = short(&facts.base);
            plan.warnings
                .push(format!("ADVISORY for {name}: the hook does not guard {base}; add it with: lazaret hook install --protect {base}"));
        }
        if !facts.merged_into.is_empty() {
            let branches: Vec<_> = facts.merged_into.iter().map(|name| short(name)).collect();
            plan.warnings.push(format!("{name} is part of {} already: only a revert removes its effect", few(&branches, 3)));
        }
    }
    match guard {
        Guard::Stands(branches) => {
            let branches: Vec<_> = branches.iter().map(|name| short(name)).collect();
            plan.warnings.push(format!(
                "the hook guards {}; a hook can be passed by whoever may change this repository's configuration",
                few(&branches, 4)
            ));
        }
        Guard::Absent(why) => plan.warnings.push(format!("the deny list is only advice: {why}")),
    }
    plan.warnings.push("an edited copy of a change has another patch-id and is not recognised by the deny list".to_owned());
    if !hidden {
        plan.warnings.push(
            "clones and fetches from here still see held refs; hide them with: git config --add transfer.hideRefs refs/quarantine"
                .to_owned(),
        );
    }
}
