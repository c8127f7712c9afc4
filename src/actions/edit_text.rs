//! Types into the text that has the keyboard. The queue's filter works while it is typed.

use crate::message::action::Command;
use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::overlay::{Asks, Overlay};

/// Puts text at the cursor.
pub(crate) fn insert(console: &mut Console, text: &str) -> Vec<Effect> {
    if let Some(field) = console.overlay.field() {
        field.insert(text);
    }
    follow(console)
}

/// Deletes before the cursor.
pub(crate) fn delete(console: &mut Console, command: Command) -> Vec<Effect> {
    if let Some(field) = console.overlay.field() {
        match command {
            Command::DeleteWord => field.delete_word(),
            Command::ClearText => field.clear(),
            _ => field.backspace(),
        }
    }
    follow(console)
}

/// Moves the cursor.
pub(crate) fn step(console: &mut Console, command: Command) -> Vec<Effect> {
    if let Some(field) = console.overlay.field() {
        field.step(match command {
            Command::TextLeft => -1,
            Command::TextRight => 1,
            Command::TextHome => isize::MIN,
            _ => isize::MAX,
        });
    }
    Vec::new()
}

fn follow(console: &mut Console) -> Vec<Effect> {
    if let Overlay::Prompt(prompt) = &console.overlay
        && prompt.asks == Asks::Filter
    {
        console.queue.filter.clone_from(&prompt.field.text);
        console.queue.arrange(console.now, console.panes.queue);
    }
    Vec::new()
}
