//! Which pulls of the queue are judged next, in what order, and when judging steps aside. Never what is found in them.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::model::cancel::Cancel;
use crate::model::forge::{Budget, Meter};
use crate::model::pull::PullRef;

/// How often somebody who waits looks whether to wait on.
const PAUSE: Duration = Duration::from_millis(100);
/// Percent of the forge's limits that are left even when the person asked for everything.
const LEAST: u64 = 5;

/// What is next.
#[derive(Clone, Debug, Default)]
pub struct Agenda(Arc<(Mutex<Course>, Condvar)>);

#[derive(Debug, Default)]
struct Course {
    next: VecDeque<PullRef>,
    /// In somebody's hands.
    under_way: Vec<PullRef>,
    /// Things that the person waits for.
    urgent: usize,
}

/// Something that the person waits for; judging goes on when it is dropped.
#[derive(Debug)]
pub struct Urgent(Agenda);

impl Drop for Urgent {
    fn drop(&mut self) {
        self.0.course().urgent -= 1;
        self.0.0.1.notify_all();
    }
}

impl Agenda {
    fn course(&self) -> MutexGuard<'_, Course> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These are next, in this order, and nothing else.
    pub fn set(&self, pulls: Vec<PullRef>) {
        let mut course = self.course();
        course.next = pulls.into_iter().filter(|at| !course.under_way.contains(at)).collect();
    }

    /// The person waits for something.
    #[must_use]
    pub fn urgent(&self) -> Urgent {
        self.course().urgent += 1;
        Urgent(self.clone())
    }

    /// The next one, once the person waits for nothing; `None` when there is none, or nobody waits any more.
    #[must_use]
    pub fn next(&self, cancel: &Cancel) -> Option<PullRef> {
        let mut course = self.free(cancel);
        let at = if cancel.is_cancelled() { None } else { course.next.pop_front() }?;
        course.under_way.push(at.clone());
        Some(at)
    }

    /// Waits until the person waits for nothing, or nobody waits for this either.
    pub fn give_way(&self, cancel: &Cancel) {
        drop(self.free(cancel));
    }

    fn free(&self, cancel: &Cancel) -> MutexGuard<'_, Course> {
        let mut course = self.course();
        while course.urgent > 0 && !cancel.is_cancelled() {
            course = self.0.1.wait_timeout(course, PAUSE).unwrap_or_else(PoisonError::into_inner).0;
        }
        course
    }

    /// `at` is judged, or could not be.
    pub fn done(&self, at: &PullRef) {
        self.course().under_way.retain(|other| other != at);
    }
}

/// What is left, in words, when less than `reserve` percent is, or the forge lets nobody ask for now.
#[must_use]
pub fn spared(budget: &Budget, reserve: u64) -> Option<String> {
    if let Some((_, why)) = &budget.waiting {
        return Some(format!("{why} is waited for"));
    }
    let low = |meter: &Meter| meter.limit > 0 && meter.remaining.saturating_mul(100) < meter.limit.saturating_mul(reserve.max(LEAST));
    let meters = [("REST", budget.core), ("GraphQL", budget.graphql)];
    let (name, meter) = meters.into_iter().filter_map(|(name, meter)| Some((name, meter?))).find(|(_, meter)| low(meter))?;
    Some(format!("{name} has {} of {} left this hour", meter.remaining, meter.limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::pull::Origin;
    use crate::model::time::Timestamp;

    fn at(name: &str) -> PullRef {
        PullRef { origin: Origin::Github, repo: "a/b".to_owned(), name: name.to_owned() }
    }

    #[test]
    fn what_is_on_screen_now_goes_before_what_was_and_nothing_goes_twice() {
        let (agenda, cancel) = (Agenda::default(), Cancel::default());
        agenda.set(vec![at("#1"), at("#2"), at("#3")]);
        assert_eq!(agenda.next(&cancel), Some(at("#1")));
        agenda.set(vec![at("#3"), at("#1"), at("#2")]);
        assert_eq!([agenda.next(&cancel), agenda.next(&cancel), agenda.next(&cancel)], [Some(at("#3")), Some(at("#2")), None]);
        agenda.done(&at("#1"));
        agenda.set(vec![at("#1")]);
        let urgent = agenda.urgent();
        let waits = std::thread::spawn(move || agenda.next(&Cancel::default()));
        std::thread::sleep(PAUSE / 4);
        assert!(!waits.is_finished());
        drop(urgent);
        assert_eq!(waits.join().unwrap(), Some(at("#1")));
    }

    #[test]
    fn something_is_always_left() {
        let meter = |remaining| Some(Meter { remaining, limit: 5_000, reset: Timestamp(0) });
        let budget = |core, graphql| Budget { core: meter(core), graphql: meter(graphql), ..Budget::default() };
        assert_eq!(spared(&budget(2_500, 4_000), 50), None);
        assert_eq!(spared(&budget(4_000, 2_499), 50).as_deref(), Some("GraphQL has 2499 of 5000 left this hour"));
        assert!(spared(&budget(249, 5_000), 0).is_some() && spared(&budget(250, 5_000), 0).is_none());
    }
}
