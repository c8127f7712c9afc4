//! The order in which the files of an opened change are judged: in batches, first the one that the reader looks at.
//!
//! When nobody waits any more, no further file is begun, and none that is under way is judged to its end.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use crate::model::cancel::Cancel;

/// Files judged between two messages.
const BATCH: usize = 32;

/// The batches that wait, by their first file.
pub struct Rounds {
    waiting: BTreeSet<usize>,
    total: usize,
}

impl Rounds {
    /// Those of `total` files.
    #[must_use]
    pub fn of(total: usize) -> Self {
        Self { waiting: (0..total).step_by(BATCH).collect(), total }
    }

    /// Takes the batch that holds the file `focus`, else the nearest to it: what is on screen stands on both sides of the cursor. Of two
    /// as near the one behind it.
    pub fn next(&mut self, focus: usize) -> Option<Range<usize>> {
        let here = focus / BATCH * BATCH;
        let (before, behind) = (self.waiting.range(..here).next_back(), self.waiting.range(here..).next());
        let nearest = |first: &&usize| first.abs_diff(here);
        let first = behind.into_iter().chain(before).min_by_key(nearest).copied()?;
        self.waiting.remove(&first);
        Some(first..self.total.min(first + BATCH))
    }

    /// Whether none waits any more.
    #[must_use]
    pub fn are_over(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// Fills `slots` with what `judge` says of each file of `batch`, on all cores, for as long as somebody waits.
pub fn judge<T: Send>(slots: &mut [T], batch: &Range<usize>, cancel: &Cancel, judge: impl Fn(usize) -> T + Sync) {
    let one = |(slot, index): (&mut T, usize)| {
        if !cancel.is_cancelled() {
            *slot = judge(index);
        }
    };
    // One by one, so that no thread holds on to a share that begins with a large file.
    slots.par_iter_mut().zip(batch.clone()).with_max_len(1).for_each(one);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn the_batch_under_the_reader_goes_first_and_none_is_forgotten() {
        let mut rounds = Rounds::of(100);
        let order: Vec<Range<usize>> = [0, 70, 70, 0, 0].into_iter().filter_map(|focus| rounds.next(focus)).collect();
        assert_eq!(order, [0..32, 64..96, 96..100, 32..64]);
        assert!(rounds.are_over() && Rounds::of(0).next(5).is_none());
    }

    #[test]
    fn at_the_end_of_the_list_what_is_on_screen_above_the_cursor_comes_next() {
        let mut rounds = Rounds::of(1_001);
        let order: Vec<Range<usize>> = [0, 1_000, 1_000, 1_000, 500, 500, 500].into_iter().filter_map(|focus| rounds.next(focus)).collect();
        assert_eq!(order, [0..32, 992..1_001, 960..992, 928..960, 480..512, 512..544, 448..480]);
    }

    #[test]
    fn every_file_of_a_batch_is_judged_while_somebody_waits() {
        let mut slots = vec![0; 32];
        judge(&mut slots, &(64..96), &Cancel::default(), |index| index);
        assert!(slots.iter().copied().eq(64..96));
    }

    #[test]
    fn no_file_is_begun_when_nobody_waits() {
        let (cancel, begun, mut slots) = (Cancel::default(), AtomicUsize::new(0), vec![0; 1_000]);
        judge(&mut slots, &(0..1_000), &cancel, |_| {
            cancel.cancel();
            begun.fetch_add(1, Ordering::Relaxed)
        });
        assert!(begun.into_inner() <= rayon::current_num_threads());
    }
}
