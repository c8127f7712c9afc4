//! In the sweep: shows and hides it, chooses changes and campaigns, opens one, begins to hold or take back what was chosen.

use crate::actions::{begin_sweep, decide, leave, open_pull};
use crate::message::action::Command;
use crate::message::effect::Effect;
use crate::model::decision::Verb;
use crate::state::console::Console;
use crate::state::notice::Tone;
use crate::state::sweep::Row;

/// From the queue to the sweep, or back.
pub(crate) fn toggle(console: &mut Console) -> Vec<Effect> {
    match &mut console.sweep {
        Some(view) => {
            view.shown = !view.shown;
            leave::leave(console)
        }
        None => begin_sweep::offer(console, 0),
    }
}

/// Chooses what is under the cursor, or lets go of it, and goes on.
pub(crate) fn choose(console: &mut Console) -> Vec<Effect> {
    let height = console.panes.queue;
    if let Some(view) = &mut console.sweep
        && let Some(row) = view.here()
    {
        view.choose(row);
        let len = view.rows.len();
        view.cursor.step(1, len, height);
    }
    Vec::new()
}

/// Opens the change under the cursor; a campaign is chosen as a whole.
pub(crate) fn open(console: &mut Console) -> Vec<Effect> {
    let Some(view) = &console.sweep else { return Vec::new() };
    match view.here() {
        Some(Row::Member(place)) => match view.member(place).map(|member| member.pull().at.clone()) {
            Some(at) => open_pull::open(console, at),
            None => Vec::new(),
        },
        Some(Row::Campaign(_)) => choose(console),
        Some(Row::Alone) | None => Vec::new(),
    }
}

/// Begins one plan over everything chosen, or over what is under the cursor.
pub(crate) fn decide(console: &mut Console, command: Command) -> Vec<Effect> {
    let verb = if command == Command::Revert { Verb::Revert } else { Verb::Quarantine };
    let pulls = console.sweep.as_ref().map(|view| view.to_contain()).unwrap_or_default();
    if pulls.is_empty() {
        console.notices.say(Tone::Warning, "nothing is chosen: go to a change or a campaign, or choose several");
        return Vec::new();
    }
    decide::begin_all(console, verb, pulls)
}
