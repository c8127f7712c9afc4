//! What was read ahead: few changes, the last ones, and never of much text. Never whether they are still so.

use std::sync::{Mutex, PoisonError};

use crate::model::change::Change;
use crate::model::diff::FileDiff;
use crate::model::pull::PullRef;

/// So many changes are kept.
const MOST: usize = 2;
/// Bytes of text above which a change is not kept.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Changes that nobody has opened yet.
#[derive(Debug, Default)]
pub(super) struct Shelf(Mutex<Vec<Change>>);

impl Shelf {
    /// Puts `change` there; the oldest one gives way.
    pub(super) fn put(&self, change: Change) {
        let text = |file: &FileDiff| file.text().map_or(0, crate::model::diff::TextDiff::size);
        if change.patch.files.iter().map(text).sum::<usize>() > MOST_BYTES {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|other| other.pull.at != change.pull.at);
        if kept.len() >= MOST {
            kept.remove(0);
        }
        kept.push(change);
    }

    /// Whether the change of `at` is there.
    pub(super) fn holds(&self, at: &PullRef) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|change| change.pull.at == *at)
    }

    /// Takes the change of `at` away.
    pub(super) fn take(&self, at: &PullRef) -> Option<Change> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|change| change.pull.at == *at)?;
        Some(kept.remove(place))
    }
}
