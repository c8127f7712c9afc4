//! One look through a file for all rules of a book: the checks in their order, and behind them the askers of each set.

use std::sync::Arc;

use super::checks::registry::CHECKS;
use super::hints::{Needs, Seen};
use super::prefilter::Prefilter;
use super::rule_set::{RuleSet, SeenFor};
use super::view::FileView;

/// The words of all rules of a book.
pub struct Screen {
    filter: Option<Prefilter>,
    /// The position of the first asker of each set.
    firsts: Vec<usize>,
}

impl Screen {
    /// The words of all checks and of `sets`.
    #[must_use]
    pub fn of(sets: &[Arc<dyn RuleSet>]) -> Self {
        let mut needs: Vec<Needs> = CHECKS.iter().map(|check| check.needs()).collect();
        let mut firsts = Vec::new();
        for set in sets {
            firsts.push(needs.len());
            needs.extend(set.needs());
        }
        Self { filter: Prefilter::new(needs), firsts }
    }

    /// What stands in `file`; nothing when that cannot be told.
    #[must_use]
    pub fn look<'v>(&self, file: &'v FileView<'_>) -> Option<&'v Seen> {
        self.filter.as_ref().map(|filter| file.see(|file| filter.look(file)))
    }

    /// What of `seen` is for the set at `at`.
    #[must_use]
    pub fn part<'s>(&self, seen: &'s Seen, at: usize) -> Option<SeenFor<'s>> {
        self.firsts.get(at).map(|first| SeenFor::new(seen, *first))
    }
}
