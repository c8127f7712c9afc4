//! Many changes within one hour: a window of an hour slides over the times they claim.

use std::collections::{BTreeMap, BTreeSet};

use super::past::Known;
use crate::model::behaviour::Burst;

/// The window, in seconds.
const HOUR: i64 = 3_600;
/// Changes in it from which on it is a burst.
pub const LEAST: usize = 10;

/// The bursts of `all`, which are in the order they were made, repository by repository, latest first.
#[must_use]
pub fn find(all: &[&Known]) -> Vec<Burst> {
    let mut repositories: BTreeMap<&str, Vec<&Known>> = BTreeMap::new();
    all.iter().for_each(|known| repositories.entry(&known.change.repo).or_default().push(known));
    let mut found: Vec<Burst> = repositories.into_iter().flat_map(|(repo, own)| within(repo, &own)).collect();
    found.sort_by(|a, b| b.from.cmp(&a.from).then_with(|| a.repo.cmp(&b.repo)));
    found
}

/// Windows that overlap are one burst, which the busiest of them stands for.
fn within(repo: &str, own: &[&Known]) -> Vec<Burst> {
    let starts = starts(own);
    let mut busiest = 0;
    // The busiest hour that ends with each change or before it.
    let most: Vec<usize> = starts
        .iter()
        .zip(1..)
        .map(|(first, end): (&usize, usize)| {
            busiest = busiest.max(end - first);
            busiest
        })
        .collect();
    let mut found: Vec<Burst> = Vec::new();
    for (first, last) in starts.into_iter().zip(0..) {
        let Some(window) = own.get(first..=last).filter(|window| window.len() >= LEAST) else { continue };
        let before = first.checked_sub(1).and_then(|last| most.get(last)).copied().unwrap_or(0);
        let burst = burst(repo, window, before);
        match found.last_mut().filter(|known| known.to >= burst.from) {
            Some(known) if known.changes < burst.changes => *known = Burst { before: known.before, ..burst },
            Some(_) => {}
            None => found.push(burst),
        }
    }
    found
}

/// For each change the first one of the hour that ends with it.
fn starts(own: &[&Known]) -> Vec<usize> {
    let mut first = 0;
    let start = |known: &&Known| {
        while own.get(first).is_some_and(|early| early.change.at.0 < known.change.at.0.saturating_sub(HOUR)) {
            first += 1;
        }
        first
    };
    own.iter().map(start).collect()
}

fn burst(repo: &str, window: &[&Known], before: usize) -> Burst {
    let at = |known: Option<&&Known>| known.map(|known| known.change.at).unwrap_or_default();
    let sessions: BTreeSet<&str> = window.iter().filter_map(|known| known.change.session.as_deref()).collect();
    Burst {
        repo: repo.to_owned(),
        from: at(window.first()),
        to: at(window.last()),
        changes: window.len(),
        sessions: sessions.len(),
        before,
    }
}
