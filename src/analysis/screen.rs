//! One look through a file for all rules of a book: the checks in their order, and behind them the askers of each set.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::checks::registry::CHECKS;
use super::hints::{Needs, Seen};
use super::prefilter::Prefilter;
use super::rule_set::{RuleSet, SeenFor};
use super::view::FileView;

/// Making a screen takes as long as judging so many bytes without one takes longer.
pub const PAYS: usize = 64 * 1024;

/// The screen of a book, made where that saves more than it costs.
#[derive(Default)]
pub struct Screening {
    /// The positions of the checks that run, where some do not: their words alone are looked for.
    only: Option<BTreeSet<usize>>,
    screen: OnceLock<Screen>,
    /// Bytes that were judged without it.
    without: AtomicUsize,
    /// Whether somebody makes it.
    claimed: AtomicBool,
}

impl Screening {
    /// That of the checks at `positions` alone.
    #[must_use]
    pub fn only(positions: BTreeSet<usize>) -> Self {
        Self { only: Some(positions), ..Self::default() }
    }

    /// The screen of the checks and `sets`.
    pub fn get(&self, sets: &[Arc<dyn RuleSet>]) -> &Screen {
        self.screen.get_or_init(|| Screen::of(self.only.as_ref(), sets))
    }

    /// The same for a file of `bytes` of a small change: when it is there, or would have paid by now. While one thread makes it the others
    /// go on without.
    pub fn if_it_pays(&self, sets: &[Arc<dyn RuleSet>], bytes: usize) -> Option<&Screen> {
        let due = || self.without.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) >= PAYS;
        let make = || (due() && !self.claimed.swap(true, Ordering::Relaxed)).then(|| self.get(sets));
        self.screen.get().or_else(make)
    }
}

/// The words of all rules of a book.
pub struct Screen {
    filter: Option<Prefilter>,
    /// The position of the first asker of each set.
    firsts: Vec<usize>,
}

impl Screen {
    /// The words of all checks, or of those at the positions `only`, and of `sets`.
    #[must_use]
    pub fn of(only: Option<&BTreeSet<usize>>, sets: &[Arc<dyn RuleSet>]) -> Self {
        let runs = |at: usize| only.is_none_or(|only| only.contains(&at));
        let needs = CHECKS.iter().enumerate().map(|(at, check)| if runs(at) { check.needs() } else { Needs::nothing() });
        let mut needs: Vec<Needs> = needs.collect();
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
