//! Lines under the cursor of an opened pull: the one it is on, and those that were chosen up to it.

use crate::model::diff::{Line, Side};
use crate::state::anchor;
use crate::state::rows::{Owner, line_of};
use crate::state::session::Session;

impl Session {
    /// The file and the position of the line under the cursor of the diff.
    #[must_use]
    pub fn position_here(&self) -> Option<(usize, u32)> {
        let here = self.rows.get(self.view.diff.at)?;
        match here.owner {
            Owner::File(at) => line_of(here.row).map(|line| (at, line)),
            Owner::Change | Owner::Rest => None,
        }
    }

    /// Where a choice of lines ends: at the line under the cursor, or on its way there when the cursor is on a row between lines.
    fn choosing_to(&self) -> Option<(usize, u32)> {
        let (here, Some((file, from))) = (self.position_here(), self.view.chosen) else { return self.position_here() };
        let line = |at: usize| {
            let placed = self.rows.get(at)?;
            line_of(placed.row).filter(|_| placed.owner == Owner::File(file)).map(|line| (file, line))
        };
        let at = self.view.diff.at;
        let above = || (0..at).rev().find_map(line).filter(|(_, line)| *line >= from);
        here.or_else(above).or_else(|| (at..self.rows.len()).find_map(line))
    }

    /// The chosen lines, or the one under the cursor: file, side, first and last number.
    #[must_use]
    pub fn chosen_lines(&self) -> Option<(usize, Side, u32, u32)> {
        let (file, here) = self.choosing_to()?;
        let from = self.view.chosen.filter(|(chosen, _)| *chosen == file).map_or(here, |(_, line)| line);
        let lines = self.file(file)?.text()?.lines.get(from.min(here) as usize..=from.max(here) as usize)?;
        anchor::span(lines).map(|(side, first, last)| (file, side, first, last))
    }

    /// Whether the line at this position of `file` is chosen.
    #[must_use]
    pub fn is_chosen(&self, file: usize, line: u32) -> bool {
        let (Some((chosen, from)), Some((at, here))) = (self.view.chosen, self.choosing_to()) else { return false };
        chosen == file && at == file && (from.min(here)..=from.max(here)).contains(&line)
    }

    /// The file and line under the cursor of the diff: the new side where there is one.
    #[must_use]
    pub fn line_here(&self) -> Option<(usize, &Line)> {
        let here = self.rows.get(self.view.diff.at)?;
        let Owner::File(at) = here.owner else { return None };
        let line = line_of(here.row)?;
        self.file(at)?.text()?.lines.get(line as usize).map(|line| (at, line))
    }
}
