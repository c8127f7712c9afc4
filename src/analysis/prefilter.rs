//! One pass over the text of a file that tells which checks can find anything in it.
//!
//! A check says which words it cannot do without; all words of all checks stand in one automaton. Only a saving of time:
//! with it and without it a report is the same, which a test holds over every example.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::identifier::joins;
use super::literals::Word;
use super::pattern::Pattern;
use super::view::{FileView, SideView};
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
    const BEFORE: Self = Self(8);
}

/// The signs beyond ASCII that are `s` and `k` in lower case: whatever holds one may be any word.
const DISGUISED: [&str; 2] = ["\u{17f}", "\u{212a}"];

/// Says of a run of letters, digits and the signs that join them whether it counts.
pub type Test = fn(&str) -> bool;

/// Words of which one must stand somewhere. None at all stand for "no such words are known".
#[derive(Clone, Debug, Default)]
pub struct Words(Option<Vec<Group>>);

#[derive(Clone, Debug)]
struct Group {
    words: BTreeSet<Word>,
    test: Option<Test>,
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

    /// These words where `test` says yes to the whole name that holds one of them.
    #[must_use]
    pub fn in_names<'w>(words: impl IntoIterator<Item = &'w str>, test: Test) -> Self {
        Self::folded(words, Some(test))
    }

    fn folded<'w>(words: impl IntoIterator<Item = &'w str>, test: Option<Test>) -> Self {
        let word = |text: &str| Word { text: text.to_ascii_lowercase(), starts: false, ends: false };
        let words: BTreeSet<Word> = words.into_iter().chain(DISGUISED).map(word).collect();
        Self(words.iter().all(|word| !word.text.is_empty()).then(|| vec![Group { words, test }]))
    }

    /// One of these or one of `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0.zip(other.0).map(|(one, two)| one.into_iter().chain(two).collect()))
    }
}

/// What a check cannot do without: one of the words of each part.
#[derive(Clone, Debug, Default)]
pub struct Needs(Vec<(Reach, Vec<Group>)>);

impl Needs {
    /// Nothing: the check looks at every file.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// One of `words` at `place`, and what was said before.
    #[must_use]
    pub fn and(mut self, place: Reach, words: Words) -> Self {
        self.0.extend(words.0.map(|groups| (place, groups)));
        self
    }
}

/// One part of what a check needs: one of these groups at this place.
struct Gate {
    place: Reach,
    groups: Vec<usize>,
}

/// Where a word of the automaton counts.
struct Owner {
    word: Word,
    group: usize,
}

/// The words of several checks, ready to be looked for.
pub struct Prefilter {
    gates: Vec<Vec<Gate>>,
    tests: Vec<Option<Test>>,
    /// All texts, and the words each stands for.
    texts: Option<(AhoCorasick, Vec<Vec<Owner>>)>,
}

impl Prefilter {
    /// A filter for checks that need this, in their order.
    pub fn new(needs: impl IntoIterator<Item = Needs>) -> Self {
        let mut tests = Vec::new();
        let mut owners: BTreeMap<String, Vec<Owner>> = BTreeMap::new();
        let mut enter = |group: Group| {
            let number = tests.len();
            tests.push(group.test);
            for word in group.words {
                owners.entry(word.text.clone()).or_default().push(Owner { word, group: number });
            }
            number
        };
        let mut gate = |(place, groups): (Reach, Vec<Group>)| Gate { place, groups: groups.into_iter().map(&mut enter).collect() };
        let gates = needs.into_iter().map(|needs| needs.0.into_iter().map(&mut gate).collect()).collect();
        let built = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(owners.keys());
        Self { gates, tests, texts: built.ok().map(|searcher| (searcher, owners.into_values().collect())) }
    }

    /// What stands in `file`.
    #[must_use]
    pub fn look<'p>(&'p self, file: &FileView<'_>) -> Seen<'p> {
        let mut seen = Seen { filter: self, bits: vec![0; self.tests.len()] };
        for path in [&file.diff.old_path, &file.diff.new_path].into_iter().flatten() {
            seen.search(&path.text(), |_| Reach::ANYWHERE.0);
        }
        for side in [file.old(), file.new_side()].into_iter().flatten() {
            seen.side(side);
        }
        seen
    }
}

/// What stands in one file.
pub struct Seen<'p> {
    filter: &'p Prefilter,
    /// For each group where one of its words stands.
    bits: Vec<u8>,
}

impl Seen<'_> {
    /// Whether the check at `index` can find anything.
    #[must_use]
    pub fn suffices(&self, index: usize) -> bool {
        let gates = self.filter.gates.get(index).map_or(&[][..], Vec::as_slice);
        let open = |gate: &Gate| gate.groups.iter().any(|group| self.bits.get(*group).is_none_or(|bits| bits & gate.place.0 != 0));
        // Without an automaton nothing was looked for.
        self.filter.texts.is_none() || gates.iter().all(open)
    }

    fn side(&mut self, side: &SideView<'_>) {
        let (changed, known) = match side.side {
            Side::Old => (Reach::REMOVED.0, Reach::BEFORE.0),
            Side::New => (Reach::ADDED.0, Reach::AFTER.0),
        };
        let mut line = 0;
        self.search(side.text(), |end| {
            while line + 1 < side.len() && side.bytes_of(line + 1, line + 1).start < end {
                line += 1;
            }
            if side.is_changed(line) { changed | known } else { known }
        });
    }

    /// Looks for all words in `text`; `place` says where a byte stands, and is asked in order.
    fn search(&mut self, text: &str, mut place: impl FnMut(usize) -> u8) {
        let Some((searcher, owners)) = &self.filter.texts else { return };
        for found in searcher.find_overlapping_iter(text) {
            let here = place(found.end());
            for Owner { word, group } in owners.get(found.pattern().as_usize()).into_iter().flatten() {
                let Some(bits) = self.bits.get_mut(*group).filter(|bits| **bits & here != here) else { continue };
                let counts = || self.filter.tests.get(*group).copied().flatten().is_none_or(|test| test(name_around(text, found.range())));
                if word.stands(text, found.range()) && counts() {
                    *bits |= here;
                }
            }
        }
    }
}

/// A longer name is data, and is cut.
const LONGEST_NAME: usize = 200;

/// The name that holds `range`: what stands between blanks, quotes, brackets and the like.
fn name_around(text: &str, range: std::ops::Range<usize>) -> &str {
    let bytes = text.as_bytes();
    let joins = |byte: &u8| joins(char::from(*byte));
    let start = (range.start.saturating_sub(LONGEST_NAME)..range.start).rev().take_while(|at| bytes.get(*at).is_some_and(joins)).last();
    let end = (range.end..range.end.saturating_add(LONGEST_NAME)).take_while(|at| bytes.get(*at).is_some_and(joins)).last();
    let (start, end) = (start.unwrap_or(range.start), end.map_or(range.end, |at| at + 1));
    text.get(text.floor_char_boundary(start)..text.ceil_char_boundary(end)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    static NONE: Pattern = Pattern::new(r"\d+");
    static SOME: Pattern = Pattern::new("(?i)curl|wget");

    fn open(needs: Needs, text: &str) -> bool {
        let filter = Prefilter::new([needs]);
        let mut seen = Seen { filter: &filter, bits: vec![0; filter.tests.len()] };
        seen.search(text, |end| if end > 10 { Reach::ADDED.0 } else { Reach::REMOVED.0 });
        seen.suffices(0)
    }

    #[test]
    fn every_part_must_be_there_where_it_is_asked_for() {
        let both = || Needs::nothing().and(Reach::ADDED, Words::of([&SOME])).and(Reach::ANYWHERE, Words::named(["pipe"]));
        assert!(open(both(), "pipe       CURL") && !open(both(), "curl       pipe") && !open(both(), "           curl"));
        let either = || Needs::nothing().and(Reach::ANYWHERE, Words::of([&SOME]).or(Words::named(["pipe"])));
        assert!(open(either(), "pipe") && open(either(), "wget") && !open(either(), "echo"));
    }

    #[test]
    fn nothing_known_lets_everything_through() {
        assert!(open(Needs::nothing().and(Reach::ADDED, Words::of([&SOME, &NONE])), "") && open(Needs::nothing(), ""));
    }

    #[test]
    fn a_test_is_asked_about_the_whole_name() {
        let needs = || Needs::nothing().and(Reach::ANYWHERE, Words::in_names(["token"], |name| name.starts_with("check")));
        assert!(open(needs(), "x = (checkToken)") && !open(needs(), "x = (my_token)") && !open(needs(), "check"));
    }
}
