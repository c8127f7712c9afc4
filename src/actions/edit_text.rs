//! Types into the text that has the keyboard. The queue's filter works while it is typed; a remark is kept while it is written.

use crate::actions::{complete, write_remark};
use crate::message::action::Command;
use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::overlay::Overlay;

/// Puts text at the cursor.
pub(crate) fn insert(console: &mut Console, text: &str) -> Vec<Effect> {
    if let Overlay::Write(write) = &mut console.overlay {
        write.area.insert(text);
        return write_remark::keep_on_going(console, text);
    }
    if let Some(field) = console.overlay.field() {
        field.insert(text);
    }
    follow(console)
}

/// Deletes before the cursor.
pub(crate) fn delete(console: &mut Console, command: Command) -> Vec<Effect> {
    if let Overlay::Write(write) = &mut console.overlay {
        match command {
            Command::DeleteWord => write.area.delete_word(),
            Command::ClearText => write.area.clear_line(),
            _ => write.area.backspace(),
        }
    } else if let Some(field) = console.overlay.field() {
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
    if let Overlay::Write(write) = &mut console.overlay {
        match command {
            Command::TextLeft => write.area.left(),
            Command::TextRight => write.area.right(),
            Command::TextUp => write.area.up(),
            Command::TextDown => write.area.down(),
            Command::TextHome => write.area.home(),
            _ => write.area.end(),
        }
    } else if let Some(field) = console.overlay.field() {
        field.step(match command {
            Command::TextLeft => -1,
            Command::TextRight => 1,
            Command::TextHome => isize::MIN,
            _ => isize::MAX,
        });
    }
    complete::offer(console);
    Vec::new()
}

fn follow(console: &mut Console) -> Vec<Effect> {
    if let Overlay::Palette(palette, _) = &mut console.overlay {
        palette.at = 0;
    }
    complete::apply(console);
    complete::offer(console);
    Vec::new()
}
