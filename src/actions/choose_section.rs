//! Chooses which section of the queue is shown.

use crate::message::action::Command;
use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::notice::Tone;

/// To the next section or the one before, round the ends; all pulls are one of them.
pub(crate) fn choose(console: &mut Console, command: Command) -> Vec<Effect> {
    let queue = &mut console.queue;
    let count = queue.sections.len();
    if count == 0 {
        console.notices.say(Tone::Note, "the settings name no sections");
        return Vec::new();
    }
    let forward = command == Command::NextSection;
    queue.section = match queue.section {
        None if forward => Some(0),
        None => Some(count - 1),
        Some(at) if forward => Some(at + 1).filter(|next| *next < count),
        Some(at) => at.checked_sub(1),
    };
    (queue.cursor.at, queue.touched) = (0, false);
    queue.arrange(console.now, console.panes.queue);
    Vec::new()
}
