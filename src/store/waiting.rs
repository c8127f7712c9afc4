//! Decisions made without the network, kept in the ledger until they are sent, given back or dropped. Never whether they still hold.

use super::error::StoreError;
use super::ledger::{Entry, Ledger};
use super::schema::waiting;
use crate::model::ledger::{Record, RecordKind};
use crate::model::response::CaseId;
use crate::model::time::Timestamp;

pub use super::schema::waiting::Held;

/// How a waiting decision ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It held and was sent.
    Sent,
    /// It held no longer and goes back to its person.
    Returned,
    /// Its person took it back.
    Dropped,
}

/// Keeps `held` under `case` until it is settled.
///
/// # Errors
/// When it cannot be written; then nothing waits.
pub fn keep(ledger: &mut Ledger, at: Timestamp, case: &CaseId, held: &Held) -> Result<Record, StoreError> {
    let payload = waiting::write(held).map_err(|why| ledger.damaged(why))?;
    let reason = if held.decision.reason.is_empty() { "no reason given" } else { &held.decision.reason };
    append(ledger, at, (case, held), (RecordKind::Waiting, &format!("waits for the network: {reason}"), &payload))
}

/// What waits, oldest first.
///
/// # Errors
/// When the ledger cannot be read or a payload makes no sense.
pub fn all(ledger: &Ledger) -> Result<Vec<(CaseId, Held)>, StoreError> {
    let ends = [RecordKind::Sent, RecordKind::Returned, RecordKind::Dropped];
    let mut settled = Vec::new();
    for kind in ends {
        settled.extend(ledger.of_kind(kind, None, Timestamp(0))?.into_iter().map(|(record, _)| record.case));
    }
    let mut found = Vec::new();
    for (record, payload) in ledger.of_kind(RecordKind::Waiting, None, Timestamp(0))? {
        if !settled.contains(&record.case) {
            let held = waiting::read(&payload).map_err(|why| ledger.damaged(format!("record {}: {why}", record.seq)))?;
            found.push((record.case, held));
        }
    }
    found.reverse();
    Ok(found)
}

/// Ends the wait of `case`: why, in one sentence.
///
/// # Errors
/// When it cannot be written; then it waits on.
pub fn settle(ledger: &mut Ledger, at: Timestamp, (case, held): (&CaseId, &Held), end: End, says: &str) -> Result<Record, StoreError> {
    let kind = match end {
        End::Sent => RecordKind::Sent,
        End::Returned => RecordKind::Returned,
        End::Dropped => RecordKind::Dropped,
    };
    append(ledger, at, (case, held), (kind, says, "{}"))
}

fn append(
    ledger: &mut Ledger,
    at: Timestamp,
    (case, held): (&CaseId, &Held),
    (kind, says, payload): (RecordKind, &str, &str),
) -> Result<Record, StoreError> {
    let decision = &held.decision;
    let subject = decision.pulls.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let actor = &decision.reviewer.identity;
    ledger.append(&Entry { at, case, kind, verb: decision.verb, actor, subject: &subject, says, payload })
}
