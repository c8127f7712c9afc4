//! Decision and facts of a forge to plan. Pure, as on a plain repository.

mod approve;
mod block;
mod hold;
mod release;
mod revert;
mod say;
mod strength;

use crate::model::decision::{Decision, Verb};
use crate::model::forge_step::{Act, ForgeStep, Spot};
use crate::model::response::{OnFailure, Plan, PlannedStep, Step, Strength};
use crate::response::access::Access;
use crate::response::case::case_id;
use crate::response::facts::forge::{ForgeFacts, PullFacts};
use crate::response::words::one_line;

pub(crate) use self::strength::overall;

/// What `decision` would do at a forge with these `facts`.
#[must_use]
pub(crate) fn plan(decision: Decision, facts: &ForgeFacts) -> Plan {
    let mut plan = Plan::new(case_id(&decision), decision);
    let verb = plan.decision.verb;
    if !matches!(verb, Verb::Approve | Verb::Comment) && plan.decision.reason.trim().is_empty() {
        plan.refusals.push(format!("a {} needs a reason; give one with --reason", verb.word()));
    }
    match facts {
        ForgeFacts::Approve { merge, method, pulls } => pulls.iter().for_each(|pull| approve::plan(&mut plan, pull, *merge, *method)),
        ForgeFacts::Say { say, comments, pulls } => say::plan(&mut plan, *say, comments, pulls),
        ForgeFacts::Hold(pulls) => hold::plan(&mut plan, pulls),
        ForgeFacts::Release(holds) => release::plan(&mut plan, holds),
        ForgeFacts::Revert(facts) => revert::plan(&mut plan, facts),
        ForgeFacts::Block { wanted, standing, switches, unserved } => block::plan(&mut plan, wanted, standing, switches, unserved),
    }
    if !plan.refusals.is_empty() {
        plan.steps.clear();
    }
    plan
}

/// A step on `pull`, with the permission it is known to lack.
fn step(pull: &PullFacts, act: Act, says: String, strength: Strength, on_failure: OnFailure) -> PlannedStep {
    at(&pull.spot, &pull.access, act, says, strength, on_failure)
}

fn at(spot: &Spot, access: &Access, act: Act, says: String, strength: Strength, on_failure: OnFailure) -> PlannedStep {
    let lacks = access.lacks(&act);
    let strength = if lacks.is_empty() { strength } else { Strength::Failed };
    let step = Step::Forge(ForgeStep { spot: spot.clone(), act, undoes: None });
    PlannedStep { on_failure, lacks, ..PlannedStep::new(step, says, strength) }
}

/// Why `pull` is not what was decided on, if it is not.
fn moved(pull: &PullFacts) -> Option<String> {
    pull.moved(pull.seen.as_ref(), &pull.seen_base, "since you looked").map(|how| format!("{how}; look again"))
}

/// What a text of ours ends with, so that it is found again and people know where it comes from.
fn signed(plan: &Plan, body: &str) -> String {
    let body = body.trim();
    let gap = if body.is_empty() { "" } else { "\n\n" };
    format!("{body}{gap}lazaret case {}", plan.case.0)
}

/// Files of workflows are written only with a permission of their own. Where the token says that it lacks it, no step from `first`
/// on is tried.
fn workflow(plan: &mut Plan, first: usize, access: &Access, path: &str) {
    let path = one_line(path);
    match access.workflows() {
        Some(true) => {}
        Some(false) => {
            for planned in plan.steps.iter_mut().skip(first).filter(|planned| planned.lacks.is_empty()) {
                planned.lacks = format!("the scope workflow, which changing {path} takes");
                planned.strength = Strength::Failed;
            }
        }
        None => plan.warnings.push(format!(
            "changing {path} takes the permission workflows=write; whether the token has it is not known before it is tried"
        )),
    }
}
