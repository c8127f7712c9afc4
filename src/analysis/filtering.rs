//! When files are first looked through for the words that checks need: where that saves more time than it takes.

use std::sync::Arc;

use super::rule_set::RuleSet;
use super::screen::{PAYS, Screen, Screening};
use crate::model::change::Change;
use crate::model::diff::FileDiff;

/// So many files are taken for a large change without adding up their sizes.
const MANY_FILES: usize = 50;

/// Whether a check is asked only about files that hold what it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Filtering {
    /// Every check is asked about every file.
    Never,
    /// Where that saves more than making the filter costs.
    WhereItPays,
    /// Also where that saves no time.
    Always,
}

impl Filtering {
    /// The filter of the checks and of `sets` through which `file` is looked at, where there is one.
    pub(super) fn screen<'s>(
        self,
        screening: &'s Screening,
        sets: &[Arc<dyn RuleSet>],
        change: &Change,
        file: &FileDiff,
    ) -> Option<&'s Screen> {
        match self {
            Self::Never => None,
            Self::Always => Some(screening.get(sets)),
            Self::WhereItPays if is_large(change) => Some(screening.get(sets)),
            Self::WhereItPays => screening.if_it_pays(sets, size(file)),
        }
    }
}

/// Whether a change is so large that looking through it for words pays at once.
fn is_large(change: &Change) -> bool {
    let files = &change.patch.files;
    files.len() >= MANY_FILES || files.iter().map(size).try_fold(0, |sum: usize, size| Some(sum + size).filter(|sum| *sum < PAYS)).is_none()
}

fn size(file: &FileDiff) -> usize {
    file.text().map_or(0, |text| text.size())
}
