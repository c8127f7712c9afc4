//! Portraits out of the past: who did what, in exact counts, and what changed about it.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::share;
use super::past::{Known, Past};
use super::{bursts, drift, ground, repeated};
use crate::model::behaviour::{By, Fired, Gallery, MOST_WEEKS, Portrait, Share, Stint, Week};
use crate::model::observed::Observed;
use crate::model::time::Timestamp;

/// Seconds of a week, and the Monday that the first one began on after 1970-01-01, a Thursday.
const WEEK: i64 = 604_800;
const MONDAY: i64 = 4 * 86_400;
/// What is listed of each kind at most.
const MOST: usize = 20;

/// What is asked of the past.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// By what changes are put together.
    pub by: By,
    /// Only changes of this repository.
    pub repo: Option<&'a str>,
    /// Only changes made since then are counted; drift and first times still know those before.
    pub since: Option<Timestamp>,
    /// Changes that are the last ones.
    pub window: Option<usize>,
}

/// Everybody's portrait, most changes first.
#[must_use]
pub fn gallery(past: &Past, asked: Asked<'_>) -> Gallery {
    let here = past.all.iter().filter(|known| asked.repo.is_none_or(|repo| known.change.repo == repo));
    let mut own: BTreeMap<String, Vec<&Known>> = BTreeMap::new();
    let mut gallery = Gallery::default();
    for known in here {
        let counts = asked.since.is_none_or(|since| known.change.at >= since);
        gallery.changes += usize::from(counts);
        match key(&known.change, asked.by) {
            Some(key) => own.entry(key).or_default().push(known),
            None => gallery.nobody += usize::from(counts),
        }
    }
    gallery.portraits = own.into_iter().filter_map(|(key, all)| of(key, &all, asked)).collect();
    gallery.portraits.sort_by(|a, b| b.changes.cmp(&a.changes).then_with(|| a.key.cmp(&b.key)));
    gallery
}

/// Whom a change counts for.
fn key(change: &Observed, by: By) -> Option<String> {
    match by {
        By::Agent => change.agent.clone(),
        By::Model => change.agent.as_ref().map(|agent| format!("{agent}: {}", change.model.as_deref().unwrap_or("no model stated"))),
        By::Author => Some(change.author.clone()).filter(|author| !author.is_empty()),
    }
}

/// The portrait of whoever made `all`, oldest first; `None` when nothing of it is asked for.
fn of(key: String, all: &[&Known], asked: Asked<'_>) -> Option<Portrait> {
    let since = asked.since.unwrap_or(Timestamp(i64::MIN));
    let shown: Vec<&Known> = all.iter().copied().filter(|known| known.change.at >= since).collect();
    let (first, last) = (shown.first()?.change.at, shown.last()?.change.at);
    let window = asked.window.unwrap_or(drift::WINDOW);
    let rules = shown.last().map_or("", |last| last.change.rules.as_str());
    let sessions: BTreeSet<&str> = shown.iter().filter_map(|known| known.change.session.as_deref()).collect();
    let mut portrait = Portrait {
        by: asked.by,
        name: name(&key, &shown, asked.by),
        key,
        repositories: counted(&shown, |change| Some(change.repo.clone())),
        company: counted(&shown, |change| if asked.by == By::Author { change.agent.clone() } else { Some(change.author.clone()) }),
        first,
        last,
        changes: shown.len(),
        sessions: sessions.len(),
        fired: fired(&shown),
        hard: part(&shown, |known| known.change.is_hard()),
        approved: part(&shown, |known| known.fate.approved),
        held: part(&shown, |known| known.fate.held),
        reverted: part(&shown, |known| known.fate.reverted),
        other_rules: shown.iter().filter(|known| known.change.rules != rules).count(),
        stints: stints(&shown),
        weeks: weeks(&shown),
        window,
        drifts: drift::find(all, window),
        ground: ground::find(all),
        repeated: repeated::find(&shown),
        twins: repeated::twins(&shown),
        bursts: bursts::find(all),
        ..Portrait::default()
    };
    portrait.bursts.retain(|burst| burst.to >= since);
    portrait.ground.retain(|ground| ground.at >= since);
    for change in shown.iter().map(|known| &known.change) {
        *portrait.tiers.entry(change.tier).or_default() += 1;
        portrait.lanes.iter_mut().skip(change.lane as usize).take(1).for_each(|count| *count += 1);
        portrait.severities.iter_mut().zip(change.severities).for_each(|(sum, count)| *sum += count as usize);
    }
    let early = portrait.stints.len().saturating_sub(MOST);
    portrait.stints.drain(..early);
    for most in [&mut portrait.repositories, &mut portrait.company] {
        most.truncate(MOST);
    }
    portrait.ground.truncate(MOST);
    portrait.repeated.truncate(MOST);
    portrait.twins.truncate(MOST);
    portrait.bursts.truncate(MOST);
    Some(portrait)
}

fn name(key: &str, all: &[&Known], by: By) -> String {
    let called = all.last().map_or("", |known| known.change.called.as_str());
    match by {
        By::Author => key.to_owned(),
        _ if called.is_empty() => key.to_owned(),
        By::Agent => called.to_owned(),
        By::Model => key.split_once(": ").map_or_else(|| key.to_owned(), |(_, model)| format!("{called}: {model}")),
    }
}

fn part(all: &[&Known], has: impl Fn(&Known) -> bool) -> Share {
    share(all.iter().filter(|known| has(known)).count(), all.len())
}

/// How many changes have each word, most first.
fn counted(all: &[&Known], word: impl Fn(&Observed) -> Option<String>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let words = all.iter().filter_map(|known| word(&known.change)).filter(|word| !word.is_empty());
    words.for_each(|word| *counts.entry(word).or_default() += 1);
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts
}

fn fired(all: &[&Known]) -> Vec<Fired> {
    let mut rules: BTreeMap<&str, Fired> = BTreeMap::new();
    for (rule, count) in all.iter().flat_map(|known| &known.change.fired) {
        let fired = rules.entry(rule).or_insert_with(|| Fired { rule: rule.clone(), findings: 0, changes: 0 });
        fired.findings += *count as usize;
        fired.changes += 1;
    }
    let mut fired: Vec<Fired> = rules.into_values().collect();
    fired.sort_by(|a, b| b.changes.cmp(&a.changes).then_with(|| a.rule.cmp(&b.rule)));
    fired
}

/// Runs of changes that state the same model; those that state none say nothing of it.
fn stints(all: &[&Known]) -> Vec<Stint> {
    let mut stints: Vec<Stint> = Vec::new();
    let stated = all.iter().filter_map(|known| Some((known.change.model.as_ref()?, known.change.at)));
    for (model, at) in stated {
        match stints.last_mut() {
            Some(last) if last.model == *model => (last.to, last.changes) = (at, last.changes + 1),
            _ => stints.push(Stint { model: model.clone(), from: at, to: at, changes: 1 }),
        }
    }
    stints
}

/// The Monday before `at`.
#[must_use]
pub fn monday(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - (at.0 - MONDAY).rem_euclid(WEEK))
}

/// The latest weeks, those without a change too.
fn weeks(all: &[&Known]) -> Vec<Week> {
    let Some(last) = all.last().map(|known| monday(known.change.at).0) else { return Vec::new() };
    let reach = i64::try_from(MOST_WEEKS).unwrap_or(1) - 1;
    let from = all.first().map_or(last, |known| monday(known.change.at).0).max(last - reach * WEEK);
    let mut weeks: Vec<Week> =
        (from..=last).step_by(usize::try_from(WEEK).unwrap_or(1)).map(|from| Week { from: Timestamp(from), ..Week::default() }).collect();
    let mut stated: BTreeSet<&str> = BTreeSet::new();
    for change in all.iter().map(|known| &known.change) {
        let model = change.model.as_deref().filter(|model| stated.insert(model));
        let Ok(at) = usize::try_from((monday(change.at).0 - from).div_euclid(WEEK)) else { continue };
        let Some(week) = weeks.get_mut(at) else { continue };
        week.changes += 1;
        week.findings += change.findings() as usize;
        week.hard += usize::from(change.is_hard());
        week.models.extend(model.map(str::to_owned));
    }
    weeks
}
