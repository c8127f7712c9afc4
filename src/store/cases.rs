//! Cases in the ledger: an intent with its plan, the outcomes of its steps, its end. Never what a step does.

use super::error::StoreError;
use super::ledger::{Entry, Ledger};
use super::schema::case;
use crate::model::decision::Verb;
use crate::model::ledger::{Record, RecordKind};
use crate::model::pull::{Origin, PullRef};
use crate::model::response::{CaseId, People, Plan, StepOutcome};
use crate::model::time::Timestamp;

/// Everything the ledger knows of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The repository it acts on, as its responder names it.
    pub repository: String,
    /// The plan, as it was when it was begun.
    pub plan: Plan,
    /// What became of its steps so far.
    pub outcomes: Vec<StepOutcome>,
    /// Whether it came to an end.
    pub ended: bool,
}

/// Writes that `plan` is about to be carried out on `repository`.
///
/// # Errors
/// When it cannot be written.
pub fn begin(ledger: &mut Ledger, at: Timestamp, repository: &str, plan: &Plan) -> Result<Record, StoreError> {
    let payload = case::write_intent(repository, plan).map_err(|why| ledger.damaged(why))?;
    let reason = if plan.decision.reason.is_empty() { "no reason given" } else { &plan.decision.reason };
    let says = match &plan.people {
        People::One => reason.to_owned(),
        People::First(_) => format!("first of two: {reason}"),
        People::Second(after) => format!("second of two, after {}: {reason}", after.0),
    };
    append(ledger, at, (RecordKind::Intent, &says, &payload), repository, plan)
}

/// Writes what became of one step.
///
/// # Errors
/// When it cannot be written.
pub fn outcome(ledger: &mut Ledger, at: Timestamp, repository: &str, plan: &Plan, outcome: &StepOutcome) -> Result<Record, StoreError> {
    let payload = case::write_outcome(outcome).map_err(|why| ledger.damaged(why))?;
    let says = format!("{}: {}", outcome.strength.word(), outcome.says);
    append(ledger, at, (RecordKind::Outcome, &says, &payload), repository, plan)
}

/// Writes the end of a case: `kind` is `Closed`, or `Resumed` when a later start brought it to its end.
///
/// # Errors
/// When it cannot be written.
pub fn end(ledger: &mut Ledger, at: Timestamp, kind: RecordKind, repository: &str, plan: &Plan, says: &str) -> Result<Record, StoreError> {
    append(ledger, at, (kind, says, "{}"), repository, plan)
}

/// What the ledger knows of `id`; `None` when it has no such case.
///
/// # Errors
/// When the ledger cannot be read or a payload makes no sense.
pub fn history(ledger: &Ledger, id: &CaseId) -> Result<Option<History>, StoreError> {
    let mut history: Option<History> = None;
    for (record, payload) in ledger.of_case(id)? {
        let odd = |why: String| ledger.damaged(format!("record {}: {why}", record.seq));
        match (record.kind, &mut history) {
            (RecordKind::Intent, _) => {
                let (repository, plan) = case::read_intent(&payload).map_err(odd)?;
                history = Some(History { repository, plan, outcomes: Vec::new(), ended: false });
            }
            (RecordKind::Outcome, Some(history)) => {
                // A step whose outcome was not known gets another one at a later start.
                let outcome = case::read_outcome(&payload).map_err(odd)?;
                history.outcomes.retain(|known| known.index != outcome.index);
                history.outcomes.push(outcome);
            }
            (RecordKind::Closed | RecordKind::Resumed, Some(history)) => history.ended = true,
            // What waits to be sent is no case yet.
            (RecordKind::Waiting | RecordKind::Sent | RecordKind::Returned | RecordKind::Dropped, _) => {}
            (_, None) => return Err(odd(format!("case {} has no intent before it", id.0))),
        }
    }
    Ok(history)
}

/// The cases that were begun and never came to an end, oldest first.
///
/// # Errors
/// When the ledger cannot be read or a payload makes no sense.
pub fn unfinished(ledger: &Ledger) -> Result<Vec<History>, StoreError> {
    let ids = ledger.unfinished()?;
    ids.iter().filter_map(|id| history(ledger, id).transpose()).collect()
}

/// Every case, in the order they were begun.
///
/// # Errors
/// When the ledger cannot be read or a payload makes no sense.
pub fn all(ledger: &Ledger) -> Result<Vec<History>, StoreError> {
    let ids = ledger.begun()?;
    ids.iter().filter_map(|id| history(ledger, id).transpose()).collect()
}

/// The cases of `verb` that were begun since `then`, latest first, as their intents say; without what became of them.
///
/// # Errors
/// When the ledger cannot be read or a payload makes no sense.
pub fn since(ledger: &Ledger, verb: Verb, then: Timestamp) -> Result<Vec<History>, StoreError> {
    let intent = |(record, payload): (Record, String)| {
        let (repository, plan) = case::read_intent(&payload).map_err(|why| ledger.damaged(format!("record {}: {why}", record.seq)))?;
        Ok(History { repository, plan, outcomes: Vec::new(), ended: false })
    };
    ledger.of_kind(RecordKind::Intent, Some(verb), then)?.into_iter().map(intent).collect()
}

fn append(
    ledger: &mut Ledger,
    at: Timestamp,
    (kind, says, payload): (RecordKind, &str, &str),
    repository: &str,
    plan: &Plan,
) -> Result<Record, StoreError> {
    let subject = format!("{repository}: {}", pulls(plan));
    let actor = &plan.decision.reviewer.identity;
    ledger.append(&Entry { at, case: &plan.case, kind, verb: plan.decision.verb, actor, subject: &subject, says, payload })
}

/// The pulls of a plan; on a forge each with its repository, since one case may be about several.
fn pulls(plan: &Plan) -> String {
    let name = |pull: &PullRef| if pull.origin == Origin::Github { pull.to_string() } else { pull.name.clone() };
    plan.decision.pulls.iter().map(name).collect::<Vec<_>>().join(", ")
}
