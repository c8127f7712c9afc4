//! Decisions as the console asks for them: wishes become requests, errors become sentences.

use crate::message::effect::Wish;
use crate::model::ban::Ban;
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::ledger::{ChainState, Record};
use crate::model::report::Report;
use crate::model::response::{CaseId, Plan, Receipt};
use crate::model::review::Review;
use crate::model::waiting::Waiting;
use crate::response::journal::Case;
use crate::response::request::{Request, Target};
use crate::runtime::case_decisions::{CaseDecisions, DecisionError};
use crate::runtime::decisions::{Decisions, Trouble};
use crate::runtime::seen::{kept_report, readable, refused, target};
use crate::runtime::waiting::{self, Sending};

/// Records a console shows.
const LATEST: usize = 1_000;

impl Decisions for CaseDecisions {
    fn plan(&self, wish: &Wish, change: &Change, report: &Report) -> Result<Plan, Trouble> {
        self.plan_with(wish, change, report, &[])
    }

    fn plan_with(&self, wish: &Wish, change: &Change, report: &Report, others: &[(Change, Report)]) -> Result<Plan, Trouble> {
        readable(wish.verb, change).map_err(|error| error.to_string())?;
        let dispositions: Vec<_> = wish.dispositions.iter().map(|(id, judged)| (id.clone(), judged.clone())).collect();
        let mut target = target(change, report, &dispositions);
        let bans = self.bans().map_err(|error| error.to_string())?;
        target.refused = refused(change, &bans);
        let mut targets = vec![target];
        let mut reports = vec![kept_report(change, report, &self.engine())];
        for (change, report) in others {
            let other = crate::runtime::seen::target(change, report, &[]);
            targets.push(Target { refused: refused(change, &bans), ..other });
            reports.push(kept_report(change, report, &self.engine()));
        }
        let mut request = Request::new(wish.verb, targets, wish.reason.clone(), self.now());
        request.confirmed.clone_from(&wish.confirmed);
        request.comments.clone_from(&wish.remarks);
        request.banned.clone_from(&wish.banned);
        self.plan_request(&request, reports).map_err(|error| error.to_string())
    }

    fn carry_out(&self, plan: &Plan) -> Result<Receipt, Trouble> {
        let mut receipt = self.carry_out_plan(plan, &Cancel::default()).map_err(|error| error.to_string())?;
        tell_first(&mut receipt, self.first_of(plan).map_err(|error| error.to_string())?.as_ref());
        Ok(receipt)
    }

    fn records(&self) -> Result<(Vec<Record>, ChainState), Trouble> {
        let read = || -> Result<(Vec<Record>, ChainState), DecisionError> {
            let Some(ledger) = self.ledger_if_any()? else {
                return Ok((Vec::new(), ChainState::Whole { records: 0, head: String::new() }));
            };
            let mut records = ledger.list(LATEST)?;
            records.reverse();
            Ok((records, ledger.verify()?))
        };
        read().map_err(|error| error.to_string())
    }

    fn draft(&self, change: &Change) -> Result<Option<Review>, Trouble> {
        self.drafts().load(&change.pull.at, &change.digest).map_err(|error| error.to_string())
    }

    fn keep_draft(&self, change: &Change, review: &Review) -> Result<(), Trouble> {
        self.drafts().save(&change.pull.at, &change.digest, review).map_err(|error| error.to_string())
    }

    fn waiting(&self) -> Result<Vec<Waiting>, Trouble> {
        waiting::list(self).map_err(|error| error.to_string())
    }

    fn bans(&self) -> Result<Vec<Ban>, Trouble> {
        Self::bans(self).map_err(|error| error.to_string())
    }

    fn send(&self, case: &CaseId) -> Result<Receipt, Trouble> {
        match waiting::send(self, case, &Cancel::default()) {
            Ok(Sending::Sent(receipt)) => Ok(*receipt),
            Ok(Sending::Returned(why)) => Err(format!("it was not sent, and is given back to you: {why}")),
            Ok(Sending::Waits(why)) => Err(format!("it waits on: {why}")),
            Err(error) => Err(error.to_string()),
        }
    }

    fn take_back(&self, case: &CaseId) -> Result<(), Trouble> {
        waiting::drop(self, case, "").map_err(|error| error.to_string())
    }
}

/// Puts what the first of two people had decided into the second's receipt, now that both have.
pub(super) fn tell_first(receipt: &mut Receipt, first: Option<&Case>) {
    let Some(decision) = first.map(|first| &first.plan.decision) else { return };
    let reason = if decision.reason.is_empty() { "no reason given" } else { &decision.reason };
    let says = format!("the first of two was {}: {reason}", decision.reviewer.identity);
    receipt.why = if receipt.why.is_empty() { says } else { format!("{}; {says}", receipt.why) };
}
