//! Decision and facts to plan. Pure: the same facts give the same plan, which is what `--dry-run` prints, the dialog shows
//! and the executor carries out.

mod approve;
pub(crate) mod block;
pub(crate) mod forge;
mod quarantine;
mod release;
mod revert;

use crate::model::decision::{Decision, Verb};
use crate::model::response::Plan;
use crate::response::case::case_id;
use crate::response::facts::Facts;

/// What `decision` would do in a world of these `facts`.
#[must_use]
pub fn plan(decision: Decision, facts: &Facts) -> Plan {
    let case = case_id(&decision);
    let mut plan = Plan::new(case, decision);
    if plan.decision.verb != Verb::Approve && plan.decision.reason.trim().is_empty() {
        plan.refusals.push(format!("a {} needs a reason; give one with --reason", plan.decision.verb.word()));
    }
    match facts {
        Facts::Approve { merge, targets } => approve::plan(&mut plan, *merge, targets),
        Facts::Quarantine { guard, hidden, targets } => quarantine::plan(&mut plan, guard, *hidden, targets),
        Facts::Release { targets } => release::plan(&mut plan, targets),
        Facts::Block { wanted, standing } if plan.decision.verb == Verb::Block => block::block(&mut plan, wanted, standing),
        Facts::Block { wanted, standing } => block::unblock(&mut plan, wanted, standing),
        Facts::Revert(facts) => revert::plan(&mut plan, facts),
    }
    if !plan.refusals.is_empty() {
        plan.steps.clear();
    }
    plan
}
