//! What several changes have alike: the same added lines, the same patch in several repositories.

use std::collections::{BTreeMap, BTreeSet};

use super::past::Known;
use crate::model::behaviour::{Repeated, Twin};
use crate::model::observed::Construct;

/// Changes that add the same before it is worth a word.
pub const LEAST: usize = 3;
/// Places that are named.
const PLACES: usize = 5;

/// What at least [`LEAST`] of `all` add alike at more than one place, most changes first.
#[must_use]
pub fn find(all: &[&Known]) -> Vec<Repeated> {
    let mut prints: BTreeMap<u64, Vec<(usize, &Construct)>> = BTreeMap::new();
    for (at, known) in all.iter().enumerate() {
        known.change.constructs.iter().for_each(|construct| prints.entry(construct.print).or_default().push((at, construct)));
    }
    // Rows that overlap stand in the same changes: they are told once, by the first of their lines.
    let mut groups: BTreeMap<Vec<usize>, Vec<(usize, &Construct)>> = BTreeMap::new();
    for holders in prints.into_values().filter(|holders| holders.len() >= LEAST) {
        let key: Vec<usize> = holders.iter().map(|(at, _)| *at).collect();
        let line = |holders: &[(usize, &Construct)]| holders.last().map(|(_, construct)| (construct.path.clone(), construct.line));
        match groups.get(&key) {
            Some(known) if line(known) <= line(&holders) => {}
            _ => drop(groups.insert(key, holders)),
        }
    }
    let mut found: Vec<Repeated> = groups.into_values().filter_map(|holders| told(all, &holders)).collect();
    found.sort_by(|a, b| b.changes.cmp(&a.changes).then_with(|| (&a.says, &a.places).cmp(&(&b.says, &b.places))));
    found
}

fn told(all: &[&Known], holders: &[(usize, &Construct)]) -> Option<Repeated> {
    let change = |at: usize| all.get(at).map(|known| &known.change);
    let repositories: BTreeSet<&str> = holders.iter().filter_map(|(at, _)| Some(change(*at)?.repo.as_str())).collect();
    let paths: BTreeSet<(&str, &str)> =
        holders.iter().filter_map(|(at, one)| Some((change(*at)?.repo.as_str(), one.path.as_str()))).collect();
    // The same lines at the same place again are the same work done again.
    if paths.len() < 2 {
        return None;
    }
    let place = |(at, one): &(usize, &Construct)| Some(format!("{} {}:{}", change(*at)?.address(), one.path, one.line));
    Some(Repeated {
        says: holders.last()?.1.says.clone(),
        changes: holders.len(),
        repositories: repositories.len(),
        places: holders.iter().rev().filter_map(place).take(PLACES).collect(),
    })
}

/// The same patch in several repositories, most of them first.
#[must_use]
pub fn twins(all: &[&Known]) -> Vec<Twin> {
    let mut patches: BTreeMap<&str, Vec<&Known>> = BTreeMap::new();
    for known in all {
        known.change.patch.iter().for_each(|patch| patches.entry(patch).or_default().push(known));
    }
    let mut found: Vec<Twin> = patches.into_values().filter_map(|alike| twin(&alike)).collect();
    found.sort_by(|a, b| b.repositories.cmp(&a.repositories).then_with(|| a.changes.cmp(&b.changes)));
    found
}

/// Changes of one patch, oldest first, where they stand in several repositories.
#[must_use]
pub fn twin(alike: &[&Known]) -> Option<Twin> {
    let repositories = alike.iter().map(|known| known.change.repo.as_str()).collect::<BTreeSet<_>>().len();
    let changes = alike.iter().rev().take(PLACES).map(|known| known.change.address()).collect();
    (repositories > 1).then_some(Twin { changes, repositories })
}

/// The pulls and branches of one repository that bring the same patch as `this`, oldest first in `alike`; `None` where it is the only one.
/// Commits are left out: what a pull brought in stands there once more.
#[must_use]
pub fn here(alike: &[&Known], this: &Known) -> Option<Twin> {
    let of_here = |known: &&&Known| known.change.repo == this.change.repo && !known.change.is_commit();
    let changes: Vec<String> = alike.iter().rev().filter(of_here).map(|known| known.change.address()).collect();
    let others = changes.len() > 1 && !this.change.is_commit();
    others.then(|| Twin { changes: changes.into_iter().take(PLACES).collect(), repositories: 1 })
}
