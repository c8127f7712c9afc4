//! Block and unblock at a forge: lazaret's own list, and the forge's own switches where the token may use them.

use crate::model::ban::{Ban, Banned};
use crate::model::decision::Verb;
use crate::model::forge_step::{Act, ForgeStep};
use crate::model::response::{OnFailure, Plan, PlannedStep, Step, Strength};
use crate::response::access::Access;
use crate::response::facts::forge::{Stands, Switch};
use crate::response::plan::block;
use crate::response::plan::forge::at;
use crate::response::words::one_line;

pub(super) fn plan(plan: &mut Plan, wanted: &[Banned], standing: &[Ban], switches: &[Switch], unserved: &[String]) {
    if plan.decision.verb == Verb::Block {
        block::block(plan, wanted, standing);
    } else {
        // A switch may be left of a block whose list entry is gone.
        let listed = |one: &&Banned| switches.is_empty() || standing.iter().any(|ban| ban.what == **one);
        block::unblock(plan, &wanted.iter().filter(listed).cloned().collect::<Vec<_>>(), standing);
    }
    plan.warnings.extend(unserved.iter().cloned());
    for switch in switches {
        let (says, needed) = (says(switch), Access::wanted(&switch.act));
        match &switch.stands {
            Stands::Already => plan.warnings.push(format!("already so: {says}")),
            Stands::Useless(why) => plan.warnings.push(format!("left out: {says}: {}", one_line(why))),
            Stands::Otherwise => plan.steps.push(step(switch, format!("{says} (needs {needed})"))),
            Stands::Unknown(why) => {
                plan.warnings.push(format!("whether it is so already is not known ({says}): {}", one_line(why)));
                plan.steps.push(step(switch, format!("{says} (needs {needed})")));
            }
        }
    }
}

fn step(switch: &Switch, says: String) -> PlannedStep {
    let planned = at(&switch.spot, &switch.access, switch.act.clone(), says, Strength::Enforced, OnFailure::GoOn);
    let step = Step::Forge(ForgeStep { spot: switch.spot.clone(), act: switch.act.clone(), undoes: switch.undoes.clone() });
    PlannedStep { step, ..planned }
}

fn says(switch: &Switch) -> String {
    let repo = one_line(&switch.spot.repo);
    match &switch.act {
        Act::AgentAccess { on, .. } => format!("{} GitHub's own coding agent work in {repo}", if *on { "let" } else { "no longer let" }),
        Act::BlockAccount { org, login, on } => {
            format!("{} the account {} in {}", if *on { "block" } else { "unblock" }, one_line(login), one_line(org))
        }
        Act::PullCap { most: Some(most), .. } => {
            format!("let no account have more than {most} open pulls in {repo}, but for its bypass list")
        }
        Act::PullCap { most: None, .. } => format!("let accounts have as many open pulls as they like in {repo}"),
        Act::Narrow { limit, on: true } => {
            let words = |word: &str| word.replace('_', " ");
            format!("let only {} take part in {repo} for {}", words(limit.circle.word()), words(limit.lasting.word()))
        }
        Act::Narrow { on: false, .. } => format!("let everybody take part in {repo} again"),
        _ => "use a switch of the forge".to_owned(),
    }
}
