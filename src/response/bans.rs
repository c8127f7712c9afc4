//! What is refused now, as the journal tells it: every ban that was carried out and not lifted since. There is no second list.

use crate::model::ban::{Ban, Banned};
use crate::model::decision::Verb;
use crate::model::forge_step::{Act, Spot, Undone};
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

/// A switch of a forge that a block used and nobody took back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// The forge.
    pub host: String,
    /// Where.
    pub spot: Spot,
    /// What was done.
    pub act: Act,
    /// The step that did it.
    pub undone: Undone,
}

/// The switches that blocks of `banned` used, as `cases` tell. What held for everybody is taken back with the last of its case.
#[must_use]
pub fn used(cases: &[Case], banned: &[Banned]) -> Vec<Used> {
    let back = undone(cases);
    let mut found = Vec::new();
    for case in cases.iter().filter(|case| case.plan.decision.verb == Verb::Block) {
        let stays = standing(cases).iter().any(|ban| ban.case == case.plan.case && !banned.contains(&ban.what));
        let own =
            case.plan.steps.iter().any(|planned| matches!(&planned.step, Step::Ban(own) if own.iter().any(|one| banned.contains(one))));
        for (index, planned) in case.plan.steps.iter().enumerate() {
            let Step::Forge(forge) = &planned.step else { continue };
            let ours = case.outcomes.iter().rfind(|outcome| outcome.index == index).is_some_and(|outcome| outcome.is_ours());
            let meant = match &forge.act {
                Act::AgentAccess { .. } => banned.iter().any(|one| matches!(one, Banned::Agent(agent) if is_copilot(agent))),
                Act::BlockAccount { login, .. } => banned.iter().any(|one| one.name().strip_prefix('@') == Some(login)),
                _ => own && !stays,
            };
            let undone = Undone { case: case.plan.case.clone(), index };
            if ours && meant && !back.contains(&undone) {
                found.push(Used { host: case.repository.clone(), spot: forge.spot.clone(), act: forge.act.clone(), undone });
            }
        }
    }
    found.reverse();
    found
}

/// Every step that another one took back.
pub(crate) fn undone(cases: &[Case]) -> Vec<Undone> {
    let steps = cases.iter().flat_map(carried_out);
    let undoes = steps.filter_map(|(step, _)| match step {
        Step::Forge(forge) => forge.undoes.clone(),
        _ => None,
    });
    undoes.collect()
}

/// Whether it is GitHub's own coding agent, by its id or account. A name that only looks like it is somebody else.
pub(crate) fn is_copilot(agent: &str) -> bool {
    let names = ["copilot", "@copilot", "@copilot-swe-agent", "@copilot-swe-agent[bot]"];
    names.iter().any(|name| agent.eq_ignore_ascii_case(name))
}
