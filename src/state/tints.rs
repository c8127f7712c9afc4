//! How lines look, as far as it is known: syntax and changed words, chunk by chunk, the least recently wanted forgotten.

use std::collections::{BTreeMap, BTreeSet};

use crate::message::event::{CHUNK, Chunk};
use crate::model::look::Tint;

/// Chunks held: enough for every screen around the reader, little enough for any diff.
const HELD: usize = 384;

/// What is known and what was asked.
#[derive(Clone, Debug, Default)]
pub struct Tints {
    held: BTreeMap<Chunk, (u64, Vec<Tint>)>,
    asked: BTreeSet<Chunk>,
    clock: u64,
}

impl Tints {
    /// How line `line` of file `file` looks.
    #[must_use]
    pub fn get(&self, file: usize, line: u32) -> Option<&Tint> {
        let chunk = chunk_of(file, line);
        let (_, lines) = self.held.get(&chunk)?;
        lines.get(line as usize % CHUNK)
    }

    /// Which of `wanted`, in this order, have to be asked for; empty when all of them are known or asked for already.
    #[must_use]
    pub fn ask(&mut self, wanted: &[Chunk]) -> Vec<Chunk> {
        self.clock += 1;
        let clock = self.clock;
        for chunk in wanted {
            if let Some((stamp, _)) = self.held.get_mut(chunk) {
                *stamp = clock;
            }
        }
        let mut missing = BTreeSet::new();
        let new = |chunk: &&Chunk| !self.held.contains_key(*chunk) && missing.insert(**chunk);
        let ordered: Vec<Chunk> = wanted.iter().filter(new).copied().collect();
        if missing.is_subset(&self.asked) {
            return Vec::new();
        }
        self.asked = missing;
        ordered
    }

    /// Keeps what arrived.
    pub fn keep(&mut self, chunk: Chunk, lines: Vec<Tint>) {
        self.asked.remove(&chunk);
        self.held.insert(chunk, (self.clock, lines));
        if self.held.len() > HELD {
            let oldest = self.held.iter().min_by_key(|(_, (stamp, _))| *stamp).map(|(chunk, _)| *chunk);
            oldest.map(|chunk| self.held.remove(&chunk));
        }
    }

    /// What was asked for and did not come will not come.
    pub fn settle(&mut self) {
        for chunk in std::mem::take(&mut self.asked) {
            self.held.insert(chunk, (self.clock, Vec::new()));
        }
    }
}

/// The chunk that holds line `line` of file `file`.
#[must_use]
pub fn chunk_of(file: usize, line: u32) -> Chunk {
    Chunk { file: u32::try_from(file).unwrap_or(u32::MAX), run: line / u32::try_from(CHUNK).unwrap_or(1) }
}
