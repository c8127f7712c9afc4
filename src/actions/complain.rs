//! Says that something could not be done. Nothing that was there is lost by it.

use crate::message::effect::Effect;
use crate::message::event::Trouble;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Stage};

/// Says it; a decision on its way ends here.
pub(crate) fn complain(console: &mut Console, trouble: Trouble) -> Vec<Effect> {
    if let Overlay::Confirm(confirm) = &mut console.overlay
        && matches!(confirm.stage, Stage::Planning | Stage::Working(_))
    {
        confirm.stage = Stage::Failed(trouble.clone());
    }
    console.notices.say(Tone::Failure, trouble);
    Vec::new()
}
