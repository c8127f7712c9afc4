//! Which added file is a deleted one that moved: git's own procedure (`diffcore-rename.c`) with git's defaults, so that a
//! reviewer sees the same renames here, in `git diff` and on GitHub. Copies are not looked for, as by default in git.
//!
//! libgit2 has a finder of its own, which measures differently and finds other renames.

use std::collections::HashMap;

use git2::Oid;

use super::blobs::{Content, Store};
use super::similarity::{MAX_SCORE, Pieces};
use super::trees::{Difference, Entry};
use crate::model::cancel::Cancel;
use crate::model::diff::FileMode;
use crate::model::path::RepoPath;
use crate::sources::limits::MAX_FILE_BYTES;
use crate::sources::source::SourceError;

/// More pairs than this are not compared (`diff.renameLimit` 1000, squared); files with the same content are still found.
const MAX_PAIRS: usize = 1_000_000;
/// Half of a file must be the same.
const MINIMUM: u64 = MAX_SCORE / 2;
/// Three quarters, when the file's own name is the only one of its kind on both sides.
const MINIMUM_BY_NAME: u64 = MINIMUM + (MAX_SCORE - MINIMUM) / 2;
/// How many possible sources are remembered for one file.
const CANDIDATES: usize = 4;

/// A file before and after; `moved` tells by how much it is the same when its path changed.
pub(super) struct Pair {
    pub(super) old: Option<(RepoPath, Entry)>,
    pub(super) new: Option<(RepoPath, Entry)>,
    pub(super) moved: Option<u8>,
}

/// One side of a possible rename.
struct Side {
    /// Its position among the differences.
    at: usize,
    entry: Entry,
    name: Vec<u8>,
    pieces: Option<Pieces>,
    taken: bool,
}

/// Joins deleted and added files into renames; all others stay as they are, in their order.
pub(super) fn join(files: Vec<Difference>, store: &Store<'_>, cancel: &Cancel) -> Result<Vec<Pair>, SourceError> {
    let mut finder = Finder { sources: Vec::new(), targets: Vec::new(), renames: HashMap::new() };
    for (at, file) in files.iter().enumerate() {
        match (file.old, file.new) {
            (Some(entry), None) => finder.sources.push(side(at, entry, &file.path)),
            (None, Some(entry)) => finder.targets.push(side(at, entry, &file.path)),
            _ => {}
        }
    }
    finder.by_content();
    finder.by_name(store, cancel)?;
    finder.by_comparison(store, cancel)?;
    Ok(finder.pairs(files))
}

fn side(at: usize, entry: Entry, path: &RepoPath) -> Side {
    let name = path.bytes().rsplit(|b| *b == b'/').next().unwrap_or_default().to_vec();
    Side { at, entry, name, pieces: None, taken: false }
}

struct Finder {
    sources: Vec<Side>,
    targets: Vec<Side>,
    /// Target's position to source's position and score.
    renames: HashMap<usize, (usize, u64)>,
}

impl Finder {
    fn record(&mut self, source: usize, target: usize, score: u64) {
        self.sources[source].taken = true;
        self.targets[target].taken = true;
        self.renames.insert(self.targets[target].at, (self.sources[source].at, score));
    }

    /// Same content, the same file name preferred.
    fn by_content(&mut self) {
        let mut holders: HashMap<Oid, Vec<usize>> = HashMap::new();
        for (source, side) in self.sources.iter().enumerate() {
            holders.entry(side.entry.id).or_default().push(source);
        }
        for target in 0..self.targets.len() {
            let side = &self.targets[target];
            let Some(same) = holders.get(&side.entry.id) else { continue };
            let fits = |source: &&usize| {
                let other = &self.sources[**source];
                !other.taken && (is_file(side.entry) && is_file(other.entry) || side.entry.mode == other.entry.mode)
            };
            let mut free = same.iter().filter(fits).take(100);
            let first = free.next();
            let best = first.filter(|source| self.sources[**source].name == side.name);
            let best = best.or_else(|| free.find(|source| self.sources[**source].name == side.name)).or(first).copied();
            if let Some(source) = best {
                self.record(source, target, MAX_SCORE);
            }
        }
    }

    /// A file name that only one deleted and one added file carry.
    fn by_name(&mut self, store: &Store<'_>, cancel: &Cancel) -> Result<(), SourceError> {
        let unique = |sides: &[Side]| {
            let mut names: HashMap<Vec<u8>, Option<usize>> = HashMap::new();
            for (at, side) in sides.iter().enumerate().filter(|(_, side)| !side.taken) {
                names.entry(side.name.clone()).and_modify(|known| *known = None).or_insert(Some(at));
            }
            names
        };
        let (sources, targets) = (unique(&self.sources), unique(&self.targets));
        for source in 0..self.sources.len() {
            let name = &self.sources[source].name;
            let (Some(Some(from)), Some(Some(target))) = (sources.get(name), targets.get(name)) else { continue };
            if *from == source {
                let score = self.score(source, *target, MINIMUM_BY_NAME, store, cancel)?;
                if score >= MINIMUM_BY_NAME {
                    self.record(source, *target, score);
                }
            }
        }
        Ok(())
    }

    /// Every remaining deleted file against every remaining added one, best score first.
    fn by_comparison(&mut self, store: &Store<'_>, cancel: &Cancel) -> Result<(), SourceError> {
        let free = |sides: &[Side]| sides.iter().enumerate().filter(|(_, side)| !side.taken).map(|(at, _)| at).collect::<Vec<_>>();
        let (sources, targets) = (free(&self.sources), free(&self.targets));
        if sources.len().saturating_mul(targets.len()) > MAX_PAIRS {
            return Ok(());
        }
        let mut matches: Vec<Match> = Vec::new();
        for target in targets {
            let mut best: Vec<Match> = Vec::with_capacity(CANDIDATES);
            for source in &sources {
                let score = self.score(*source, target, MINIMUM, store, cancel)?;
                let same_name = self.sources[*source].name == self.targets[target].name;
                keep(&mut best, Match { score, same_name, source: *source, target });
            }
            matches.append(&mut best);
            self.targets[target].pieces = None;
        }
        matches.sort_by_key(Match::rank);
        for found in matches.iter().take_while(|found| found.score >= MINIMUM) {
            if !self.targets[found.target].taken && !self.sources[found.source].taken {
                self.record(found.source, found.target, found.score);
            }
        }
        Ok(())
    }

    fn score(&mut self, source: usize, target: usize, minimum: u64, store: &Store<'_>, cancel: &Cancel) -> Result<u64, SourceError> {
        if cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        let (old, new) = (&mut self.sources[source], &mut self.targets[target]);
        if !is_file(old.entry) || !is_file(new.entry) {
            return Ok(0);
        }
        Ok(pieces(old, store).score(pieces(new, store), minimum))
    }

    fn pairs(self, files: Vec<Difference>) -> Vec<Pair> {
        let moved_from: HashMap<usize, (RepoPath, Option<Entry>, u64)> = self
            .renames
            .iter()
            .map(|(target, (source, score))| (*target, (files[*source].path.clone(), files[*source].old, *score)))
            .collect();
        let gone: std::collections::HashSet<usize> = self.renames.values().map(|(source, _)| *source).collect();
        let pair = |(at, file): (usize, Difference)| {
            if gone.contains(&at) {
                return None;
            }
            let new = file.new.map(|entry| (file.path.clone(), entry));
            Some(match moved_from.get(&at) {
                Some((path, Some(entry), score)) => Pair { old: Some((path.clone(), *entry)), new, moved: percent(*score) },
                _ => Pair { old: file.old.map(|entry| (file.path.clone(), entry)), new, moved: None },
            })
        };
        files.into_iter().enumerate().filter_map(pair).collect()
    }
}

fn percent(score: u64) -> Option<u8> {
    u8::try_from(score * 100 / MAX_SCORE).ok()
}

fn is_file(entry: Entry) -> bool {
    matches!(entry.mode, FileMode::Regular | FileMode::Executable)
}

/// The file's pieces, read once. A file that is missing or too large is like no other.
fn pieces<'a>(side: &'a mut Side, store: &Store<'_>) -> &'a Pieces {
    let id = side.entry.id;
    side.pieces.get_or_insert_with(|| match store.read(Some(id), MAX_FILE_BYTES) {
        Content::Bytes(object) => Pieces::of(object.data()),
        _ => Pieces::of(&[]),
    })
}

/// A deleted file as a possible source of an added one.
#[derive(Clone, Copy)]
struct Match {
    score: u64,
    same_name: bool,
    source: usize,
    target: usize,
}

impl Match {
    /// Smaller is better; equal ranks keep their order.
    fn rank(&self) -> (std::cmp::Reverse<u64>, bool) {
        (std::cmp::Reverse(self.score), !self.same_name)
    }
}

/// Keeps the few best, an earlier one before an equal later one.
fn keep(best: &mut Vec<Match>, found: Match) {
    if best.len() < CANDIDATES {
        best.push(found);
        return;
    }
    let mut worst = 0;
    for at in 1..best.len() {
        if best[at].rank() > best[worst].rank() {
            worst = at;
        }
    }
    if best[worst].rank() > found.rank() {
        best[worst] = found;
    }
}
