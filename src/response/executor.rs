//! Carries out a plan: intent into the journal, then step by step each done, looked at again and its outcome journalled.
//!
//! A step that fails ends the case: nothing after it is done, and the receipt says so.

use std::path::PathBuf;

use crate::model::cancel::Cancel;
use crate::model::decision::Verb;
use crate::model::response::{Plan, PlannedStep, Receipt, Step, StepOutcome, Strength};
use crate::response::error::ResponseError;
use crate::response::evidence;
use crate::response::git::GitResponder;
use crate::response::journal::{Ending, Journal};

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
        let paths: Vec<_> = conflict.paths.iter().map(|path| crate::response::words::one_line(&path.text())).collect();
        return Err(ResponseError::Refused(format!("{} conflicts in {}; nothing was touched", conflict.commit.short(), paths.join(", "))));
    }
    if plan.steps.is_empty() {
        return Ok(receipt(plan, Vec::new(), materials, None));
    }
    if cancel.is_cancelled() {
        return Err(ResponseError::Cancelled);
    }
    let _lock = responder.lock()?;
    journal.begin(&responder.name(), plan)?;
    finish(plan, responder, journal, materials, (Vec::new(), Ending::Closed))
}

/// Does every step of `plan` that has no outcome yet and ends the case.
pub(crate) fn finish(
    plan: &Plan,
    responder: &GitResponder,
    journal: &mut dyn Journal,
    materials: &Materials,
    (mut outcomes, ending): (Vec<StepOutcome>, Ending),
) -> Result<Receipt, ResponseError> {
    let name = responder.name();
    for (index, planned) in plan.steps.iter().enumerate() {
        if outcomes.iter().any(|outcome| outcome.index == index) {
            continue;
        }
        let failed = outcomes.iter().any(|outcome| outcome.strength == Strength::Failed);
        let outcome = if failed {
            StepOutcome { index, strength: Strength::Failed, says: format!("not done, since a step before it failed: {}", planned.says) }
        } else {
            step(plan, index, planned, responder, materials)
        };
        journal.outcome(&name, plan, &outcome)?;
        outcomes.push(outcome);
    }
    let says = summary(&outcomes, ending);
    let head = journal.end(&name, plan, ending, &says)?;
    Ok(receipt(plan, outcomes, materials, head))
}

fn step(plan: &Plan, index: usize, planned: &PlannedStep, responder: &GitResponder, materials: &Materials) -> StepOutcome {
    let done = match &planned.step {
        Step::PreserveEvidence { heads } => {
            let kept = evidence::preserve(responder.repo(), plan, heads, &materials.evidence, &materials.reports);
            kept.map(|kept| {
                let says = format!("{} files kept and verified in {}, manifest SHA-256 {}", kept.files, kept.folder.display(), kept.digest);
                (Strength::Enforced, says)
            })
        }
        _ => responder.apply(plan, planned),
    };
    match done {
        Ok((strength, says)) => StepOutcome { index, strength, says },
        Err(error) => StepOutcome { index, strength: Strength::Failed, says: error.to_string() },
    }
}

fn weakest(outcomes: &[StepOutcome]) -> Strength {
    outcomes.iter().map(|outcome| outcome.strength).min().unwrap_or(Strength::Advisory)
}

fn summary(outcomes: &[StepOutcome], ending: Ending) -> String {
    let how = match ending {
        Ending::Closed => "carried out",
        Ending::Resumed => "cut short, then brought to its end at a later start",
    };
    format!("{how}: {}", weakest(outcomes).word())
}

fn receipt(plan: &Plan, outcomes: Vec<StepOutcome>, materials: &Materials, ledger_head: Option<(u64, String)>) -> Receipt {
    let preserved = plan.steps.iter().enumerate().any(|(index, planned)| {
        let kept = outcomes.iter().any(|outcome| outcome.index == index && outcome.strength > Strength::Failed);
        kept && matches!(planned.step, Step::PreserveEvidence { .. })
    });
    Receipt {
        case: plan.case.clone(),
        strength: weakest(&outcomes),
        evidence: preserved.then(|| materials.evidence.join(&plan.case.0).display().to_string()),
        undo: if outcomes.is_empty() { None } else { undo(plan, &outcomes) },
        outcomes,
        ledger_head,
    }
}

/// The command that takes it back, if anything was done.
fn undo(plan: &Plan, outcomes: &[StepOutcome]) -> Option<String> {
    let done = |step: &dyn Fn(&Step) -> Option<String>| {
        plan.steps.iter().enumerate().find_map(|(index, planned)| {
            let done = outcomes.iter().any(|outcome| outcome.index == index && outcome.strength > Strength::Failed);
            if done { step(&planned.step) } else { None }
        })
    };
    match plan.decision.verb {
        Verb::Quarantine => {
            done(&|step| matches!(step, Step::MoveRefs(_) | Step::Deny(_)).then(|| format!("lazaret release {}", plan.case.0)))
        }
        Verb::Release => {
            let names: Vec<_> = plan.decision.pulls.iter().map(|pull| pull.name.as_str()).collect();
            done(&|step| matches!(step, Step::MoveRefs(_)).then(|| format!("lazaret quarantine {}", names.join(" "))))
        }
        Verb::Revert => done(&|step| match step {
            Step::Revert { branch, .. } => Some(format!("git branch -D {}", branch.trim_start_matches("refs/heads/"))),
            _ => None,
        }),
        Verb::Approve => done(&|step| match step {
            Step::Merge { branch, .. } => Some(format!("lazaret revert {}", branch.trim_start_matches("refs/heads/"))),
            _ => None,
        }),
    }
}
