//! Takes over a plan to be answered, and the receipt of one that was carried out.

use crate::actions::refresh;
use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::model::response::{Plan, Receipt, Strength};
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Panel, Stage, Topic};

/// Shows the plan; the answer stands on No.
pub(crate) fn planned(console: &mut Console, answer: Result<Plan, Trouble>) -> Vec<Effect> {
    if let Overlay::Confirm(confirm) = &mut console.overlay {
        confirm.yes = false;
        confirm.top = 0;
        confirm.stage = answer.map_or_else(Stage::Failed, Stage::Ready);
    }
    Vec::new()
}

/// Shows the receipt; the queue is read again, for the world has changed.
pub(crate) fn carried_out(console: &mut Console, answer: Result<Receipt, Trouble>) -> Vec<Effect> {
    match answer {
        Ok(receipt) => {
            let tone = match receipt.strength {
                Strength::Enforced => Tone::Note,
                Strength::Advisory => Tone::Warning,
                Strength::Failed => Tone::Failure,
            };
            console.notices.say(tone, format!("{}: {}", receipt.case.0, receipt.strength.word()));
            console.overlay = Overlay::Panel(Panel { topic: Topic::Receipt(receipt), top: 0 });
        }
        Err(trouble) => {
            console.notices.say(Tone::Failure, trouble.clone());
            if let Overlay::Confirm(confirm) = &mut console.overlay {
                confirm.stage = Stage::Failed(trouble);
            }
        }
    }
    refresh::refresh(console)
}
