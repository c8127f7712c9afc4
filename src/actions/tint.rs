//! Asks for the look of the lines on screen and one screen around it, and takes it over.

use std::collections::BTreeSet;

use crate::message::effect::Effect;
use crate::message::event::Chunk;
use crate::message::ticket::Kind;
use crate::model::look::Tint;
use crate::state::console::Console;
use crate::state::rows::{NONE, Owner, Row};
use crate::state::tints::chunk_of;

/// Asks for what is not known yet.
pub(crate) fn tint(console: &mut Console) -> Option<Effect> {
    let height = console.panes.diff;
    let session = console.session.as_mut().filter(|_| height > 0)?;
    let first = session.view.diff.top.saturating_sub(height);
    let mut wanted = BTreeSet::new();
    for placed in session.rows.from(first).take(3 * height) {
        let Owner::File(file) = placed.owner else { continue };
        let lines = match placed.row {
            Row::Line(line) => [line, NONE],
            Row::Pair { old, new } => [old, new],
            _ => continue,
        };
        wanted.extend(lines.into_iter().filter(|line| *line != NONE).map(|line| chunk_of(file, line)));
    }
    let missing = session.tints.ask(&wanted);
    (!missing.is_empty()).then(|| Effect::Tint(console.pending.ask(Kind::Tint), session.change.clone(), missing))
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
