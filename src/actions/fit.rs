//! Keeps memory and screen together: layout by width, cursors in view, the file list beside the diff.

use crate::message::effect::Effect;
use crate::model::screen::Panes;
use crate::state::console::Console;
use crate::state::session::Half;

/// Takes over how much the screen has room for.
pub(crate) fn fit(console: &mut Console, panes: Panes) -> Vec<Effect> {
    console.panes = panes;
    if let Some(session) = &mut console.session
        && panes.diff > 0
    {
        let layout = session.view.choice.at(panes.diff_width, console.habits.split_from);
        session.lay_out(layout);
    }
    Vec::new()
}

/// Puts every cursor into its list and on screen.
pub(crate) fn settle(console: &mut Console) {
    let panes = console.panes;
    let len = console.queue.order.len();
    console.queue.cursor.go(console.queue.cursor.at, len, panes.queue);
    if let Some(view) = &mut console.sweep {
        view.cursor.go(view.cursor.at, view.rows.len(), panes.queue);
    }
    if let Some(top) = console.overlay.top() {
        *top = (*top).min(panes.panel_lines.saturating_sub(panes.panel));
    }
    let Some(session) = &mut console.session else { return };
    let rows = session.rows.len();
    session.view.diff.go(session.view.diff.at, rows, panes.diff);
    if session.half == Half::Diff
        && let Some(file) = session.file_here()
    {
        let row = session.tree.row_of(file);
        session.view.files.go(row, session.tree.rows.len(), panes.files);
    }
    session.view.files.go(session.view.files.at, session.tree.rows.len(), panes.files);
}
