//! Who plans a verb and carries out its steps: a plain repository or a forge. Never when, in which order or what is
//! journalled: that is the executor's.

use std::path::PathBuf;

use crate::model::commit_id::CommitId;
use crate::model::person::Proof;
use crate::model::response::{CaseId, Plan, PlannedStep, StepOutcome, Strength, Trace};
use crate::response::error::ResponseError;
use crate::response::journal::Journal;
use crate::response::lock::Lock;
use crate::response::request::Request;

/// What a plan needs besides the place it acts on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Materials {
    /// The folder of all evidence; used by quarantine only.
    pub evidence: PathBuf,
    /// The findings of each pull as bytes (report v1), in the order of the pulls; kept as evidence.
    pub reports: Vec<Vec<u8>>,
}

/// One step that is about to be done.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// The plan it belongs to.
    pub plan: &'a Plan,
    /// Its position.
    pub index: usize,
    /// The step.
    pub planned: &'a PlannedStep,
    /// Whether an earlier try was cut short, so that what is found done may be its work.
    pub again: bool,
}

/// What carrying out a step came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// How strong it turned out, after re-reading.
    pub strength: Strength,
    /// What happened, in one sentence.
    pub says: String,
    /// What it left behind.
    pub trace: Trace,
}

impl Done {
    /// Done as planned.
    #[must_use]
    pub fn new(strength: Strength, says: impl Into<String>) -> Self {
        Self { strength, says: says.into(), trace: Trace::Planned }
    }
}

/// How strong all of it together turned out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overall {
    /// How strong.
    pub strength: Strength,
    /// Why, in one sentence; empty where the weakest step says it all.
    pub why: String,
}

/// A place that verbs act on. Every step can be done again without harm, and looks before it writes.
pub trait Responder {
    /// How journals name the place.
    fn name(&self) -> String;

    /// Takes the place for one verb; other lazarets are told to wait.
    ///
    /// # Errors
    /// When another one has it, or the lock cannot be made.
    fn lock(&self) -> Result<Lock, ResponseError>;

    /// Who decides, as far as that is known while the place cannot be asked.
    fn known(&self) -> Option<Proof> {
        None
    }

    /// What `request` would do to the place as it is now. Writes nothing.
    ///
    /// # Errors
    /// When nobody is named as reviewer, or place or journal cannot be read. Everything that speaks against the request
    /// itself is in the plan.
    fn plan(&self, request: &Request, journal: &dyn Journal) -> Result<Plan, ResponseError>;

    /// Keeps everything about `plan` as evidence; what is there already and verifies is kept as it is.
    ///
    /// # Errors
    /// When it could not all be kept and verified.
    fn preserve(&self, plan: &Plan, heads: &[CommitId], materials: &Materials) -> Result<Done, ResponseError>;

    /// Whether the evidence of `case` is there, whole.
    fn kept(&self, case: &CaseId, materials: &Materials) -> bool;

    /// Carries out one step, or finds it done, and says how strong it is after looking again.
    ///
    /// # Errors
    /// When it was not done. [`ResponseError::Open`] when that is not known; [`ResponseError::Interrupted`] when it was not
    /// tried.
    fn apply(&self, turn: &Turn<'_>) -> Result<Done, ResponseError>;

    /// How strong the whole turned out, by looking at the place again.
    fn overall(&self, plan: &Plan, outcomes: &[StepOutcome]) -> Overall;
}
