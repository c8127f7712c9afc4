//! Joins the two floors that do not know each other: what `response` journals, `store` keeps.

use crate::model::decision::Verb;
use crate::model::ledger::RecordKind;
use crate::model::response::{CaseId, Plan, StepOutcome};
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::journal::{Case, Ending, Journal};
use crate::store::cases::{self, History};
use crate::store::error::StoreError;
use crate::store::ledger::Ledger;

/// A ledger that decisions are journalled in, with the clock that dates its records.
pub struct LedgerJournal {
    ledger: Ledger,
    clock: fn() -> Timestamp,
}

impl LedgerJournal {
    /// Journals in `ledger`; `clock` says what time it is.
    #[must_use]
    pub fn new(ledger: Ledger, clock: fn() -> Timestamp) -> Self {
        Self { ledger, clock }
    }

    /// The ledger itself, for listing and verifying.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

impl Journal for LedgerJournal {
    fn begin(&mut self, repository: &str, plan: &Plan) -> Result<(), ResponseError> {
        cases::begin(&mut self.ledger, (self.clock)(), repository, plan).map(drop).map_err(|e| told(&e))
    }

    fn outcome(&mut self, repository: &str, plan: &Plan, outcome: &StepOutcome) -> Result<(), ResponseError> {
        cases::outcome(&mut self.ledger, (self.clock)(), repository, plan, outcome).map(drop).map_err(|e| told(&e))
    }

    fn end(&mut self, repository: &str, plan: &Plan, ending: Ending, says: &str) -> Result<Option<(u64, String)>, ResponseError> {
        let kind = match ending {
            Ending::Closed => RecordKind::Closed,
            Ending::Resumed => RecordKind::Resumed,
        };
        let record = cases::end(&mut self.ledger, (self.clock)(), kind, repository, plan, says).map_err(|e| told(&e))?;
        Ok(Some((record.seq, record.hash)))
    }

    fn unfinished(&self) -> Result<Vec<Case>, ResponseError> {
        Ok(cases::unfinished(&self.ledger).map_err(|e| told(&e))?.into_iter().map(case).collect())
    }

    fn case(&self, id: &CaseId) -> Result<Option<Case>, ResponseError> {
        Ok(cases::history(&self.ledger, id).map_err(|e| told(&e))?.map(case))
    }

    fn since(&self, verb: Verb, then: Timestamp) -> Result<Vec<Case>, ResponseError> {
        Ok(cases::since(&self.ledger, verb, then).map_err(|e| told(&e))?.into_iter().map(case).collect())
    }

    fn cases(&self) -> Result<Vec<Case>, ResponseError> {
        Ok(cases::all(&self.ledger).map_err(|e| told(&e))?.into_iter().map(case).collect())
    }
}

/// A case of the ledger as `response` knows it.
#[must_use]
pub fn case(history: History) -> Case {
    Case { repository: history.repository, plan: history.plan, outcomes: history.outcomes, ended: history.ended }
}

fn told(error: &StoreError) -> ResponseError {
    ResponseError::Journal(error.to_string())
}
