//! Where words stand in the whole tree of a change's head. Never what is made of that.

use std::collections::BTreeMap;

use super::path::RepoPath;

/// The files each word stands in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// By word, in small letters: each file with how often it stands there, capitals or not.
    pub places: BTreeMap<String, Vec<(RepoPath, usize)>>,
}

impl Mentions {
    /// Notes that `word` stands in the file at `path`, `count` times.
    pub fn add(&mut self, word: &str, path: &RepoPath, count: usize) {
        self.places.entry(word.to_owned()).or_default().push((path.clone(), count));
    }

    /// The files that `word` stands in.
    #[must_use]
    pub fn of(&self, word: &str) -> &[(RepoPath, usize)] {
        self.places.get(word).map_or(&[], Vec::as_slice)
    }
}
