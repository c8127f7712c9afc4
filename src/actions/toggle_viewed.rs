//! Marks files as viewed, by the hash of their change: the mark lapses when the change does.

use crate::actions::{judge_finding, jump};
use crate::message::effect::Effect;
use crate::state::console::Console;
use crate::state::fold::Fold;
use crate::state::rows::Owner;
use crate::state::session::Half;

/// Marks the file as viewed, folds it and goes to the next one; or takes the mark back.
pub(crate) fn toggle(console: &mut Console) -> Vec<Effect> {
    let height = console.panes.diff;
    let Some(session) = &mut console.session else { return Vec::new() };
    let file = match session.half {
        Half::Files => session.tree.file_at(session.view.files.at),
        Half::Diff => session.file_here(),
    };
    let Some((at, mark)) = file.and_then(|at| session.file(at).map(|file| (at, file.mark()))) else { return Vec::new() };
    let viewed = !session.viewed.get(at).copied().unwrap_or(false);
    if let Some(slot) = session.viewed.get_mut(at) {
        *slot = viewed;
    }
    if viewed {
        session.review.viewed.insert(mark);
        session.fold(at, Some(Fold::Viewed));
        let half = session.half;
        let next = (at + 1).min(session.viewed.len().saturating_sub(1));
        let to = session.rows.start(Owner::File(next));
        jump::go(session, to, height);
        session.half = half;
        session.view.files.at = session.tree.row_of(next);
    } else {
        session.review.viewed.remove(&mark);
        session.fold(at, None);
    }
    judge_finding::save(session).into_iter().collect()
}
