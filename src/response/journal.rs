//! Where decisions are written before and while they are carried out. Never how: the ledger is another floor's.

use crate::model::decision::Verb;
use crate::model::response::{CaseId, Plan, StepOutcome};
use crate::model::time::Timestamp;

use super::error::ResponseError;

/// How a case came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// In the run that began it.
    Closed,
    /// At a later start, after it was cut short.
    Resumed,
}

/// What a journal knows of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The repository it acts on: what its responder calls it.
    pub repository: String,
    /// The plan as it was begun.
    pub plan: Plan,
    /// Outcomes so far.
    pub outcomes: Vec<StepOutcome>,
    /// Whether it came to an end.
    pub ended: bool,
}

/// The memory of what was intended and done. A call that returned is on the disk.
pub trait Journal {
    /// `plan` is about to be carried out on `repository`.
    ///
    /// # Errors
    /// When it could not be written; then nothing may be done.
    fn begin(&mut self, repository: &str, plan: &Plan) -> Result<(), ResponseError>;

    /// One step of `plan` came out like this.
    ///
    /// # Errors
    /// When it could not be written; then the next step may not be done.
    fn outcome(&mut self, repository: &str, plan: &Plan, outcome: &StepOutcome) -> Result<(), ResponseError>;

    /// `plan` came to its end; returns the journal's head (sequence number and hash), if it has one.
    ///
    /// # Errors
    /// When it could not be written; a later start will end it.
    fn end(&mut self, repository: &str, plan: &Plan, ending: Ending, says: &str) -> Result<Option<(u64, String)>, ResponseError>;

    /// Cases that were begun and have no end, oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    fn unfinished(&self) -> Result<Vec<Case>, ResponseError>;

    /// The case called `id`, if it is known here.
    ///
    /// # Errors
    /// When the journal cannot be read.
    fn case(&self, id: &CaseId) -> Result<Option<Case>, ResponseError>;

    /// Cases of `verb` that were begun since then, latest first; without their outcomes.
    ///
    /// # Errors
    /// When the journal cannot be read.
    fn since(&self, verb: Verb, then: Timestamp) -> Result<Vec<Case>, ResponseError>;

    /// Every case, in the order they were begun.
    ///
    /// # Errors
    /// When the journal cannot be read.
    fn cases(&self) -> Result<Vec<Case>, ResponseError>;
}
