//! Block and unblock at a forge: lazaret's own list, and the forge's own switches where the token may use them.

use crate::model::ban::{Ban, Banned};
use crate::model::decision::Verb;
use crate::model::forge_step::Act;
use crate::model::response::{OnFailure, Plan, Strength};
use crate::response::access::Access;
use crate::response::facts::forge::Switch;
use crate::response::plan::block;
use crate::response::plan::forge::at;
use crate::response::words::one_line;

pub(super) fn plan(plan: &mut Plan, wanted: &[Banned], standing: &[Ban], switches: &[Switch]) {
    if plan.decision.verb == Verb::Block {
        block::block(plan, wanted, standing);
    } else {
        block::unblock(plan, wanted, standing);
    }
    for switch in switches {
        let (says, needed) = (says(&switch.act), Access::wanted(&switch.act));
        if let Some(why) = &switch.unread {
            plan.warnings.push(format!("whether it is so already is not known ({says}): {}", one_line(why)));
        }
        match switch.so {
            Some(true) => plan.warnings.push(format!("already so: {says}")),
            _ => plan.steps.push(at(
                &switch.spot,
                &switch.access,
                switch.act.clone(),
                format!("{says} (needs {needed})"),
                Strength::Enforced,
                OnFailure::GoOn,
            )),
        }
    }
}

fn says(act: &Act) -> String {
    match act {
        Act::AgentAccess { org, on, repository } => {
            format!(
                "{} the forge's own coding agent work in repository {repository} of {}",
                if *on { "let" } else { "no longer let" },
                one_line(org)
            )
        }
        Act::BlockAccount { org, login, on } => {
            format!("{} the account {} in {}", if *on { "block" } else { "unblock" }, one_line(login), one_line(org))
        }
        _ => "use a switch of the forge".to_owned(),
    }
}
