//! Reads conversations: walks from one to the next, opens one whole, leaves all of them out of the diff.

use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Panel, Topic};
use crate::state::said::Said;

/// Shows what was said in the row under the cursor, whole.
pub(crate) fn open(console: &mut Console, said: Said) -> Vec<Effect> {
    let topic = match said.thread() {
        Some(thread) => Topic::Thread(thread),
        None => Topic::Around,
    };
    console.overlay = Overlay::Panel(Panel { topic, top: 0 });
    Vec::new()
}

/// An open conversation turns to the one the cursor went to.
pub(crate) fn follow(console: &mut Console) {
    let here = console.session.as_ref().and_then(|session| session.said_here()).and_then(Said::thread);
    if let (Overlay::Panel(panel), Some(thread)) = (&mut console.overlay, here)
        && matches!(panel.topic, Topic::Thread(_))
    {
        *panel = Panel { topic: Topic::Thread(thread), top: 0 };
    }
}

/// Leaves what others said out of the diff, or shows it again.
pub(crate) fn hush(console: &mut Console) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    let quiet = !session.around.quiet;
    session.hush(quiet);
    let says = if quiet { "conversations and annotations are left out of the diff" } else { "conversations and annotations are shown" };
    console.notices.say(Tone::Note, says);
    Vec::new()
}
