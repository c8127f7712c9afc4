//! At every start: what was cut short is looked at again, step by step, and finished, or undone when nothing was contained
//! yet. Runs of other processes that are still at work are left alone.

use crate::model::response::{Receipt, Step, StepOutcome, Strength, Trace};
use crate::response::error::ResponseError;
use crate::response::executor::finish;
use crate::response::journal::{Case, Ending, Journal};
use crate::response::responder::{Materials, Responder};

/// Brings every unfinished case of this place to its end; one receipt for each, oldest first.
///
/// # Errors
/// When the journal cannot be read or written.
pub fn resume_all(responder: &dyn Responder, journal: &mut dyn Journal, materials: &Materials) -> Result<Vec<Receipt>, ResponseError> {
    if mine(responder, journal)?.is_empty() {
        return Ok(Vec::new());
    }
    let _lock = match responder.lock() {
        Ok(lock) => lock,
        // Whoever holds it is carrying out just those cases.
        Err(ResponseError::Busy(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    // Read again: its owner may have finished a case while the lock was waited for.
    mine(responder, journal)?.iter().map(|case| resume(case, responder, journal, materials)).collect()
}

fn mine(responder: &dyn Responder, journal: &dyn Journal) -> Result<Vec<Case>, ResponseError> {
    let name = responder.name();
    Ok(journal.unfinished()?.into_iter().filter(|case| case.repository == name).collect())
}

fn resume(case: &Case, responder: &dyn Responder, journal: &mut dyn Journal, materials: &Materials) -> Result<Receipt, ResponseError> {
    let plan = &case.plan;
    if case.outcomes.is_empty() && begins_with_evidence(case) && !responder.kept(&plan.case, materials) {
        return undo(case, responder, journal);
    }
    // Findings are in the evidence or lost with the process; the steps after it do not need them.
    finish(plan, responder, journal, materials, (case.outcomes.clone(), Ending::Resumed))
}

fn begins_with_evidence(case: &Case) -> bool {
    case.plan.steps.first().is_some_and(|planned| matches!(planned.step, Step::PreserveEvidence { .. }))
}

/// Evidence comes before containment, so without evidence nothing of the world was changed.
fn undo(case: &Case, responder: &dyn Responder, journal: &mut dyn Journal) -> Result<Receipt, ResponseError> {
    let says = "cut short before anything was contained; nothing of the repository was changed, so run it again";
    let outcome = StepOutcome { index: 0, strength: Strength::Failed, says: says.to_owned(), trace: Trace::Planned };
    let name = responder.name();
    journal.outcome(&name, &case.plan, &outcome)?;
    let ledger_head = journal.end(&name, &case.plan, Ending::Resumed, says)?;
    Ok(Receipt {
        case: case.plan.case.clone(),
        strength: Strength::Failed,
        why: String::new(),
        outcomes: vec![outcome],
        evidence: None,
        undo: None,
        ledger_head,
    })
}
