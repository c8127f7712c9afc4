//! Tells the analysis which file the reader is at, so that what they look at is judged first.

use crate::message::effect::Effect;
use crate::state::console::Console;

/// Tells it where that changed and findings are still to come.
pub(crate) fn focus(console: &mut Console) -> Option<Effect> {
    let analysing = console.pending.is_analysing();
    let session = console.session.as_mut().filter(|_| analysing)?;
    let file = session.file_here()?;
    let moved = std::mem::replace(&mut session.known.focus, file) != file;
    moved.then_some(Effect::Focus(file))
}
