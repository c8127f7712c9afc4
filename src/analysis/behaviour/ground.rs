//! Where somebody goes for the first time in a repository they know: the folder nearest to its top that none of their changes touched.

use std::collections::{BTreeMap, HashSet};

use super::past::Known;
use crate::model::behaviour::Ground;
use crate::model::observed::Folder;

/// Changes in a repository from which on a new folder is worth a word.
pub const LEAST_BEFORE: usize = 20;

/// The first times of `all`, which are in the order they were made, latest first.
#[must_use]
pub fn find(all: &[&Known]) -> Vec<Ground> {
    let mut known: BTreeMap<&str, Walked> = BTreeMap::new();
    let mut found: Vec<Ground> = all.iter().filter_map(|one| known.entry(&one.change.repo).or_default().take(one)).collect();
    found.reverse();
    found
}

/// The folders that were touched, with all above them.
#[derive(Debug, Default)]
pub struct Walked {
    folders: HashSet<String>,
    changes: usize,
    roaming: usize,
}

impl Walked {
    /// Takes over where `known` goes, and tells it if none before it went there. A folder that the change makes is no news, unless what
    /// lies there steers something.
    pub fn take(&mut self, known: &Known) -> Option<Ground> {
        let change = &known.change;
        let news = change.folders.iter().filter(|folder| !folder.made || folder.steers);
        let mut folders: Vec<&str> = news.filter_map(|folder| self.nearest(folder)).collect();
        folders.sort_unstable();
        folders.dedup();
        let ground = Ground {
            repo: change.repo.clone(),
            folders: folders.into_iter().map(str::to_owned).collect(),
            change: change.address(),
            at: change.at,
            before: self.changes,
            roaming: self.roaming,
        };
        self.changes += 1;
        for above in change.folders.iter().flat_map(|folder| upward(&folder.path)) {
            if !self.folders.contains(above) {
                self.folders.insert(above.to_owned());
            }
        }
        let tells = ground.before >= LEAST_BEFORE && !ground.folders.is_empty();
        self.roaming += usize::from(tells);
        tells.then_some(ground)
    }

    /// The part of its path nearest to the top that was never touched.
    fn nearest<'f>(&self, folder: &'f Folder) -> Option<&'f str> {
        upward(&folder.path).take_while(|part| !self.folders.contains(*part)).last()
    }
}

/// A folder and all above it, save the top.
fn upward(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors((!path.is_empty()).then_some(path), |path| path.rsplit_once('/').map(|(above, _)| above))
}
