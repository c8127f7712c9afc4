//! Carries out a plan: intent into the journal, then step by step each done, looked at again and its outcome journalled.
//!
//! A step that fails ends the case: nothing after it is done, and the receipt says so.

use std::path::PathBuf;

use crate::model::cancel::Cancel;
use crate::model::commit_id::CommitId;
use crate::model::response::{Plan, PlannedStep, Receipt, Step, StepOutcome, Strength};
use crate::response::error::ResponseError;
use crate::response::evidence;
use crate::response::git::GitResponder;
use crate::response::git::step::Done;
use crate::response::journal::{Ending, Journal};
use crate::response::receipt::{Course, receipt, weakest};
use crate::response::words::one_line;

/// What a plan needs besides the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Materials {
    /// The folder of all evidence; used by quarantine only.
    pub evidence: PathBuf,
    /// The findings of each pull as bytes (report v1), in the order of the pulls; kept as evidence.
    pub reports: Vec<Vec<u8>>,
}

/// Carries out `plan`. A plan without steps does nothing and is not journalled.
///
/// # Errors
/// When the plan refuses, somebody else is at work, or the journal cannot be written. A failing step is no error but a
/// [`Strength::Failed`] outcome.
pub fn carry_out(
    plan: &Plan,
    responder: &GitResponder,
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
    if plan.steps.is_empty() {
        return Ok(receipt(plan, Course::default(), &materials.evidence));
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

/// Does every step of `plan` that has no outcome yet and ends the case.
pub(crate) fn finish(
    plan: &Plan,
    responder: &GitResponder,
    journal: &mut dyn Journal,
    materials: &Materials,
    (outcomes, ending): (Vec<StepOutcome>, Ending),
) -> Result<Receipt, ResponseError> {
    let name = responder.name();
    let mut course = Course { outcomes, ..Course::default() };
    for (index, planned) in plan.steps.iter().enumerate() {
        if course.outcomes.iter().any(|outcome| outcome.index == index) {
            continue;
        }
        let failed = course.outcomes.iter().any(|outcome| outcome.strength == Strength::Failed);
        let done = if failed { skipped(planned) } else { step(plan, planned, responder, materials) };
        let outcome = StepOutcome { index, strength: done.strength, says: done.says };
        journal.outcome(&name, plan, &outcome)?;
        course.outcomes.push(outcome);
        course.merge = course.merge.or(done.merge);
    }
    course.head = journal.end(&name, plan, ending, &summary(&course.outcomes, ending))?;
    Ok(receipt(plan, course, &materials.evidence))
}

fn skipped(planned: &PlannedStep) -> Done {
    failed(format!("not done, since a step before it failed: {}", planned.says))
}

fn failed(says: String) -> Done {
    Done { strength: Strength::Failed, says, merge: None }
}

fn step(plan: &Plan, planned: &PlannedStep, responder: &GitResponder, materials: &Materials) -> Done {
    let done = match &planned.step {
        Step::PreserveEvidence { heads } => preserve(plan, heads, responder, materials),
        _ => responder.apply(plan, planned),
    };
    done.unwrap_or_else(|error| failed(error.to_string()))
}

fn preserve(plan: &Plan, heads: &[CommitId], responder: &GitResponder, materials: &Materials) -> Result<Done, ResponseError> {
    let kept = evidence::preserve(responder.repo(), plan, heads, &materials.evidence, &materials.reports)?;
    let says = format!("{} files kept and verified in {}, manifest SHA-256 {}", kept.files, kept.folder.display(), kept.digest);
    Ok(Done { strength: Strength::Enforced, says, merge: None })
}

fn summary(outcomes: &[StepOutcome], ending: Ending) -> String {
    let how = match ending {
        Ending::Closed => "carried out",
        Ending::Resumed => "cut short, then brought to its end at a later start",
    };
    format!("{how}: {}", weakest(outcomes).word())
}
