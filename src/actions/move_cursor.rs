//! Moves in whatever list has the keyboard.

use crate::actions::judge_finding::ANSWERS;
use crate::actions::{judge_waiting, lists};
use crate::message::action::Command;
use crate::message::effect::Effect;
use crate::message::pane::Pane;
use crate::state::console::Console;
use crate::state::cursor::Cursor;
use crate::state::overlay::Overlay;
use crate::state::rows::Owner;
use crate::state::session::Session;

/// Columns one step to the side shows.
const ACROSS: usize = 8;

/// Up or down.
pub(crate) fn down(console: &mut Console, command: Command) -> Vec<Effect> {
    let panes = console.panes;
    match console.pane() {
        Pane::Queue => {
            console.queue.touched = true;
            step(&mut console.queue.cursor, command, console.queue.order.len(), panes.queue);
            return judge_waiting::follow(console);
        }
        Pane::Sweep => {
            if let Some(view) = &mut console.sweep {
                step(&mut view.cursor, command, view.rows.len(), panes.queue);
            }
        }
        Pane::Files => in_files(console, command),
        Pane::Diff => {
            if let Some(session) = &mut console.session {
                step(&mut session.view.diff, command, session.rows.len(), panes.diff);
            }
        }
        Pane::Card if matches!(command, Command::Down | Command::Up) => {
            if let Overlay::Card(card) = &mut console.overlay {
                card.answer = if command == Command::Down { (card.answer + 1) % ANSWERS } else { (card.answer + ANSWERS - 1) % ANSWERS };
            }
        }
        Pane::Panel | Pane::Card | Pane::Confirm => {
            if let Some(top) = console.overlay.top() {
                *top = top.saturating_add_signed(distance(command, panes.panel));
            }
        }
        Pane::List => {
            let len = lists::len(console);
            if let Overlay::List(list) = &mut console.overlay {
                list.at = list.at.saturating_add_signed(distance(command, panes.panel)).min(len.saturating_sub(1));
            }
        }
        Pane::Palette => {
            if let Overlay::Palette(palette, _) = &mut console.overlay {
                let last = palette.found().len().saturating_sub(1);
                palette.at = palette.at.saturating_add_signed(distance(command, panes.panel)).min(last);
            }
        }
        Pane::Text | Pane::Write => {}
    }
    Vec::new()
}

/// To the side.
pub(crate) fn across(console: &mut Console, command: Command) -> Vec<Effect> {
    if let Some(session) = &mut console.session {
        let across = &mut session.view.across;
        *across = if command == Command::Left { across.saturating_sub(ACROSS) } else { across.saturating_add(ACROSS) };
    }
    Vec::new()
}

fn in_files(console: &mut Console, command: Command) {
    let panes = console.panes;
    let Some(session) = &mut console.session else { return };
    let rows = session.tree.rows.len();
    step(&mut session.view.files, command, rows, panes.files);
    show_file(session, panes.diff);
}

/// Shows the file that the cursor of the file list is on.
pub(crate) fn show_file(session: &mut Session, height: usize) {
    if let Some(file) = session.tree.file_at(session.view.files.at) {
        let to = session.rows.start(Owner::File(file));
        let len = session.rows.len();
        session.view.diff = Cursor { at: to, top: to.min(len.saturating_sub(height)) };
    }
}

fn step(cursor: &mut Cursor, command: Command, len: usize, height: usize) {
    cursor.step(distance(command, height), len, height);
}

fn distance(command: Command, height: usize) -> isize {
    let height = isize::try_from(height).unwrap_or(isize::MAX);
    match command {
        Command::Down => 1,
        Command::Up => -1,
        Command::HalfDown => (height / 2).max(1),
        Command::HalfUp => -(height / 2).max(1),
        Command::PageDown => (height - 2).max(1),
        Command::PageUp => -(height - 2).max(1),
        Command::Top => isize::MIN,
        _ => isize::MAX,
    }
}
