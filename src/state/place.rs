//! Where a reviewer is in a pull, told by what stands there, so that it is found again when the pull is read anew.

use std::collections::BTreeMap;

use crate::model::diff::Side;
use crate::model::path::RepoPath;
use crate::state::anchor;
use crate::state::cursor::Cursor;
use crate::state::fold::Fold;
use crate::state::rows::Owner;
use crate::state::session::{Half, Session};

/// A place, and what was folded by hand around it.
#[derive(Clone, Debug)]
pub struct Place {
    path: Option<RepoPath>,
    line: Option<(Side, u32, String)>,
    offset: usize,
    below_top: usize,
    folds: BTreeMap<RepoPath, Option<Fold>>,
    half: Half,
    across: usize,
    hide_files: bool,
    quiet: bool,
    story: bool,
}

impl Place {
    /// Where the reviewer of `session` is.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        let cursor = session.view.diff;
        let file = session.file_here().and_then(|at| session.file(at).map(|file| (at, file)));
        let line = session.line_here().and_then(|(at, line)| {
            let side = [Side::New, Side::Old].into_iter().find(|side| line.number(*side).is_some())?;
            Some((side, line.number(side)?, session.file(at)?.text()?.text(line).to_owned()))
        });
        let folds = session.change.patch.files.iter().zip(&session.folds).map(|(file, fold)| (file.path().clone(), *fold)).collect();
        let start = file.map_or(0, |(at, _)| session.rows.start(Owner::File(at)));
        Self {
            path: file.map(|(_, file)| file.path().clone()),
            line,
            offset: cursor.at.saturating_sub(start),
            below_top: cursor.at.saturating_sub(cursor.top),
            folds,
            half: session.half,
            across: session.view.across,
            hide_files: session.view.hide_files,
            quiet: session.around.quiet,
            story: session.story,
        }
    }

    /// Puts the reviewer of `session` there again: on the same line, else the same file, else as far down.
    pub fn restore(&self, session: &mut Session) {
        for at in 0..session.folds.len() {
            // What was viewed is told by content; what changed since must not stay folded for it.
            let kept = session.file(at).and_then(|file| self.folds.get(file.path()).copied()).filter(|fold| *fold != Some(Fold::Viewed));
            if let (Some(slot), Some(kept)) = (session.folds.get_mut(at), kept) {
                *slot = kept;
            }
        }
        (session.half, session.story, session.around.quiet) = (self.half, self.story, self.quiet);
        (session.view.across, session.view.hide_files) = (self.across, self.hide_files);
        session.remake();
        let at = self.row(session);
        session.view.diff = Cursor { at, top: at.saturating_sub(self.below_top) };
    }

    fn row(&self, session: &mut Session) -> usize {
        let Some(file) = self.path.as_ref().and_then(|path| session.file_of(path)) else { return self.offset };
        let found = self.line.as_ref().and_then(|(side, number, text)| {
            let file = session.file(file)?;
            let now = anchor::find(file, *side, *number, std::slice::from_ref(text))?;
            file.text()?.lines.iter().position(|line| line.number(*side) == Some(now))
        });
        let line = found.and_then(|line| u32::try_from(line).ok()).and_then(|line| session.reveal(file, line));
        let rows = session.rows.of(Owner::File(file)).len();
        line.unwrap_or_else(|| session.rows.start(Owner::File(file)) + self.offset.min(rows.saturating_sub(1)))
    }
}
