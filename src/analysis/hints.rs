//! What a rule cannot do without, in words; and where such words stand in a file, as far as it was looked.
//!
//! Only data: [`prefilter`](super::prefilter) looks for them, checks and sets say them and read what was seen.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use super::literals::{DISGUISED, Word};
use super::pattern::Pattern;
use crate::model::diff::Side;

/// Where words are looked for, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach(u8);

impl Reach {
    /// In an added line, or in the path.
    pub const ADDED: Self = Self(1);
    /// Anywhere in the file after the change as far as it is known, or in the path.
    pub const AFTER: Self = Self(2);
    /// In a removed line, or in the path.
    pub const REMOVED: Self = Self(4);
    /// Anywhere in the file, before or after, as far as it is known, or in the path.
    pub const ANYWHERE: Self = Self(15);
    /// Anywhere in the file before the change as far as it is known, or in the path.
    pub const BEFORE: Self = Self(8);
    /// As `AFTER`, and not in the path.
    pub const TEXT_AFTER: Self = Self(16);
    /// As `BEFORE`, and not in the path.
    pub const TEXT_BEFORE: Self = Self(32);

    /// Both together, as bits.
    #[must_use]
    pub fn bits(self) -> u8 {
        self.0
    }
}

/// Says of a run of letters, digits and the signs that join them whether it counts.
pub type Test = fn(&str) -> bool;

/// Words of which one must stand somewhere. None at all stand for "no such words are known".
#[derive(Clone, Debug, Default)]
pub struct Words(pub(super) Option<Vec<Group>>);

/// Words that count alike.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) words: BTreeSet<Word>,
    pub(super) test: Option<Test>,
}

impl Words {
    /// Words of which every match of one of `patterns` holds one.
    #[must_use]
    pub fn of<'p>(patterns: impl IntoIterator<Item = &'p Pattern>) -> Self {
        let all: Option<Vec<BTreeSet<Word>>> = patterns.into_iter().map(Pattern::words).collect();
        Self(all.map(|all| vec![Group { words: all.into_iter().flatten().collect(), test: None }]))
    }

    /// These words, whatever their case and whatever stands beside them.
    #[must_use]
    pub fn named<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        Self::folded(words, None)
    }

    /// One of exactly these.
    #[must_use]
    pub fn one_of(words: BTreeSet<Word>) -> Self {
        Self(Some(vec![Group { words, test: None }]))
    }

    /// These words where `test` says yes to the whole name that holds one of them.
    #[must_use]
    pub fn in_names<'w>(words: impl IntoIterator<Item = &'w str>, test: Test) -> Self {
        Self::folded(words, Some(test))
    }

    fn folded<'w>(words: impl IntoIterator<Item = &'w str>, test: Option<Test>) -> Self {
        let words: BTreeSet<Word> = words.into_iter().chain(DISGUISED).map(Word::plain).collect();
        Self(words.iter().all(|word| !word.text.is_empty()).then(|| vec![Group { words, test }]))
    }

    /// One of these or one of `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0.zip(other.0).map(|(one, two)| one.into_iter().chain(two).collect()))
    }
}

/// Words of which it is kept where they stand, so that a check tries no expression where it cannot match.
pub struct Hint(fn() -> Words);

impl Hint {
    /// The hint that keeps these words.
    #[must_use]
    pub const fn new(words: fn() -> Words) -> Self {
        Self(words)
    }

    fn key(&'static self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// What is kept of where a word stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// The lines, for the hint of this key.
    Lines(usize),
    /// The bytes on the new side, for the asker itself, which calls the words by this number.
    Places(u32),
}

/// What a rule cannot do without: one of the words of each part; and words it wants to know the places of.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    pub(super) parts: Vec<(Reach, Vec<Group>)>,
    pub(super) kept: Vec<(Keep, Vec<Group>)>,
}

impl Needs {
    /// Nothing: every file is looked at.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// No file by its words: only those that the check names itself, and the change as a whole.
    #[must_use]
    pub fn of_changes() -> Self {
        Self { parts: vec![(Reach::ADDED, Vec::new())], kept: Vec::new() }
    }

    /// One of `words` at `place`, and what was said before.
    #[must_use]
    pub fn and(mut self, place: Reach, words: Words) -> Self {
        self.parts.extend(words.0.map(|groups| (place, groups)));
        self
    }

    /// The same, and on which lines the words of `hint` stand is kept.
    #[must_use]
    pub fn and_on(self, place: Reach, hint: &'static Hint) -> Self {
        self.and(place, (hint.0)()).noting(hint)
    }

    /// What was said before; on which lines the words of `hint` stand is kept.
    #[must_use]
    pub fn noting(mut self, hint: &'static Hint) -> Self {
        self.kept.extend((hint.0)().0.map(|groups| (Keep::Lines(hint.key()), groups)));
        self
    }

    /// What was said before; all bytes of the new side at which one of `texts` stands are kept, with its number among them.
    #[must_use]
    pub fn placing<'t>(mut self, texts: impl IntoIterator<Item = &'t str>) -> Self {
        let group = |text: &str| Group { words: BTreeSet::from([Word::plain(text)]), test: None };
        self.kept.extend((0..).zip(texts).map(|(number, text)| (Keep::Places(number), vec![group(text)])));
        self
    }
}

/// A word that stands somewhere: its number among those of its asker, and its bytes.
pub type Placed = (u32, Range<usize>);

/// What stands in one file: which askers can find anything, and where the words are that were to be kept.
#[derive(Debug, Default)]
pub struct Seen {
    /// For each asker whether it can find anything.
    pub(super) open: Vec<bool>,
    /// The position of each hint in `lines`, by its key.
    pub(super) hints: Arc<HashMap<usize, usize>>,
    /// The lines of the old side and of the new one, in order.
    pub(super) lines: Vec<[Vec<u32>; 2]>,
    /// By asker: bytes of the new side, in the order of their ends.
    pub(super) places: HashMap<usize, Vec<Placed>>,
}

impl Seen {
    /// Whether the asker at `index` can find anything.
    #[must_use]
    pub fn suffices(&self, index: usize) -> bool {
        self.open.get(index).copied().unwrap_or(true)
    }

    /// Where the words stand that the asker at `index` wanted the places of.
    #[must_use]
    pub fn places(&self, index: usize) -> &[Placed] {
        self.places.get(&index).map_or(&[], Vec::as_slice)
    }

    /// The lines of `side` that hold words of `hint`; all of them when nobody looked for those.
    #[must_use]
    pub fn lines(&self, hint: &'static Hint, side: Side) -> Spots<'_> {
        Spots(
            self.hints
                .get(&hint.key())
                .and_then(|at| self.lines.get(*at))
                .map(|[old, new]| if side == Side::Old { old.as_slice() } else { new.as_slice() }),
        )
    }
}

/// Lines on which an expression may match: all of them where nobody looked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spots<'s>(Option<&'s [u32]>);

impl Spots<'_> {
    /// Whether one of the lines `first..=last` is among them.
    #[must_use]
    pub fn meet(self, first: usize, last: usize) -> bool {
        self.0.is_none_or(|lines| {
            let next = lines.partition_point(|line| (*line as usize) < first);
            lines.get(next).is_some_and(|line| *line as usize <= last)
        })
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_some_and(<[u32]>::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_were_not_looked_for_are_all_there() {
        let known = [2, 5];
        let spots = Spots(Some(&known));
        assert!(spots.meet(0, 2) && spots.meet(3, 9) && !spots.meet(3, 4) && !spots.meet(6, 9) && !spots.is_empty());
        assert!(Spots(None).meet(7, 7) && !Spots(None).is_empty() && Spots(Some(&[])).is_empty());
    }
}
