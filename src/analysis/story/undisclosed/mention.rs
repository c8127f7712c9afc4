//! The words of a change's message, and whether one of them names a thing.

use std::collections::BTreeSet;

use crate::analysis::pattern::Pattern;
use crate::analysis::story::message::parts;
use crate::analysis::story::prose::without_trailers;
use crate::model::change::Change;

static WORD: Pattern = Pattern::new(r"[A-Za-z0-9_][\w.@/-]*");

/// Every word of title, body and commit messages, in lower case, whole and in its parts.
pub(super) struct Mentioned(BTreeSet<String>);

impl Mentioned {
    pub(super) fn of(change: &Change) -> Self {
        let message: String = parts(change).iter().map(|part| without_trailers(part.text).to_lowercase() + "\n").collect();
        let whole = WORD.find_all(&message).filter_map(|range| message.get(range));
        let parts = whole.flat_map(|word| std::iter::once(word).chain(word.split(|c: char| !c.is_alphanumeric() && c != '_')));
        Self(parts.map(|word| word.trim_end_matches(['.', ',']).to_owned()).collect())
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }

    pub(super) fn any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.has(word))
    }

    /// Whether a word begins with one of `stems`.
    pub(super) fn begins(&self, stems: &[&str]) -> bool {
        stems.iter().any(|stem| self.0.range((*stem).to_owned()..).next().is_some_and(|word| word.starts_with(stem)))
    }

    /// Whether the path, its last part, or that without its ending is a word.
    pub(super) fn file(&self, path: &str) -> bool {
        let path = path.to_lowercase();
        let name = path.rsplit('/').next().unwrap_or(&path);
        let stem = name.split('.').find(|part| part.len() >= 4).unwrap_or(name);
        [path.as_str(), name, stem].into_iter().any(|word| self.has(word))
    }

    /// Whether the name, or a telling part of it, is a word.
    pub(super) fn name(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let parts = name.split(['/', '@', ':']).filter(|part| part.len() >= 3);
        let pieces = name.split(['/', '@', '-', '_', '.', ':']).filter(|piece| piece.len() >= 4);
        self.has(&name) || self.has(&name.replace('_', "-")) || parts.chain(pieces).any(|part| self.has(part))
    }
}
