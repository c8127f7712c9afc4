//! What is unusual in one change, seen from those that the same agent made in the same repository before it. Of people no more is told than
//! bursts and the same patch elsewhere: where they go and how they write is their own.

use std::collections::BTreeMap;

use super::ground::Walked;
use super::past::{Known, Past};
use super::{bursts, drift, repeated};
use crate::model::behaviour::{By, Observations, Unusual};

/// Changes before it that are looked at, the latest.
const MOST_BEFORE: usize = 1_000;
/// Names of a path up to which a folder is wide enough that its first time is worth a word on a pull; deeper ones are new every few days.
const WIDE: usize = 2;

/// The past by repository and agent.
pub struct Index<'p> {
    past: &'p Past,
    /// Positions in the past, in time.
    own: BTreeMap<(&'p str, &'p str), Vec<usize>>,
    /// The same by repository and author, of changes that point to no agent.
    people: BTreeMap<(&'p str, &'p str), Vec<usize>>,
    heads: BTreeMap<(&'p str, &'p str), usize>,
    patches: BTreeMap<&'p str, Vec<&'p Known>>,
}

impl<'p> Index<'p> {
    /// The index of `past`.
    #[must_use]
    pub fn of(past: &'p Past) -> Self {
        let (mut own, mut heads): (BTreeMap<_, Vec<usize>>, _) = (BTreeMap::new(), BTreeMap::new());
        let mut people: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        let mut patches: BTreeMap<_, Vec<&Known>> = BTreeMap::new();
        for (at, known) in past.all.iter().enumerate() {
            let repo = known.change.repo.as_str();
            match &known.change.agent {
                Some(agent) => own.entry((repo, agent.as_str())).or_default().push(at),
                None if !known.change.author.is_empty() => people.entry((repo, known.change.author.as_str())).or_default().push(at),
                None => {}
            }
            if let Some(patch) = &known.change.patch {
                patches.entry(patch.as_str()).or_default().push(known);
            }
            heads.extend(known.heads().map(|head| ((repo, head), at)));
        }
        Self { past, own, people, heads, patches }
    }

    /// What is unusual in the change of `repo` with this head; `None` where it is not remembered, or nobody is known behind it.
    #[must_use]
    pub fn observe(&self, repo: &str, head: &str) -> Option<Observations> {
        let at = *self.heads.get(&(repo, head))?;
        let change = &self.past.all.get(at)?.change;
        let (own, by) = match change.agent.as_deref() {
            Some(agent) => (self.own.get(&(repo, agent))?, By::Agent),
            None => (self.people.get(&(repo, change.author.as_str()))?, By::Author),
        };
        let place = own.binary_search(&at).ok()?;
        let upto = own.get(place.saturating_sub(MOST_BEFORE)..=place)?;
        let upto: Vec<&Known> = upto.iter().filter_map(|at| self.past.all.get(*at)).collect();
        let (this, before) = upto.split_last()?;
        let mut found = Vec::new();
        if by == By::Agent {
            found.extend(first_time(before, this));
            found.extend(drifts(&upto, this));
        }
        found.extend(burst(&upto, this));
        if by == By::Agent {
            found.extend(model(before, this));
            found.extend(again(&upto, this));
        }
        let alike = this.change.patch.as_deref().and_then(|patch| self.patches.get(patch));
        found.extend(alike.and_then(|alike| repeated::twin(alike).or_else(|| repeated::here(alike, this))).map(Unusual::Twin));
        if by == By::Author {
            let author = this.change.author.clone();
            return (!found.is_empty()).then(|| Observations { by, agent: author, before: before.len(), found, ..Observations::default() });
        }
        let (agent, model) = (this.change.called.clone(), this.change.model.clone());
        Some(Observations { by, agent, tier: this.change.tier, model, before: before.len(), found })
    }
}

fn first_time(before: &[&Known], this: &Known) -> Option<Unusual> {
    let mut walked = Walked::default();
    for known in before {
        walked.take(known);
    }
    let mut ground = walked.take(this)?;
    ground.folders.retain(|folder| folder.matches('/').count() < WIDE || steers(this, folder));
    (!ground.folders.is_empty()).then_some(Unusual::Ground(ground))
}

/// Whether the change touches something in or below `folder` that steers automation or agents.
fn steers(this: &Known, folder: &str) -> bool {
    let below = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    this.change.folders.iter().any(|known| known.steers && below(&known.path))
}

/// Drifts that this change is part of.
fn drifts(upto: &[&Known], this: &Known) -> Vec<Unusual> {
    let own = drift::traits(this, true);
    drift::find(upto, drift::WINDOW).into_iter().filter(|drift| own.contains(&drift.of)).map(Unusual::Drift).collect()
}

/// The burst it is part of, where its busiest hour before had less than half.
fn burst(upto: &[&Known], this: &Known) -> Option<Unusual> {
    let at = this.change.at;
    bursts::find(upto).into_iter().find(|burst| burst.from <= at && at <= burst.to && burst.before * 2 < burst.changes).map(Unusual::Burst)
}

/// The model it states, where the last that was stated is another.
fn model(before: &[&Known], this: &Known) -> Option<Unusual> {
    let now = this.change.model.as_ref()?;
    let stated = before.iter().rev().filter_map(|known| known.change.model.as_ref());
    let last = stated.clone().next().filter(|last| *last != now)?;
    let changes = stated.take_while(|model| *model == last).count();
    Some(Unusual::Model { now: now.clone(), before: last.clone(), changes })
}

/// The lines that most of the changes before it add as well.
fn again(upto: &[&Known], this: &Known) -> Option<Unusual> {
    let own = this.change.address();
    repeated::find(upto)
        .into_iter()
        .find(|repeated| repeated.places.first().is_some_and(|place| place.starts_with(&own)))
        .map(Unusual::Repeated)
}
