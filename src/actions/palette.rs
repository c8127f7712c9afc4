//! Lists every command, and says which one was chosen. Running it is the door's.

use crate::message::action::Command;
use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::list::{List, Listed};
use crate::state::notice::Tone;
use crate::state::overlay::{Overlay, Panel, Topic};
use crate::state::palette::Palette;

/// Lists them over what is on screen. What is still being read is not kept under it: its answer would find nobody.
pub(crate) fn show(console: &mut Console) -> Vec<Effect> {
    let under = match std::mem::take(&mut console.overlay) {
        Overlay::Panel(Panel { topic: Topic::Ledger(None), .. })
        | Overlay::List(List { of: Listed::Waiting(None) | Listed::Blocked(_, None), .. }) => Overlay::None,
        under => under,
    };
    console.overlay = under;
    let palette = Palette::over(console.pane());
    console.overlay = Overlay::Palette(palette, Box::new(std::mem::take(&mut console.overlay)));
    Vec::new()
}

/// Puts back what was under the list, and says which command was chosen, if it means something there.
pub(crate) fn choose(console: &mut Console) -> Option<Command> {
    let Overlay::Palette(palette, under) = std::mem::take(&mut console.overlay) else { return None };
    console.overlay = *under;
    let Some(command) = palette.chosen() else {
        console.notices.say(Tone::Note, "no command fits what was typed");
        return None;
    };
    if palette.pane.takes(command) {
        return Some(command);
    }
    let places: Vec<&str> = command.panes().iter().map(|pane| pane.word()).collect();
    console.notices.say(Tone::Note, format!("{} means nothing here; it works in: {}", command.name(), places.join(", ")));
    None
}
