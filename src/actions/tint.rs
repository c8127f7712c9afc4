//! Asks for the look of the lines on screen, then of one screen around it, then of where a jump would lead; takes it over.

use crate::message::effect::Effect;
use crate::message::event::Chunk;
use crate::message::ticket::Kind;
use crate::model::look::Tint;
use crate::state::console::Console;
use crate::state::cursor::Cursor;
use crate::state::rows::{NONE, Owner, Row, Rows};
use crate::state::tints::chunk_of;

/// How far ahead the goal of a jump is looked for, in rows.
const AHEAD: usize = 2_000;

/// Asks for what is not known yet.
pub(crate) fn tint(console: &mut Console) -> Option<Effect> {
    let height = console.panes.diff;
    let session = console.session.as_mut().filter(|_| height > 0)?;
    let wanted = wanted(&session.rows, session.view.diff, height);
    let missing = session.tints.ask(&wanted);
    (!missing.is_empty()).then(|| Effect::Tint(console.pending.ask(Kind::Tint), session.change.clone(), missing))
}

/// The chunks a reader wants, the most urgent first; some more than once.
fn wanted(rows: &Rows, cursor: Cursor, height: usize) -> Vec<Chunk> {
    let mut wanted = chunks(rows, cursor.top, height);
    wanted.extend(chunks(rows, cursor.top + height, height));
    wanted.extend(chunks(rows, cursor.top.saturating_sub(height), height.min(cursor.top)));
    let goals: [fn(Row) -> bool; 3] = [|row| matches!(row, Row::Hunk(_)), |row| row == Row::File, |row| matches!(row, Row::Finding(_))];
    for goal in goals {
        if let Some(distance) = rows.from(cursor.at + 1).take(AHEAD).position(|placed| goal(placed.row)) {
            wanted.extend(chunks(rows, (cursor.at + 1 + distance).saturating_sub(height / 2), height + height / 2));
        }
    }
    wanted
}

/// The chunks of `count` rows from `first` on, in their order.
fn chunks(rows: &Rows, first: usize, count: usize) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    for placed in rows.from(first).take(count) {
        let Owner::File(file) = placed.owner else { continue };
        let lines = match placed.row {
            Row::Line(line) => [line, NONE],
            Row::Pair { old, new } => [old, new],
            _ => continue,
        };
        for chunk in lines.into_iter().filter(|line| *line != NONE).map(|line| chunk_of(file, line)) {
            if chunks.last() != Some(&chunk) {
                chunks.push(chunk);
            }
        }
    }
    chunks
}

/// Takes over how the lines of a chunk look.
pub(crate) fn take(console: &mut Console, chunk: Chunk, lines: Vec<Tint>) -> Vec<Effect> {
    if let Some(session) = &mut console.session {
        session.tints.keep(chunk, lines);
    }
    Vec::new()
}

/// What did not come will not come.
pub(crate) fn settle(console: &mut Console) -> Vec<Effect> {
    if let Some(session) = &mut console.session {
        session.tints.settle();
    }
    Vec::new()
}
