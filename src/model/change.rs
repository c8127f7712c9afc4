//! A change as it was read: the pull, its commits, its net diff, and the whole texts of the files a check asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::diff::{Patch, Side};
use super::dossier::Dossier;
use super::path::RepoPath;
use super::pull::{Commit, Pull};

/// Everything read of one pull except whole files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The pull.
    pub pull: Pull,
    /// Its commits, oldest first; empty where the source has none.
    pub commits: Vec<Commit>,
    /// The net diff from merge-base to head.
    pub patch: Patch,
    /// Lower-case hexadecimal SHA-256 of the diff's bytes as git writes it, empty where the source has none.
    pub digest: String,
    /// What its forge keeps around it, when it lives on one.
    pub dossier: Option<Box<Dossier>>,
}

/// One file a check wants whole, on one side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextRequest {
    /// The path on that side.
    pub path: RepoPath,
    /// The side.
    pub side: Side,
}

/// Whole files by side and path, as far as the source could give them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(BTreeMap<TextRequest, Arc<str>>);

impl Texts {
    /// Keeps `text` as the whole file at `request`.
    pub fn insert(&mut self, request: TextRequest, text: Arc<str>) {
        self.0.insert(request, text);
    }

    /// The whole file at `path` on `side`, if it was read.
    #[must_use]
    pub fn get(&self, path: &RepoPath, side: Side) -> Option<&Arc<str>> {
        self.0.get(&TextRequest { path: path.clone(), side })
    }

    /// Takes over everything `other` holds.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Bytes held.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.values().map(|text| text.len()).sum()
    }
}
