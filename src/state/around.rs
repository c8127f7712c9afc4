//! What the forge keeps around an opened pull, and which lines it and the reviewer's own remarks are about.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::diff::Patch;
use crate::model::dossier::Dossier;
use crate::model::review::Review;
use crate::state::anchor;
use crate::state::findings::Paths;
use crate::state::said::{self, PlacedSaid};

/// What stands around the diff.
#[derive(Debug, Default)]
pub struct Around {
    /// Reviews, conversations, checks, rules; `None` until it is read, and where there is no forge.
    pub dossier: Option<Arc<Dossier>>,
    /// Why it could not be read.
    pub trouble: Option<String>,
    /// Which lines something was said about.
    pub placed: PlacedSaid,
    /// Whether what others said is left out of the diff.
    pub quiet: bool,
    /// Own remarks whose lines are not in this diff, by their positions in the review.
    pub lost: BTreeSet<usize>,
}

impl Around {
    /// Finds the places of the remarks of `review` and of what others said. Returns the files whose rows change.
    #[must_use]
    pub fn place(&mut self, review: &mut Review, patch: &Patch, paths: &Paths) -> BTreeSet<usize> {
        let dossier = self.dossier.as_deref();
        let settled = review.remarks.iter_mut().map(|unsent| anchor::settle(unsent, patch, paths, dossier));
        self.lost = settled.enumerate().filter(|(_, found)| !found).map(|(at, _)| at).collect();
        let mut touched = self.placed.touched();
        self.placed = said::place(dossier, review, &self.lost, (patch, paths));
        touched.extend(self.placed.touched());
        touched
    }
}
