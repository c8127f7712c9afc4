//! Opens what the cursor is on: a pull, a file, a finding's card, a fold; answers a card or a plan.

use crate::actions::{close, confirm, judge_finding, lists, open_pull, read_thread, sweep, toggle_fold, write_remark};
use crate::message::effect::Effect;
use crate::message::pane::Pane;
use crate::state::console::Console;
use crate::state::overlay::{Card, Overlay};
use crate::state::rows::Row;
use crate::state::said::Said;
use crate::state::session::Half;

/// Opens what the cursor is on.
pub(crate) fn open(console: &mut Console) -> Vec<Effect> {
    match console.pane() {
        Pane::Queue => match console.queue.chosen().map(|entry| entry.pull.at.clone()) {
            Some(at) => open_pull::open(console, at),
            None => Vec::new(),
        },
        Pane::Sweep => sweep::open(console),
        Pane::Files => {
            if let Some(session) = &mut console.session {
                session.half = Half::Diff;
            }
            Vec::new()
        }
        Pane::Diff => open_row(console),
        Pane::Card => judge_finding::judge(console),
        Pane::Confirm => confirm::answer(console),
        Pane::Panel => close::close(console),
        Pane::List => lists::open(console),
        Pane::Text | Pane::Write | Pane::Palette => Vec::new(),
    }
}

fn open_row(console: &mut Console) -> Vec<Effect> {
    let Some(session) = &console.session else { return Vec::new() };
    match session.rows.get(session.view.diff.at).map(|placed| placed.row) {
        Some(Row::Finding(number)) => {
            console.overlay = Overlay::Card(Card { finding: number as usize, answer: 0, reason: None, top: 0 });
            Vec::new()
        }
        Some(Row::Said(Said::Own(at))) => write_remark::again(console, at as usize),
        Some(Row::Said(said)) => read_thread::open(console, said),
        Some(Row::File | Row::Folded(_) | Row::Note) => toggle_fold::toggle(console),
        _ => Vec::new(),
    }
}
