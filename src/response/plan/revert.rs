//! Revert: new commits on a new branch that take back the effect of what was merged. History is never rewritten.

use crate::model::response::{Plan, PlannedStep, RevertTarget, Step, Strength};
use crate::response::facts::{Landed, RevertFacts};
use crate::response::words::{count, few, one_line, short};

pub(super) fn plan(plan: &mut Plan, facts: &RevertFacts) {
    for missing in &facts.missing {
        plan.refusals.push(missing.clone());
    }
    let Some(base) = &facts.base else {
        plan.refusals.push("the base branch of this change is not in this repository; name one that is".to_owned());
        return;
    };
    if let Some(branch) = &facts.existing {
        plan.warnings.push(format!("this revert is prepared already on branch {}", short(branch)));
        return;
    }
    let targets: Vec<_> = facts.landed.iter().filter(|landed| !facts.gone.contains(&landed.commit)).collect();
    for commit in &facts.gone {
        plan.warnings.push(format!("nothing of {} is left to take back", commit.short()));
    }
    if targets.is_empty() {
        return;
    }
    plan.conflicts.extend(facts.conflicts.iter().cloned());
    let branch = format!("refs/heads/revert/{}", plan.case.0);
    let says = format!(
        "take back {} ({}) on the new branch {}, on top of {} at {}",
        count(targets.len(), "commit"),
        few(&targets.iter().map(|landed| format!("{} {}", landed.how, landed.commit.short())).collect::<Vec<_>>(), 4),
        short(&branch),
        short(&base.name),
        base.value.short()
    );
    let targets = targets.into_iter().map(|landed| target(plan, landed)).collect();
    let step = Step::Revert { targets, onto: base.value.clone(), branch };
    plan.steps.push(PlannedStep::new(step, says, Strength::Advisory));
    warn(plan, facts);
}

fn target(plan: &Plan, landed: &Landed) -> RevertTarget {
    let message = format!(
        "Revert \"{}\"\n\nThis takes back {} {}.\n\nReverts: {}\nCase: {}\nReason: {}\n",
        one_line(&landed.subject),
        landed.how,
        landed.commit,
        landed.commit,
        plan.case.0,
        one_line(&plan.decision.reason)
    );
    RevertTarget { commit: landed.commit.clone(), mainline: landed.mainline, message }
}

fn warn(plan: &mut Plan, facts: &RevertFacts) {
    plan.warnings.extend(facts.dependents.iter().cloned());
    if facts.landed.iter().any(|landed| landed.mainline.is_some()) {
        plan.warnings.push("merging the same branch again later changes nothing until this revert is itself reverted".to_owned());
    }
    if !facts.lasting.is_empty() {
        let paths: Vec<_> = facts.lasting.iter().map(|path| one_line(path)).collect();
        plan.warnings.push(format!("a revert does not undo what was already applied or installed from {}", few(&paths, 5)));
    }
    plan.warnings.push(
        "published packages, run migrations, filled caches and leaked secrets are not taken back by a revert; rotate what leaked"
            .to_owned(),
    );
    plan.warnings.push("the revert takes effect when its branch is reviewed and merged".to_owned());
}
