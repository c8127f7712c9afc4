//! What is known of the past: each change once, however often it was judged, in the order it was made, with what became of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::observed::{Fate, Observed, TakenBack};

/// A change of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The change.
    pub change: Observed,
    /// What became of it.
    pub fate: Fate,
    /// The heads it was judged at.
    heads: BTreeSet<String>,
}

/// All changes that are remembered, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// The changes.
    pub all: Vec<Known>,
}

impl Known {
    /// The heads it was judged at.
    pub fn heads(&self) -> impl Iterator<Item = &str> {
        self.heads.iter().map(String::as_str)
    }
}

impl Past {
    /// The past that `records` tell, in whatever order they come, with what was decided by head. Of what was judged several times, the
    /// judgement by the rules of `digest` counts, else the latest.
    #[must_use]
    pub fn of(records: Vec<Observed>, fates: &BTreeMap<String, Fate>, digest: &str) -> Self {
        let known = |change: Observed| Known { heads: BTreeSet::from([change.head.clone()]), fate: Fate::default(), change };
        // A pull, the branch it came from and the commit that brought it in are one change.
        let once = joined(records.into_iter().map(known).collect(), digest, |known| {
            known.change.number.map_or_else(|| known.change.name.clone(), |number| format!("#{number}"))
        });
        let mut all = joined(once, digest, |known| known.change.head.clone());
        all.sort_by(|a, b| order(a).cmp(&order(b)));
        let taken = taken_back(&all);
        for (at, known) in all.iter_mut().enumerate() {
            let decided = known.heads.iter().filter_map(|head| fates.get(head));
            known.fate = decided.fold(Fate::default(), |all, one| Fate {
                approved: all.approved | one.approved,
                held: all.held | one.held,
                reverted: all.reverted | one.reverted,
            });
            known.fate.reverted |= taken.contains(&at);
        }
        Self { all }
    }
}

/// In time; then by what never is the same twice.
fn order(known: &Known) -> (i64, &str, &str, &str) {
    let change = &known.change;
    (change.at.0, &change.repo, &change.name, &change.head)
}

/// One of each that `name` calls the same in a repository.
fn joined(all: Vec<Known>, digest: &str, name: impl Fn(&Known) -> String) -> Vec<Known> {
    let mut groups: BTreeMap<(String, String), Known> = BTreeMap::new();
    for known in all {
        let key = (known.change.repo.clone(), name(&known));
        match groups.remove(&key) {
            None => drop(groups.insert(key, known)),
            Some(other) => drop(groups.insert(key, merged(known, other, digest))),
        }
    }
    groups.into_values().collect()
}

fn merged(one: Known, other: Known, digest: &str) -> Known {
    let weight = |known: &Known| {
        let change = &known.change;
        (change.rules == digest, change.seen, change.rules.clone(), change.head.clone(), change.name.clone())
    };
    let (mut kept, gone) = if weight(&one) >= weight(&other) { (one, other) } else { (other, one) };
    kept.heads.extend(gone.heads);
    // It began when it was first seen to begin, and says what either says.
    kept.change.at = kept.change.at.min(gone.change.at);
    kept.change.number = kept.change.number.or(gone.change.number);
    kept
}

/// The positions of those that another change says it takes back.
fn taken_back(all: &[Known]) -> BTreeSet<usize> {
    let mut commits: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut pulls: BTreeMap<(&str, u64), usize> = BTreeMap::new();
    for (at, known) in all.iter().enumerate() {
        let repo = known.change.repo.as_str();
        commits.extend(known.heads.iter().map(|head| ((repo, head.as_str()), at)));
        pulls.extend(known.change.number.map(|number| ((repo, number), at)));
    }
    let mut taken = BTreeSet::new();
    for (own, known) in all.iter().enumerate() {
        let repo = known.change.repo.as_str();
        for back in &known.change.takes_back {
            let found = match back {
                TakenBack::Pull(number) => pulls.get(&(repo, *number)),
                TakenBack::Commit(id) => {
                    let next = commits.range((repo, id.as_str())..).next();
                    next.filter(|((of, head), _)| *of == repo && head.starts_with(id.as_str())).map(|(_, at)| at)
                }
            };
            taken.extend(found.copied().filter(|at| *at != own));
        }
    }
    taken
}
