//! One pass over the text of a file that tells which rules can find anything in it, and where.
//!
//! A rule says which words it cannot do without; all words of all rules stand in one automaton. Only a saving of time:
//! with it and without it a report is the same, which a test holds over every example.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::hints::{Group, Keep, Placed, Seen};
pub use super::hints::{Hint, Needs, Reach, Spots, Test, Words};
use super::identifier::joins;
use super::literals::Word;
use super::view::{FileView, SideView};
use crate::model::diff::Side;

/// One part of what an asker needs: one of these groups at this place.
struct Gate {
    place: Reach,
    groups: Vec<usize>,
}

/// A word of the automaton, and what it stands for.
struct Owner {
    word: Word,
    group: usize,
}

/// Words that count alike.
struct Counted {
    test: Option<Test>,
    keep: Kept,
}

/// What is kept of where such words stand.
#[derive(Clone, Copy)]
enum Kept {
    /// Only whether they do.
    Nothing,
    /// The lines, for the hint at this position.
    Lines(usize),
    /// The bytes, for this asker, which calls the words by this number.
    Places(usize, u32),
}

/// The words of several askers, ready to be looked for.
pub struct Prefilter {
    gates: Vec<Vec<Gate>>,
    groups: Vec<Counted>,
    /// The keys of the hints whose lines are kept.
    hints: Vec<usize>,
    /// All texts, and the words each stands for.
    texts: AhoCorasick,
    owners: Vec<Vec<Owner>>,
}

/// Puts the words of askers together.
#[derive(Default)]
struct Maker {
    groups: Vec<Counted>,
    hints: Vec<usize>,
    owners: BTreeMap<String, Vec<Owner>>,
}

impl Maker {
    fn enter(&mut self, group: Group, keep: Kept) -> usize {
        let number = self.groups.len();
        self.groups.push(Counted { test: group.test, keep });
        for word in group.words {
            self.owners.entry(word.text.clone()).or_default().push(Owner { word, group: number });
        }
        number
    }

    fn gates(&mut self, asker: usize, needs: Needs) -> Vec<Gate> {
        for (keep, groups) in needs.kept {
            let keep = match keep {
                // Several checks may share a hint.
                Keep::Lines(key) if self.hints.contains(&key) => continue,
                Keep::Lines(key) => {
                    self.hints.push(key);
                    Kept::Lines(self.hints.len() - 1)
                }
                Keep::Places(number) => Kept::Places(asker, number),
            };
            for group in groups {
                self.enter(group, keep);
            }
        }
        let gate = |(place, groups): (Reach, Vec<Group>)| Gate {
            place,
            groups: groups.into_iter().map(|group| self.enter(group, Kept::Nothing)).collect(),
        };
        needs.parts.into_iter().map(gate).collect()
    }
}

impl Prefilter {
    /// A filter for askers that need this, in their order; `None` when they have more words than can be looked for at once.
    #[must_use]
    pub fn new(needs: impl IntoIterator<Item = Needs>) -> Option<Self> {
        let mut maker = Maker::default();
        let gates = needs.into_iter().enumerate().map(|(asker, needs)| maker.gates(asker, needs)).collect();
        let texts = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(maker.owners.keys())
            .ok()?;
        Some(Self { gates, groups: maker.groups, hints: maker.hints, texts, owners: maker.owners.into_values().collect() })
    }

    /// What stands in `file`.
    #[must_use]
    pub fn look(&self, file: &FileView<'_>) -> Seen {
        let mut looking = Looking::new(self);
        for path in [&file.diff.old_path, &file.diff.new_path].into_iter().flatten() {
            looking.path(&path.text());
        }
        for side in [file.old(), file.new_side()].into_iter().flatten() {
            looking.side(side);
        }
        looking.seen()
    }
}

/// Where a word stands.
#[derive(Clone, Copy)]
struct Here {
    /// What of [`Reach`] that is.
    bits: u8,
    /// On which side and line; none in a path.
    line: Option<(Side, u32)>,
}

/// One file being looked through.
struct Looking<'p> {
    filter: &'p Prefilter,
    /// For each group where one of its words stands.
    bits: Vec<u8>,
    lines: Vec<[Vec<u32>; 2]>,
    places: HashMap<usize, Vec<Placed>>,
}

impl<'p> Looking<'p> {
    fn new(filter: &'p Prefilter) -> Self {
        let lines = filter.hints.iter().map(|_| <[Vec<u32>; 2]>::default()).collect();
        Self { filter, bits: vec![0; filter.groups.len()], lines, places: HashMap::new() }
    }

    fn seen(self) -> Seen {
        let open = |gate: &Gate| gate.groups.iter().any(|group| self.bits.get(*group).is_none_or(|bits| bits & gate.place.bits() != 0));
        let open = self.filter.gates.iter().map(|gates| gates.iter().all(open)).collect();
        Seen { open, lines: self.filter.hints.iter().copied().zip(self.lines).collect(), places: self.places }
    }

    fn path(&mut self, path: &str) {
        self.search(path, |_| Here { bits: Reach::ANYWHERE.bits(), line: None });
    }

    fn side(&mut self, side: &SideView<'_>) {
        let (changed, known) = match side.side {
            Side::Old => (Reach::REMOVED.bits(), Reach::BEFORE.bits() | Reach::TEXT_BEFORE.bits()),
            Side::New => (Reach::ADDED.bits(), Reach::AFTER.bits() | Reach::TEXT_AFTER.bits()),
        };
        let mut line = 0;
        self.search(side.text(), |end| {
            while line + 1 < side.len() && side.bytes_of(line + 1, line + 1).start < end {
                line += 1;
            }
            let bits = if side.is_changed(line) { changed | known } else { known };
            Here { bits, line: Some((side.side, u32::try_from(line).unwrap_or(u32::MAX))) }
        });
    }

    /// Looks for all words in `text`; `place` says where a byte stands, and is asked in order.
    fn search(&mut self, text: &str, mut place: impl FnMut(usize) -> Here) {
        let filter = self.filter;
        for found in filter.texts.find_overlapping_iter(text) {
            let here = place(found.end());
            for Owner { word, group } in filter.owners.get(found.pattern().as_usize()).into_iter().flatten() {
                let Some(Counted { test, keep }) = filter.groups.get(*group) else { continue };
                if self.is_news(*group, *keep, here)
                    && word.stands(text, found.range())
                    && test.is_none_or(|test| test(name_around(text, found.range())))
                {
                    self.keep(*group, *keep, here, found.range());
                }
            }
        }
    }

    /// Whether a word of `group` that stands `here` would tell anything.
    fn is_news(&self, group: usize, keep: Kept, here: Here) -> bool {
        match (keep, here.line) {
            (Kept::Nothing, _) => self.bits.get(group).is_some_and(|bits| bits & here.bits != here.bits),
            (Kept::Lines(hint), Some((side, line))) => self.lines.get(hint).is_some_and(|lines| lines[side as usize].last() != Some(&line)),
            (Kept::Places(..), Some((side, _))) => side == Side::New,
            (_, None) => false,
        }
    }

    fn keep(&mut self, group: usize, keep: Kept, here: Here, range: Range<usize>) {
        match (keep, here.line) {
            (Kept::Nothing, _) => {
                if let Some(bits) = self.bits.get_mut(group) {
                    *bits |= here.bits;
                }
            }
            (Kept::Lines(hint), Some((side, line))) => {
                if let Some(lines) = self.lines.get_mut(hint) {
                    lines[side as usize].push(line);
                }
            }
            (Kept::Places(asker, number), Some(_)) => self.places.entry(asker).or_default().push((number, range)),
            (_, None) => {}
        }
    }
}

/// A longer name is data, and is cut.
const LONGEST_NAME: usize = 200;

/// The name that holds `range`: what stands between blanks, quotes, brackets and the like.
fn name_around(text: &str, range: Range<usize>) -> &str {
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
    use crate::analysis::pattern::Pattern;

    static NONE: Pattern = Pattern::new(r"\d+");
    static SOME: Pattern = Pattern::new("(?i)curl|wget");
    static LINES: Hint = Hint::new(|| Words::of([&SOME]));

    fn seen(needs: Needs, text: &str) -> Seen {
        let filter = Prefilter::new([needs]).unwrap();
        let mut looking = Looking::new(&filter);
        looking.search(text, |end| Here {
            bits: if end > 10 { Reach::ADDED.bits() } else { Reach::REMOVED.bits() },
            line: Some((Side::New, u32::try_from(end / 10).unwrap())),
        });
        looking.seen()
    }

    fn open(needs: Needs, text: &str) -> bool {
        seen(needs, text).suffices(0)
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

    #[test]
    fn lines_and_places_are_kept() {
        static OTHER: Hint = Hint::new(|| Words::of([&NONE]));
        let told = seen(Needs::nothing().noting(&LINES).noting(&OTHER).placing(["in", "pi"]), "curl pipe pi  wgetin CURL");
        let meets = |first, last| told.lines(&LINES, Side::New).meet(first, last);
        assert!(meets(0, 0) && meets(1, 1) && meets(2, 2) && !meets(3, 9) && told.lines(&LINES, Side::Old).is_empty());
        assert!(told.lines(&OTHER, Side::New).meet(7, 7), "a hint without words holds everywhere");
        assert_eq!(told.places(0), [(1, 5..7), (1, 10..12), (0, 18..20)]);
    }
}
