//! Takes over the records of the ledger.

use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::model::ledger::{ChainState, Record};
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Panel, Topic};

/// Shows them, if the panel is still open.
pub(crate) fn take(console: &mut Console, answer: Result<(Vec<Record>, ChainState), Trouble>) -> Vec<Effect> {
    let Overlay::Panel(Panel { topic: topic @ Topic::Ledger(_), .. }) = &mut console.overlay else { return Vec::new() };
    match answer {
        Ok(records) => *topic = Topic::Ledger(Some(records)),
        Err(trouble) => {
            console.overlay = Overlay::None;
            console.notices.say(Tone::Failure, trouble);
        }
    }
    Vec::new()
}
