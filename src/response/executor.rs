//! Carries out a plan: intent into the journal, then step by step each done, looked at again and its outcome journalled.
//!
//! A step that fails ends the case unless the plan says that the rest contains by itself. A step whose outcome is not known
//! leaves the case open, so that a later start looks again.

use crate::model::ban::Banned;
use crate::model::cancel::Cancel;
use crate::model::response::{OnFailure, People, Plan, PlannedStep, Receipt, Step, StepOutcome, Strength, Trace};
use crate::response::error::ResponseError;
use crate::response::journal::{Ending, Journal};
use crate::response::receipt::{Course, receipt};
use crate::response::responder::{Done, Materials, Overall, Responder, Turn};
use crate::response::words::{count, few, one_line};

/// Carries out `plan`. A plan without steps does nothing and is not journalled.
///
/// # Errors
/// When the plan refuses, somebody else is at work, the journal cannot be written, or it was interrupted between two steps.
/// A failing step is no error but a [`Strength::Failed`] outcome.
pub fn carry_out(
    plan: &Plan,
    responder: &dyn Responder,
    journal: &mut dyn Journal,
    materials: &Materials,
    cancel: &Cancel,
) -> Result<Receipt, ResponseError> {
    if let Some(refusal) = plan.refusals.first() {
        return Err(ResponseError::Refused(refusal.clone()));
    }
    if let Some(conflict) = plan.conflicts.first() {
        let paths: Vec<_> = conflict.paths.iter().map(|path| one_line(&path.text())).collect();
        return Err(ResponseError::Refused(format!("{} conflicts in {}; nothing was touched", conflict.commit.short(), paths.join(", "))));
    }
    if let Some(word) = plan.unconfirmed().first() {
        return Err(ResponseError::Refused(format!("{} was not typed; the policy asks for the name of each new package", one_line(word))));
    }
    if plan.steps.is_empty() {
        let nothing = Overall { strength: Strength::Advisory, why: String::new() };
        return Ok(receipt(plan, Course { outcomes: Vec::new(), overall: nothing, head: None }, &materials.evidence));
    }
    if cancel.is_cancelled() {
        return Err(ResponseError::Cancelled);
    }
    let _lock = responder.lock()?;
    if journal.case(&plan.case)?.is_some() {
        return Err(ResponseError::Refused(format!("this very decision is in the ledger already, as case {}", plan.case.0)));
    }
    journal.begin(&responder.name(), plan)?;
    finish(plan, responder, journal, materials, (Vec::new(), Ending::Closed))
}

/// Does every step of `plan` that has no outcome yet and ends the case, unless something stays open.
pub(crate) fn finish(
    plan: &Plan,
    responder: &dyn Responder,
    journal: &mut dyn Journal,
    materials: &Materials,
    (mut outcomes, ending): (Vec<StepOutcome>, Ending),
) -> Result<Receipt, ResponseError> {
    let name = responder.name();
    // What is not known is looked at again.
    outcomes.retain(|outcome| outcome.trace != Trace::Open);
    for (index, planned) in plan.steps.iter().enumerate() {
        if outcomes.iter().any(|outcome| outcome.index == index) {
            continue;
        }
        let turn = Turn { plan, index, planned, again: ending == Ending::Resumed };
        let done = if is_over(plan, &outcomes) { skipped(planned) } else { step(&turn, responder, materials)? };
        let outcome = StepOutcome { index, strength: done.strength, says: done.says, trace: done.trace };
        journal.outcome(&name, plan, &outcome)?;
        outcomes.push(outcome);
        if planned.on_failure == OnFailure::Stop && is_open(&outcomes) {
            break;
        }
    }
    outcomes.sort_by_key(|outcome| outcome.index);
    let overall = overall(plan, responder, &outcomes);
    let head = if is_open(&outcomes) { None } else { journal.end(&name, plan, ending, &summary(&overall, ending))? };
    Ok(receipt(plan, Course { outcomes, overall, head }, &materials.evidence))
}

/// Whether a step failed that the others need.
fn is_over(plan: &Plan, outcomes: &[StepOutcome]) -> bool {
    let ends = |index: usize| plan.steps.get(index).is_some_and(|planned| planned.on_failure == OnFailure::Stop);
    // What is open may still turn out done; its own next try decides.
    outcomes.iter().any(|outcome| outcome.strength == Strength::Failed && outcome.trace != Trace::Open && ends(outcome.index))
}

fn is_open(outcomes: &[StepOutcome]) -> bool {
    outcomes.iter().any(|outcome| outcome.trace == Trace::Open)
}

fn overall(plan: &Plan, responder: &dyn Responder, outcomes: &[StepOutcome]) -> Overall {
    let open = outcomes.iter().filter(|outcome| outcome.trace == Trace::Open).count();
    if open == 0 {
        return responder.overall(plan, outcomes);
    }
    let why = format!("what became of {} is not known yet; lazaret looks again at its next start there", count(open, "step"));
    Overall { strength: Strength::Failed, why }
}

fn skipped(planned: &PlannedStep) -> Done {
    failed(format!("not done, since a step before it failed: {}", planned.says))
}

fn failed(says: String) -> Done {
    Done { strength: Strength::Failed, says, trace: Trace::Planned }
}

fn step(turn: &Turn<'_>, responder: &dyn Responder, materials: &Materials) -> Result<Done, ResponseError> {
    let planned = turn.planned;
    if !planned.lacks.is_empty() {
        return Ok(failed(format!("not tried, since the token lacks {}: {}", planned.lacks, planned.says)));
    }
    let done = match &planned.step {
        Step::PreserveEvidence { heads } => responder.preserve(turn.plan, heads, materials),
        Step::Record if matches!(turn.plan.people, People::First(_)) => {
            Ok(Done::new(Strength::Advisory, "recorded; it waits for a second person"))
        }
        Step::Ban(banned) => Ok(Done::new(Strength::Advisory, format!("{} refused from now on, here", listed(banned)))),
        Step::LiftBan { case, banned } => {
            Ok(Done::new(Strength::Enforced, format!("{} of case {} lifted", count(banned.len(), "refusal"), case.0)))
        }
        _ => responder.apply(turn),
    };
    match done {
        Err(error @ ResponseError::Interrupted { .. }) => Err(error),
        Err(ResponseError::Open(says)) => Ok(Done { strength: Strength::Failed, says, trace: Trace::Open }),
        done => Ok(done.unwrap_or_else(|error| failed(error.to_string()))),
    }
}

/// A ban is its own outcome in the ledger: there is no second list that could say otherwise.
fn listed(banned: &[Banned]) -> String {
    few(&banned.iter().map(|one| format!("{} {}", one.kind(), one_line(one.name()))).collect::<Vec<_>>(), 4)
}

fn summary(overall: &Overall, ending: Ending) -> String {
    let how = match ending {
        Ending::Closed => "carried out",
        Ending::Resumed => "cut short, then brought to its end at a later start",
    };
    let why = if overall.why.is_empty() { String::new() } else { format!(": {}", overall.why) };
    format!("{how}: {}{why}", overall.strength.word())
}
