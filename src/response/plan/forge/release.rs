//! Release: what the ledger says was done, taken back in reverse, and no more.

use crate::model::ban::Ban;
use crate::model::forge_step::{Act, ForgeStep, Say, Undone};
use crate::model::response::{OnFailure, Plan, PlannedStep, Step, Strength};
use crate::response::access::Access;
use crate::response::facts::forge::{DoneStep, HoldsFacts, PullFacts};
use crate::response::words::{few, one_line};

pub(super) fn plan(plan: &mut Plan, holds: &[HoldsFacts]) {
    for facts in holds {
        let name = one_line(&facts.name);
        match (facts.cases.is_empty(), facts.released) {
            (true, true) => plan.warnings.push(format!("{name} was released already: nothing to do")),
            (true, false) => {
                plan.refusals.push(format!("this ledger knows no hold on {name}; see lazaret ledger list for the cases there are"));
            }
            _ => one(plan, facts),
        }
    }
}

fn one(plan: &mut Plan, facts: &HoldsFacts) {
    for done in facts.done.iter().rev() {
        back(plan, done, facts);
    }
    for ban in &facts.bans {
        plan.steps.push(lift(ban));
    }
    let me = &plan.decision.reviewer.identity;
    if facts.holders.iter().any(|holder| holder == me) {
        plan.warnings.push(format!("you held {} yourself; a release is worth a second pair of eyes", one_line(&facts.name)));
    }
    plan.warnings.push("runs that were cancelled stay cancelled; start them again on the forge if they are wanted".to_owned());
    let cases: Vec<_> = facts.cases.iter().map(|case| case.0.clone()).collect();
    plan.warnings.push(format!("this ends {}", few(&cases, 6)));
}

/// The step that takes `done` back, when there is one.
fn back(plan: &mut Plan, done: &DoneStep, facts: &HoldsFacts) {
    let name = format!("{}#{}", done.spot.repo, done.spot.pull);
    let pull = facts.pulls.iter().find(|pull| pull.spot.repo == done.spot.repo && pull.spot.pull == done.spot.pull);
    let moved = pull.is_some_and(|pull| pull.head() != done.spot.head.as_ref());
    let head = done.spot.head.as_ref().map_or("the held head", |head| head.short());
    let (act, says) = match &done.act {
        Act::Label { name: label, on: true } => {
            (Act::Label { name: label.clone(), on: false }, format!("take the label {label} off {name}"))
        }
        Act::Status { pass: false, .. } => {
            let says = format!("Released, case {}", plan.case.0);
            (Act::Status { pass: true, says }, format!("pass the status of {head}, of no other commit"))
        }
        Act::Review { say: Say::RequestChanges, .. } => {
            let Ok(review) = done.made.parse() else {
                plan.warnings.push(format!("which review requested changes on {name} is not in the ledger; dismiss it there"));
                return;
            };
            let message = format!("Released, lazaret case {}: {}", plan.case.0, one_line(&plan.decision.reason));
            (Act::DismissReview { review, message }, format!("dismiss our review {review} on {name}"))
        }
        Act::Draft { on: true } => (Act::Draft { on: false }, format!("mark {name} as ready for review again")),
        Act::Lock { on: true } => (Act::Lock { on: false }, format!("unlock the conversation of {name}")),
        Act::AutoMerge { .. } | Act::Dequeue if moved => {
            plan.warnings.push(format!("{name} moved since it was held, so nothing is set to merge it again"));
            return;
        }
        Act::AutoMerge { on: false, method } => {
            (Act::AutoMerge { on: true, method: *method }, format!("switch auto-merge of {name} on again, for exactly {head}"))
        }
        Act::Dequeue => (Act::Enqueue, format!("put {name} into the merge queue again, if its head is still {head}")),
        _ => return,
    };
    let access = pull.map(|pull| pull.access.clone()).unwrap_or_default();
    plan.steps.push(undo(done, pull, act, says, &access));
}

fn undo(done: &DoneStep, pull: Option<&PullFacts>, act: Act, says: String, access: &Access) -> PlannedStep {
    let lacks = access.lacks(&act);
    let mut spot = done.spot.clone();
    if let Some(pull) = pull {
        spot.node.clone_from(&pull.spot.node);
    }
    let undoes = Some(Undone { case: done.case.clone(), index: done.index });
    let strength = if lacks.is_empty() { Strength::Enforced } else { Strength::Failed };
    let step = Step::Forge(ForgeStep { spot, act, undoes });
    PlannedStep { on_failure: OnFailure::GoOn, lacks, ..PlannedStep::new(step, says, strength) }
}

fn lift(ban: &Ban) -> PlannedStep {
    let step = Step::LiftBan { case: ban.case.clone(), banned: vec![ban.what.clone()] };
    let says = format!("let {} {} pass again", ban.what.kind(), one_line(ban.what.name()));
    PlannedStep { on_failure: OnFailure::GoOn, ..PlannedStep::new(step, says, Strength::Enforced) }
}
