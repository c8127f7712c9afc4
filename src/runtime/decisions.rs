//! Where decisions are planned, carried out and recorded. The console reaches `response` and `store` only through this.

use crate::message::effect::Wish;
use crate::model::ban::Ban;
use crate::model::change::Change;
use crate::model::ledger::{ChainState, Record};
use crate::model::report::Report;
use crate::model::response::{CaseId, Plan, Receipt};
use crate::model::review::Review;
use crate::model::waiting::Waiting;

/// Why it could not be done: one sentence with the next step.
pub type Trouble = String;

/// Plans, carries out, records. Calls block; they run off the drawing thread.
pub trait Decisions: Send + Sync {
    /// What `wish` would do to `change` as it is now, judged by `report`.
    ///
    /// # Errors
    /// When it cannot even be planned.
    fn plan(&self, wish: &Wish, change: &Change, report: &Report) -> Result<Plan, Trouble>;

    /// Whether it reads by itself what else was chosen along with the change of `wish`.
    fn reads_others(&self, _wish: &Wish) -> bool {
        false
    }

    /// As [`Self::plan`], with `others` that were chosen along with it, as they are now. Whoever joins several places says so
    /// itself: one that forgot would leave them out.
    ///
    /// # Errors
    /// As [`Self::plan`].
    fn plan_with(&self, wish: &Wish, change: &Change, report: &Report, others: &[(Change, Report)]) -> Result<Plan, Trouble>;

    /// Carries out a plan that was agreed to.
    ///
    /// # Errors
    /// When it could not be begun or journalled; what was done until then is in the ledger.
    fn carry_out(&self, plan: &Plan) -> Result<Receipt, Trouble>;

    /// The records, latest first, and the state of their chain.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    fn records(&self) -> Result<(Vec<Record>, ChainState), Trouble>;

    /// The unsent review of exactly this change, if one was kept.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn draft(&self, change: &Change) -> Result<Option<Review>, Trouble>;

    /// Keeps an unsent review.
    ///
    /// # Errors
    /// When it cannot be written.
    fn keep_draft(&self, change: &Change, review: &Review) -> Result<(), Trouble>;

    /// Decisions that were made without the network and wait to be sent, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    fn waiting(&self) -> Result<Vec<Waiting>, Trouble> {
        Ok(Vec::new())
    }

    /// Whom later changes are refused for.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    fn bans(&self) -> Result<Vec<Ban>, Trouble> {
        Ok(Vec::new())
    }

    /// Looks at a waiting decision again and sends it, if it still holds.
    ///
    /// # Errors
    /// When it does not, or cannot be sent yet.
    fn send(&self, case: &CaseId) -> Result<Receipt, Trouble> {
        Err(format!("no decision {} waits to be sent", case.0))
    }

    /// Takes a waiting decision back.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    fn take_back(&self, case: &CaseId) -> Result<(), Trouble> {
        Err(format!("no decision {} waits to be sent", case.0))
    }
}
