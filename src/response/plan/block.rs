//! Block and unblock: what later changes are refused for. The ledger is the list.

use crate::model::ban::{Ban, Banned};
use crate::model::decision::Verb;
use crate::model::response::{OnFailure, Plan, PlannedStep, Step, Strength};
use crate::response::words::{few, one_line};

/// Refuses `wanted` from now on, except what is refused already.
pub(crate) fn block(plan: &mut Plan, wanted: &[Banned], standing: &[Ban]) {
    let (old, new): (Vec<_>, Vec<_>) = wanted.iter().cloned().partition(|banned| standing.iter().any(|ban| ban.what == *banned));
    plan.warnings.extend(old.iter().map(|banned| format!("{} is blocked already", named(banned))));
    if new.is_empty() {
        return;
    }
    let says = format!("refuse {} from now on: marked in every queue, approval refused, quarantine proposed", names(&new));
    let mut step = PlannedStep::new(Step::Ban(new), says, Strength::Advisory);
    step.on_failure = OnFailure::GoOn;
    plan.steps.push(step);
    plan.warnings.push("this list binds whoever decides with lazaret and this ledger; others can still merge".to_owned());
}

/// Refuses `wanted` no more.
pub(crate) fn unblock(plan: &mut Plan, wanted: &[Banned], standing: &[Ban]) {
    for banned in wanted {
        let bans: Vec<_> = standing.iter().filter(|ban| ban.what == *banned).collect();
        if bans.is_empty() {
            plan.refusals.push(format!("{} is not blocked; `lazaret ledger list` shows what is", named(banned)));
        }
        for ban in bans {
            let says = format!("let {} pass again (case {} refused it)", named(banned), ban.case.0);
            let step = Step::LiftBan { case: ban.case.clone(), banned: vec![banned.clone()] };
            plan.steps.push(PlannedStep::new(step, says, Strength::Enforced));
        }
    }
}

/// Refuses an approval of what is refused by lazaret's own list.
pub(crate) fn refuse(plan: &mut Plan, bans: &[Ban]) {
    if plan.decision.verb == Verb::Approve && !bans.is_empty() {
        plan.refusals.extend(bans.iter().map(|ban| format!("{}: {}", one_line(&ban.says()), one_line(&ban.reason))));
        plan.steps.clear();
    }
}

fn names(banned: &[Banned]) -> String {
    few(&banned.iter().map(named).collect::<Vec<_>>(), 4)
}

pub(crate) fn named(banned: &Banned) -> String {
    format!("{} {}", banned.kind(), one_line(banned.name()))
}
