//! The pointer: a click chooses, a second click opens, the wheel moves what it is over.

use crate::actions::{close, confirm, judge_waiting, move_cursor, open};
use crate::message::effect::Effect;
use crate::model::screen::Spot;
use crate::state::console::Console;
use crate::state::overlay::Overlay;
use crate::state::session::Half;

/// Chooses what was clicked.
pub(crate) fn click(console: &mut Console, spot: Spot) -> Vec<Effect> {
    let panes = console.panes;
    match (spot, &mut console.session) {
        (Spot::Yes, _) => return confirm::yes(console),
        (Spot::No, _) => return close::close(console),
        (Spot::Pull(row), None) if console.sweep.as_ref().is_some_and(|view| view.shown) => {
            if let Some(view) = &mut console.sweep {
                view.cursor.go(row, view.rows.len(), panes.queue);
            }
        }
        (Spot::Pull(row), _) => {
            console.queue.touched = true;
            console.queue.cursor.go(row, console.queue.order.len(), panes.queue);
        }
        (Spot::File(row), Some(session)) => {
            session.half = Half::Files;
            session.view.files.go(row, session.tree.rows.len(), panes.files);
            move_cursor::show_file(session, panes.diff);
        }
        (Spot::Row(row), Some(session)) => {
            session.half = Half::Diff;
            session.view.diff.go(row, session.rows.len(), panes.diff);
        }
        (Spot::Elsewhere, _) if matches!(console.overlay, Overlay::Panel(_)) => return close::close(console),
        _ => {}
    }
    Vec::new()
}

/// Opens what was clicked twice.
pub(crate) fn double_click(console: &mut Console, spot: Spot) -> Vec<Effect> {
    match spot {
        Spot::Pull(_) | Spot::File(_) | Spot::Row(_) => open::open(console),
        _ => Vec::new(),
    }
}

/// Moves the list under the pointer by `by` rows.
pub(crate) fn wheel(console: &mut Console, spot: Spot, by: isize) -> Vec<Effect> {
    let panes = console.panes;
    if let Some(top) = console.overlay.top() {
        *top = top.saturating_add_signed(by);
        return Vec::new();
    }
    match (spot, &mut console.session) {
        (Spot::File(_), Some(session)) => {
            session.half = Half::Files;
            session.view.files.wheel(by, session.tree.rows.len(), panes.files);
            move_cursor::show_file(session, panes.diff);
        }
        (_, Some(session)) => {
            session.half = Half::Diff;
            session.view.diff.wheel(by, session.rows.len(), panes.diff);
        }
        (_, None) => match console.sweep.as_mut().filter(|view| view.shown) {
            Some(view) => view.cursor.wheel(by, view.rows.len(), panes.queue),
            None => {
                console.queue.touched = true;
                console.queue.cursor.wheel(by, console.queue.order.len(), panes.queue);
                return judge_waiting::follow(console);
            }
        },
    }
    Vec::new()
}
