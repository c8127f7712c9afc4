//! What is refused now, as the journal tells it: every ban that was carried out and not lifted since. There is no second list.

use crate::model::ban::Ban;
use crate::model::response::{Step, Strength};
use crate::response::journal::Case;

/// The bans that stand after `cases`, which are in the order they were begun.
#[must_use]
pub fn standing(cases: &[Case]) -> Vec<Ban> {
    let mut bans: Vec<Ban> = Vec::new();
    for case in cases {
        for (step, _) in carried_out(case) {
            match step {
                Step::Ban(banned) => bans.extend(banned.iter().map(|what| Ban {
                    what: what.clone(),
                    case: case.plan.case.clone(),
                    reason: case.plan.decision.reason.clone(),
                })),
                Step::LiftBan { case, banned } => bans.retain(|ban| ban.case != *case || !banned.contains(&ban.what)),
                _ => {}
            }
        }
    }
    bans
}

/// The steps of a case that did not fail, with their positions.
pub(crate) fn carried_out(case: &Case) -> impl Iterator<Item = (&Step, usize)> {
    let held = |index: usize| case.outcomes.iter().rfind(|outcome| outcome.index == index).is_some_and(|o| o.strength > Strength::Failed);
    case.plan.steps.iter().enumerate().filter(move |(index, _)| held(*index)).map(|(index, planned)| (&planned.step, index))
}
