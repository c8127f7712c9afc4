//! The pulls, what is known of each, and the order and filter they are shown in.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::diff::Omission;
use crate::model::filter::Filter;
use crate::model::pull::{Pull, PullRef};
use crate::model::report::Summary;
use crate::model::risk::Lane;
use crate::model::time::Timestamp;
use crate::state::cursor::Cursor;
use crate::state::section::Section;

/// What is known of a pull's risk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Not looked at yet.
    #[default]
    Waiting,
    /// Could not be judged: why.
    Failed(String),
    /// Judged.
    Judged(Summary),
}

/// One row of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The pull.
    pub pull: Pull,
    /// What is known of it.
    pub verdict: Verdict,
}

impl Entry {
    /// Its judgement, once it has one.
    #[must_use]
    pub fn judgement(&self) -> Option<&Summary> {
        match &self.verdict {
            Verdict::Judged(judgement) => Some(judgement),
            _ => None,
        }
    }

    /// Its lane, once it has one.
    #[must_use]
    pub fn lane(&self) -> Option<Lane> {
        self.judgement().map(|judgement| judgement.risk.lane)
    }

    /// What it is sorted by: what could not be judged comes first, for nobody can call it clear.
    fn urgency(&self) -> (u8, u8, u8, i64) {
        match &self.verdict {
            Verdict::Failed(_) => (2, 0, 0, self.pull.updated.0),
            Verdict::Judged(judgement) => (1, judgement.risk.lane as u8, judgement.risk.score, self.pull.updated.0),
            Verdict::Waiting => (0, 0, 0, self.pull.updated.0),
        }
    }
}

/// The queue.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    /// What the source calls itself.
    pub title: String,
    /// Everything it holds, in its order.
    pub entries: Vec<Entry>,
    /// Positions in `entries`, filtered and in the order shown.
    pub order: Vec<usize>,
    /// Where the person is in `order`.
    pub cursor: Cursor,
    /// The filter as typed.
    pub filter: String,
    /// Why the filter makes no sense, when it does not.
    pub nonsense: Option<String>,
    /// What the source left out.
    pub omissions: Vec<Omission>,
    /// Why there is no queue.
    pub trouble: Option<String>,
    /// The saved filters.
    pub sections: Vec<Section>,
    /// The one that is shown; `None` shows all pulls.
    pub section: Option<usize>,
    /// Whether it was read whole once.
    pub opened_once: bool,
    /// Whether all that the source holds was read since it was asked for.
    pub whole: bool,
    /// How many pulls were read of how many, when reading them was stopped.
    pub partial: Option<(usize, usize)>,
    /// What was left to ask with when judging stopped before all were judged.
    pub spared: Option<String>,
    /// Whether the person moves in the list: then no row moves under the cursor until they ask for another order.
    pub touched: bool,
    /// What the pulls have in common or not, so that columns are shown where they tell something.
    pub traits: Traits,
}

/// What the pulls of a queue have in common or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// Whether they are of several repositories.
    pub several: bool,
    /// Whether one of them lives on a forge.
    pub forge: bool,
    /// Since when what is known of one of them is only kept: its forge could not be asked.
    pub stale: Option<Timestamp>,
}

impl Traits {
    /// The traits of `entries`.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let first = entries.first().map(|entry| &entry.pull.at.repo);
        let standings = || entries.iter().filter_map(|entry| entry.pull.standing.as_deref());
        Self {
            several: entries.iter().any(|entry| Some(&entry.pull.at.repo) != first),
            forge: standings().next().is_some(),
            stale: standings().filter(|standing| standing.stale).map(|standing| standing.read).min(),
        }
    }
}

impl Queue {
    /// The entry under the cursor.
    #[must_use]
    pub fn chosen(&self) -> Option<&Entry> {
        self.order.get(self.cursor.at).and_then(|at| self.entries.get(*at))
    }

    /// The entry of `at`.
    #[must_use]
    pub fn find(&self, at: &PullRef) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.pull.at == *at)
    }

    /// How many entries are in `lane`.
    #[must_use]
    pub fn count(&self, lane: Lane) -> usize {
        self.entries.iter().filter(|entry| entry.lane() == Some(lane)).count()
    }

    /// How many entries are judged or could not be.
    #[must_use]
    pub fn done(&self) -> usize {
        self.entries.iter().filter(|entry| entry.verdict != Verdict::Waiting).count()
    }

    /// Filters and sorts anew. The cursor stays on its pull, unless nobody moved it from the top. A filter that makes no sense (yet,
    /// while it is typed) leaves nothing out and says why.
    pub fn arrange(&mut self, now: Timestamp, height: usize) {
        let chosen = self.chosen().map(|entry| entry.pull.at.clone()).filter(|_| self.cursor.at > 0 || self.touched);
        let filter = Filter::parse(&self.filter);
        self.count_sections(now);
        let section = self.section.and_then(|at| self.sections.get(at));
        let fits = |entry: &Entry| filter.as_ref().map_or(true, |filter| filter.matches(&entry.pull, entry.judgement(), now));
        let passes = |entry: &Entry| section.is_none_or(|section| section.holds(&entry.pull, entry.judgement(), now)) && fits(entry);
        self.order = (0..self.entries.len()).filter(|at| self.entries.get(*at).is_some_and(passes)).collect();
        self.nonsense = filter.err();
        self.order.sort_by_key(|at| self.entries.get(*at).map(|entry| Reverse(entry.urgency())));
        let place = chosen.and_then(|at| self.order.iter().position(|i| self.entries.get(*i).is_some_and(|entry| entry.pull.at == at)));
        let len = self.order.len();
        self.cursor.go(place.unwrap_or(0), len, height);
    }

    /// Takes over that something became known of its entries. Somebody who moves in the list finds every row where it was: what
    /// newly passes comes below.
    pub fn settle(&mut self, now: Timestamp, height: usize) {
        if !self.touched {
            return self.arrange(now, height);
        }
        self.count_sections(now);
        let filter = Filter::parse(&self.filter).ok();
        let section = self.section.and_then(|at| self.sections.get(at));
        let shown: BTreeSet<usize> = self.order.iter().copied().collect();
        let passes = |entry: &Entry| {
            section.is_none_or(|section| section.holds(&entry.pull, entry.judgement(), now))
                && filter.as_ref().is_none_or(|filter| filter.matches(&entry.pull, entry.judgement(), now))
        };
        let new = (0..self.entries.len()).filter(|at| !shown.contains(at) && self.entries.get(*at).is_some_and(passes));
        let new: Vec<usize> = new.collect();
        self.order.extend(new);
    }

    /// Puts `entries` in place of those there were. The rows that were shown stay in their order, as far as they are still there.
    pub fn replace(&mut self, entries: Vec<Entry>) {
        let places: BTreeMap<&PullRef, usize> = entries.iter().map(|entry| &entry.pull.at).zip(0..).collect();
        let place = |at: usize| places.get(&self.entries.get(at)?.pull.at).copied();
        let above = self.order.iter().take(self.cursor.at).filter(|at| place(**at).is_some()).count();
        self.order = self.order.iter().filter_map(|at| place(*at)).collect();
        self.cursor.top = self.cursor.top.saturating_sub(self.cursor.at - above.min(self.cursor.at));
        self.cursor.at = above;
        self.entries = entries;
        self.traits = Traits::of(&self.entries);
    }

    /// The pulls that were not judged yet, in the order they are worth it: from the cursor down the screen, the rest of the
    /// screen, what lies below, what lies above, what the filter hides. `height` rows are on screen.
    #[must_use]
    pub fn unjudged(&self, height: usize) -> Vec<PullRef> {
        let (at, top, len) = (self.cursor.at.min(self.order.len()), self.cursor.top.min(self.order.len()), self.order.len());
        let end = (top + height.max(1)).clamp(at.min(len), len);
        let shown = (at..end).chain(top.min(at)..at).chain(end..len).chain(0..top.min(at)).filter_map(|row| self.order.get(row).copied());
        let mut seen = vec![false; self.entries.len()];
        let mut wanted = Vec::new();
        for place in shown.chain(0..self.entries.len()) {
            let Some(entry) = self.entries.get(place) else { continue };
            if seen.get_mut(place).is_some_and(|seen| !std::mem::replace(seen, true)) && entry.verdict == Verdict::Waiting {
                wanted.push(entry.pull.at.clone());
            }
        }
        wanted
    }

    /// Pulls of whose packages somebody could not be asked are to be judged again.
    pub fn forget_unreached(&mut self) {
        let unreached = |entry: &&mut Entry| entry.judgement().is_some_and(|judgement| judgement.unreached > 0);
        self.entries.iter_mut().filter(unreached).for_each(|entry| entry.verdict = Verdict::Waiting);
    }

    fn count_sections(&mut self, now: Timestamp) {
        for section in &mut self.sections {
            section.count = self.entries.iter().filter(|entry| section.holds(&entry.pull, entry.judgement(), now)).count();
        }
    }
}
