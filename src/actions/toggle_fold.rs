//! Folds and unfolds files.

use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::fold::{self, Fold};
use crate::state::rows::Owner;

/// Folds or unfolds the file the cursor is in.
pub(crate) fn toggle(console: &mut Console) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    let Some(file) = session.file_here() else { return Vec::new() };
    let folded = session.folds.get(file).copied().flatten();
    session.fold(file, if folded.is_some() { None } else { Some(Fold::ByHand) });
    if folded.is_none() {
        session.view.diff.at = session.rows.start(Owner::File(file));
    }
    Vec::new()
}

/// Folds all files, or when all are folded, unfolds what is not folded by its nature.
pub(crate) fn toggle_all(console: &mut Console) -> Vec<Effect> {
    let Some(session) = &mut console.session else { return Vec::new() };
    let all_folded = session.folds.iter().all(Option::is_some);
    for (slot, file) in session.folds.iter_mut().zip(&session.change.patch.files) {
        *slot = if all_folded { fold::at_first(file) } else { Some(slot.unwrap_or(Fold::ByHand)) };
    }
    session.remake();
    Vec::new()
}
