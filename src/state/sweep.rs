//! A sweep on the screen: campaigns with their members, what stands alone, and which of it was chosen to be contained.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::pull::PullRef;
use crate::model::sweep::{Campaign, Member, Sweep};
use crate::model::sweeping::{SweepOrder, SweepProgress};
use crate::state::cursor::Cursor;

/// Sweeps begun from the console.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sweeping {
    /// Whether they can be.
    pub possible: bool,
    /// What the next one shall be of.
    pub order: SweepOrder,
    /// How far the one under way has come.
    pub progress: Option<SweepProgress>,
}

/// Rows of the list of sweeps before the earlier ones: begin, targets, since, state, authors.
pub const ASKED: usize = 5;

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// A campaign, by its place in the sweep.
    Campaign(usize),
    /// A change, by its place in the sweep.
    Member(usize),
    /// What comes after stands in no campaign.
    Alone,
}

/// The view.
#[derive(Clone, Debug, Default)]
pub struct SweepView {
    /// The sweep.
    pub sweep: Arc<Sweep>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Changes that were chosen, by their places in the sweep.
    pub chosen: BTreeSet<usize>,
    /// Where one is.
    pub cursor: Cursor,
    /// Whether it is shown instead of the queue.
    pub shown: bool,
}

impl SweepView {
    /// A view of `sweep`, shown at once.
    #[must_use]
    pub fn of(sweep: Arc<Sweep>) -> Self {
        let mut rows = Vec::new();
        let mut seen = BTreeSet::new();
        for (place, campaign) in sweep.campaigns.iter().enumerate() {
            rows.push(Row::Campaign(place));
            rows.extend(campaign.members.iter().map(|member| Row::Member(*member)));
            seen.extend(campaign.members.iter().copied());
        }
        let alone: Vec<Row> = (0..sweep.members.len()).filter(|at| !seen.contains(at)).map(Row::Member).collect();
        if !alone.is_empty() && !rows.is_empty() {
            rows.push(Row::Alone);
        }
        rows.extend(alone);
        Self { sweep, rows, chosen: BTreeSet::new(), cursor: Cursor::default(), shown: true }
    }

    /// The row under the cursor.
    #[must_use]
    pub fn here(&self) -> Option<Row> {
        self.rows.get(self.cursor.at).copied()
    }

    /// The change at `place`.
    #[must_use]
    pub fn member(&self, place: usize) -> Option<&Member> {
        self.sweep.members.get(place)
    }

    /// The campaign at `place`.
    #[must_use]
    pub fn campaign(&self, place: usize) -> Option<&Campaign> {
        self.sweep.campaigns.get(place)
    }

    /// The changes that `row` stands for.
    #[must_use]
    pub fn meant(&self, row: Row) -> Vec<usize> {
        match row {
            Row::Campaign(place) => self.campaign(place).map(|campaign| campaign.members.clone()).unwrap_or_default(),
            Row::Member(place) => vec![place],
            Row::Alone => Vec::new(),
        }
    }

    /// Chooses what `row` stands for, or lets go of it when all of it was chosen.
    pub fn choose(&mut self, row: Row) {
        let meant = self.meant(row);
        let all = meant.iter().all(|place| self.chosen.contains(place));
        for place in meant {
            if all {
                self.chosen.remove(&place);
            } else {
                self.chosen.insert(place);
            }
        }
    }

    /// The pulls to be contained: those chosen, else what is under the cursor.
    #[must_use]
    pub fn to_contain(&self) -> Vec<PullRef> {
        let here = || self.here().map(|row| self.meant(row)).unwrap_or_default();
        let places: Vec<usize> = if self.chosen.is_empty() { here() } else { self.chosen.iter().copied().collect() };
        places.into_iter().filter_map(|place| self.member(place)).map(|member| member.pull().at.clone()).collect()
    }
}
