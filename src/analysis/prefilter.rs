//! One pass over the text of a file that tells which rules can find anything in it, and where.
//!
//! A rule says which words it cannot do without; all words of all rules stand in one automaton. Only a saving of time:
//! with it and without it a report is the same, which a test holds over every example.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use daachorse::DoubleArrayAhoCorasick;

use super::effort::spend;
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

/// What a word stands for.
struct Owner {
    word: Word,
    group: usize,
    keep: Kept,
}

/// Whom a text concerns: it may be a word in several ways, which differ in what stands beside it.
#[derive(Default)]
struct Owners {
    /// Those of which only is asked whether they stand somewhere: found once, they tell nothing more.
    asked: Vec<Owner>,
    kept: Vec<Owner>,
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
    /// For each group what a name must pass that holds one of its words.
    tests: Vec<Option<Test>>,
    /// The position of each hint whose lines are kept, by its key.
    hints: Arc<HashMap<usize, usize>>,
    /// All words in small letters, each by its position among the owners. A double array takes half a megabyte, which stays in the cache
    /// beside all else that reads a file.
    words: DoubleArrayAhoCorasick<u32>,
    owners: Vec<Owners>,
}

/// Puts the words of askers together.
#[derive(Default)]
struct Maker {
    tests: Vec<Option<Test>>,
    /// Groups of which only is asked whether they stand somewhere, by their words and the address of their test: many askers share one.
    shared: BTreeMap<(BTreeSet<Word>, usize), usize>,
    hints: HashMap<usize, usize>,
    owners: BTreeMap<String, Owners>,
}

impl Maker {
    fn enter(&mut self, group: Group, keep: Kept) -> usize {
        let number = self.tests.len();
        self.tests.push(group.test);
        for word in group.words {
            let owners = self.owners.entry(word.text.to_ascii_lowercase()).or_default();
            let owners = if matches!(keep, Kept::Nothing) { &mut owners.asked } else { &mut owners.kept };
            owners.push(Owner { word, group: number, keep });
        }
        number
    }

    fn share(&mut self, group: Group) -> usize {
        let key = (group.words.clone(), group.test.map_or(0, |test| test as usize));
        if let Some(known) = self.shared.get(&key) {
            return *known;
        }
        let number = self.enter(group, Kept::Nothing);
        self.shared.insert(key, number);
        number
    }

    fn gates(&mut self, asker: usize, needs: Needs) -> Vec<Gate> {
        for (keep, groups) in needs.kept {
            let keep = match keep {
                // Several checks may share a hint.
                Keep::Lines(key) if self.hints.contains_key(&key) => continue,
                Keep::Lines(key) => {
                    let hint = self.hints.len();
                    self.hints.insert(key, hint);
                    Kept::Lines(hint)
                }
                Keep::Places(number) => Kept::Places(asker, number),
            };
            for group in groups {
                self.enter(group, keep);
            }
        }
        let gate =
            |(place, groups): (Reach, Vec<Group>)| Gate { place, groups: groups.into_iter().map(|group| self.share(group)).collect() };
        needs.parts.into_iter().map(gate).collect()
    }
}

impl Prefilter {
    /// A filter for askers that need this, in their order; `None` when they have more words than can be looked for at once.
    #[must_use]
    pub fn new(needs: impl IntoIterator<Item = Needs>) -> Option<Self> {
        let mut maker = Maker::default();
        let gates = needs.into_iter().enumerate().map(|(asker, needs)| maker.gates(asker, needs)).collect();
        let words = DoubleArrayAhoCorasick::new(maker.owners.keys()).ok()?;
        Some(Self { gates, tests: maker.tests, hints: Arc::new(maker.hints), words, owners: maker.owners.into_values().collect() })
    }

    /// What stands in `file`.
    #[must_use]
    pub fn look(&self, file: &FileView<'_>) -> Seen {
        let mut looking = Looking::new(self);
        for path in [&file.diff.old_path, &file.diff.new_path].into_iter().flatten() {
            looking.path(&path.text());
        }
        match (file.old(), file.new_side()) {
            (Some(old), Some(new)) => match Twins::of(old, new) {
                Some(twins) => looking.both(old, new, &twins),
                None => [old, new].into_iter().for_each(|side| looking.side(side, &|_| None)),
            },
            (old, new) => old.into_iter().chain(new).for_each(|side| looking.side(side, &|_| None)),
        }
        looking.seen()
    }
}

/// Where a word stands.
#[derive(Clone, Copy, Default)]
struct Here {
    /// What of [`Reach`] that is.
    bits: u8,
    /// On which line of the old side and of the new one; none in a path.
    old: Option<u32>,
    new: Option<u32>,
}

/// For each line of the new side the same one of the old side, as far as the change left it alone.
struct Twins(Vec<Option<u32>>);

impl Twins {
    /// The lines that both sides share; `None` when the sides do not fit together.
    fn of(old: &SideView<'_>, new: &SideView<'_>) -> Option<Self> {
        let mut left = (0..old.len()).filter(|line| !old.differs(*line));
        let mut twins = Vec::with_capacity(new.len());
        for line in new.lines() {
            let twin = if new.differs(line.index) { None } else { Some(left.next().filter(|at| old.line(*at).text == line.text)?) };
            twins.push(twin.and_then(|at| u32::try_from(at).ok()));
        }
        left.next().is_none().then_some(Self(twins))
    }
}

/// One file being looked through.
struct Looking<'p> {
    filter: &'p Prefilter,
    /// For each group where one of its words stands.
    bits: Vec<u8>,
    /// For each text where all words it may be that are only asked for stand already.
    done: Vec<u8>,
    lines: Vec<[Vec<u32>; 2]>,
    places: HashMap<usize, Vec<Placed>>,
}

impl<'p> Looking<'p> {
    fn new(filter: &'p Prefilter) -> Self {
        let lines = vec![Default::default(); filter.hints.len()];
        Self { filter, bits: vec![0; filter.tests.len()], done: vec![0; filter.owners.len()], lines, places: HashMap::new() }
    }

    fn seen(mut self) -> Seen {
        // Those that end together are met the longest first.
        self.places.values_mut().for_each(|places| places.sort_by_key(|(_, place)| (place.end, place.start)));
        let open = |gate: &Gate| gate.groups.iter().any(|group| self.bits.get(*group).is_none_or(|bits| bits & gate.place.bits() != 0));
        let open = self.filter.gates.iter().map(|gates| gates.iter().all(open)).collect();
        self.lines.iter_mut().flatten().for_each(|lines| lines.sort_unstable());
        Seen { open, hints: Arc::clone(&self.filter.hints), lines: self.lines, places: self.places }
    }

    fn path(&mut self, path: &str) {
        let bits = Reach::ANYWHERE.bits();
        self.search(path, 0..path.len(), bits, |_| Here { bits, ..Here::default() });
    }

    /// Looks through both sides, and once only through what they share.
    fn both(&mut self, old: &SideView<'_>, new: &SideView<'_>, twins: &Twins) {
        let mut first = 0;
        while let Some(start) = (first..old.len()).find(|line| old.differs(*line)) {
            let end = (start..old.len()).find(|line| !old.differs(*line)).unwrap_or(old.len());
            self.lines(old, start..end, &|_| None);
            first = end;
        }
        self.side(new, &|line| twins.0.get(line).copied().flatten());
    }

    /// Looks through a side; `twin` tells which line of the old side a line of the new one is.
    fn side(&mut self, side: &SideView<'_>, twin: &dyn Fn(usize) -> Option<u32>) {
        self.lines(side, 0..side.len(), twin);
    }

    fn lines(&mut self, side: &SideView<'_>, lines: Range<usize>, twin: &dyn Fn(usize) -> Option<u32>) {
        let before = Reach::BEFORE.bits() | Reach::TEXT_BEFORE.bits();
        let (changed, known) = match side.side {
            Side::Old => (Reach::REMOVED.bits(), before),
            Side::New => (Reach::ADDED.bits(), Reach::AFTER.bits() | Reach::TEXT_AFTER.bits()),
        };
        let Some(last) = lines.end.checked_sub(1).filter(|last| *last >= lines.start) else { return };
        let mut line = lines.start;
        self.search(side.text(), side.bytes_of(lines.start, last), changed | known | before, |end| {
            while line < last && side.bytes_of(line + 1, line + 1).start < end {
                line += 1;
            }
            let bits = if side.is_changed(line) { changed | known } else { known };
            let here = u32::try_from(line).ok();
            match side.side {
                Side::Old => Here { bits, old: here, new: None },
                Side::New => {
                    let old = twin(line);
                    Here { bits: if old.is_some() { bits | before } else { bits }, old, new: here }
                }
            }
        });
    }

    /// Looks for all words in `range` of `text`; `place` says where a byte of the text stands, which is at most `most`, and is asked in
    /// order.
    fn search(&mut self, text: &str, range: Range<usize>, most: u8, mut place: impl FnMut(usize) -> Here) {
        let filter = self.filter;
        let (searched, mut met) = (range.len(), 0);
        let lower = text.as_bytes().get(range.clone()).unwrap_or_default().to_ascii_lowercase();
        for found in filter.words.find_overlapping_iter(&lower) {
            met += 1;
            let (at, range) = (found.value() as usize, range.start + found.start()..range.start + found.end());
            let (Some(owners), Some(done)) = (filter.owners.get(at), self.done.get(at)) else { continue };
            if owners.kept.is_empty() && done & most == most {
                continue;
            }
            let here = place(range.end);
            if done & here.bits != here.bits {
                let missed = owners.asked.iter().filter(|owner| !self.stands(owner, text, &range, here)).count();
                if missed == 0 {
                    self.done[at] |= here.bits;
                }
            }
            for owner in &owners.kept {
                self.stands(owner, text, &range, here);
            }
        }
        spend(|effort| {
            effort.searched += searched;
            effort.met += met;
        });
    }

    /// Keeps that the word of `owner` stands at `range`, when it does and that is news; whether it is known to stand `here` then.
    fn stands(&mut self, owner: &Owner, text: &str, range: &Range<usize>, here: Here) -> bool {
        let Owner { word, group, keep } = owner;
        if !self.is_news(*group, *keep, here) {
            return true;
        }
        let test = self.filter.tests.get(*group).copied().flatten();
        let stands = word.stands(text, range.clone()) && test.is_none_or(|test| test(name_around(text, range.clone())));
        if stands {
            self.keep(*group, *keep, here, range.clone());
        }
        stands
    }

    /// Whether a word of `group` that stands `here` would tell anything.
    fn is_news(&self, group: usize, keep: Kept, here: Here) -> bool {
        match keep {
            Kept::Nothing => self.bits.get(group).is_some_and(|bits| bits & here.bits != here.bits),
            Kept::Lines(hint) => self.lines.get(hint).is_some_and(|[old, new]| {
                here.old.is_some() && old.last() != here.old.as_ref() || here.new.is_some() && new.last() != here.new.as_ref()
            }),
            Kept::Places(..) => here.new.is_some(),
        }
    }

    fn keep(&mut self, group: usize, keep: Kept, here: Here, range: Range<usize>) {
        match keep {
            Kept::Nothing => {
                if let Some(bits) = self.bits.get_mut(group) {
                    *bits |= here.bits;
                }
            }
            Kept::Lines(hint) => {
                if let Some([old, new]) = self.lines.get_mut(hint) {
                    old.extend(here.old);
                    new.extend(here.new);
                }
            }
            Kept::Places(asker, number) => self.places.entry(asker).or_default().push((number, range)),
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
        looking.search(text, 0..text.len(), u8::MAX, |end| Here {
            bits: if end > 10 { Reach::ADDED.bits() } else { Reach::REMOVED.bits() },
            old: None,
            new: u32::try_from(end / 10).ok(),
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
        let of_both = seen(Needs::nothing().placing(["authorization", "horiz"]), "AUTHORIZATION authorise");
        assert_eq!(of_both.places(0), [(1, 3..8), (0, 0..13)], "long words by their whole length, all by their ends");
        let told = seen(Needs::nothing().noting(&LINES).noting(&OTHER).placing(["in", "pi"]), "curl pipe pi  wgetin CURL");
        let meets = |first, last| told.lines(&LINES, Side::New).meet(first, last);
        assert!(meets(0, 0) && meets(1, 1) && meets(2, 2) && !meets(3, 9) && told.lines(&LINES, Side::Old).is_empty());
        assert!(told.lines(&OTHER, Side::New).meet(7, 7), "a hint without words holds everywhere");
        assert_eq!(told.places(0), [(1, 5..7), (1, 10..12), (0, 18..20)]);
    }
}
