//! How far a sweep has come, in one line on a terminal: counts, time left, what is left to ask with, what is at work.
#![allow(clippy::disallowed_methods, reason = "the time left is reckoned from the time gone")]

use std::time::{Duration, Instant};

use crate::model::sweeping::SweepProgress;
use crate::model::time::{Timestamp, short_age};
use crate::runtime::sweep::Progress;

/// Not drawn more often than this.
const PAUSE: Duration = Duration::from_millis(100);
/// Time left is not guessed before so many changes are done.
const ENOUGH: usize = 3;

/// The line.
pub struct Bar {
    begun: Instant,
    drawn: Option<Instant>,
    /// Done before this run began its own work: kept from an earlier one.
    given: Option<usize>,
}

impl Bar {
    /// A line for work that begins now.
    #[must_use]
    pub fn new() -> Self {
        Self { begun: Instant::now(), drawn: None, given: None }
    }

    /// What the console shows of `progress`; it draws only as often as it can.
    pub fn step(&mut self, progress: &Progress) -> SweepProgress {
        let given = *self.given.get_or_insert(progress.judged);
        let Progress { listed, places, judged, changes, current, .. } = progress.clone();
        SweepProgress { listed, places, judged, changes, left: self.seconds(progress, given), current }
    }

    /// The line for `progress` at `now`, unless one was drawn a moment ago.
    pub fn line(&mut self, progress: &Progress, now: Timestamp) -> Option<String> {
        let given = *self.given.get_or_insert(progress.judged);
        if self.drawn.is_some_and(|drawn| drawn.elapsed() < PAUSE) {
            return None;
        }
        self.drawn = Some(Instant::now());
        let mut parts =
            vec![format!("places {}/{}", progress.listed, progress.places), format!("changes {}/{}", progress.judged, progress.changes)];
        parts.extend(self.seconds(progress, given).map(|seconds| format!("about {} left", short_age(seconds))));
        parts.extend(budget(progress, now));
        parts.push(progress.current.clone());
        Some(parts.join("  "))
    }

    /// How many seconds are left, by the pace so far.
    fn seconds(&self, progress: &Progress, given: usize) -> Option<u64> {
        let own = progress.judged.saturating_sub(given);
        let open = progress.changes.saturating_sub(progress.judged);
        if own < ENOUGH || open == 0 {
            return None;
        }
        let seconds = self.begun.elapsed().as_secs_f64() / own as f64 * open as f64;
        Some(seconds.ceil() as u64)
    }
}

impl Default for Bar {
    fn default() -> Self {
        Self::new()
    }
}

fn budget(progress: &Progress, now: Timestamp) -> Option<String> {
    let budget = progress.budget.as_ref()?;
    if let Some((until, why)) = &budget.waiting {
        return Some(format!("waiting {} for {why}", short_age(now.until(*until))));
    }
    let meter = |name: &str, meter: Option<crate::model::forge::Meter>| meter.map(|meter| format!("{name} {}", meter.remaining));
    let left: Vec<String> = [meter("REST", budget.core), meter("GraphQL", budget.graphql)].into_iter().flatten().collect();
    (!left.is_empty()).then(|| format!("{} left", left.join(", ")))
}
