//! Between the halves of the review screen.

use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::session::Half;

/// To the other half.
pub(crate) fn switch(console: &mut Console) -> Vec<Effect> {
    if let Some(session) = &mut console.session {
        session.half = match session.half {
            Half::Diff => {
                session.view.hide_files = false;
                Half::Files
            }
            Half::Files => Half::Diff,
        };
    }
    Vec::new()
}

/// Shows or hides the file list.
pub(crate) fn toggle_files(console: &mut Console) -> Vec<Effect> {
    if let Some(session) = &mut console.session {
        session.view.hide_files = !session.view.hide_files;
        session.half = Half::Diff;
    }
    Vec::new()
}
