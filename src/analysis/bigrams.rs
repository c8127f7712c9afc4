//! For each line of the texts being judged, which pairs of bytes stand on it: by that an expression knows in a moment that none of its
//! words does, and the line is not read again. Only a saving: a text that nobody indexed may hold anything.
//!
//! A text is known by where it lies in memory, as long as its index lives, and on the thread that reads it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

/// Words of 64 bits for one line: a line of 40 bytes sets one bit in thirteen.
const CELLS: usize = 8;
const BITS: u16 = 512;
/// More pairs of a word are not asked about.
const PAIRS: usize = 6;
/// More lines together hold nearly every pair.
const MOST_LINES: usize = 64;
/// A text of more lines is not indexed: an index takes 72 bytes of each, also of empty ones.
const MOST_INDEXED: usize = 100_000;
/// Pairs of these stand in many lines.
const COMMON: &[u8] = b"etaoinsrlcdup";

/// Which pairs of bytes stand in a text, in whatever case; pairs with a blank are left out, since blanked text has more of them.
#[derive(Clone, Copy, Default)]
struct Bigrams([u64; CELLS]);

impl Bigrams {
    fn of(text: &[u8]) -> Self {
        let mut all = Self::default();
        let mut before = BLANK;
        for byte in text {
            let byte = FOLDED[usize::from(*byte)];
            if before != BLANK && byte != BLANK {
                all.set(bit([before, byte]));
            }
            before = byte;
        }
        all
    }

    fn set(&mut self, bit: u16) {
        self.0[usize::from(bit / 64)] |= 1 << (bit % 64);
    }

    fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(cell, more)| *cell |= more);
    }

    fn holds(&self, bit: u16) -> bool {
        self.0[usize::from(bit / 64)] >> (bit % 64) & 1 == 1
    }

    /// Whether `holds` is true of one of the bits that are in both.
    fn any_shared(&self, other: &Self, holds: impl Fn(u16) -> bool) -> bool {
        // Most have none, which is told without a branch for each cell.
        let shared: [u64; CELLS] = std::array::from_fn(|at| self.0[at] & other.0[at]);
        if shared.iter().fold(0, |all, cell| all | cell) == 0 {
            return false;
        }
        for (first, mut both) in (0_u16..).step_by(64).zip(shared) {
            while both != 0 {
                // A cell has 64 bits.
                if holds(first + both.trailing_zeros() as u16) {
                    return true;
                }
                both &= both - 1;
            }
        }
        false
    }
}

/// Stands for any blank.
const BLANK: u8 = b' ';
/// Each byte in small letters.
const FOLDED: [u8; 256] = {
    let mut folded = [BLANK; 256];
    let mut byte = 0;
    while byte < 256 {
        if !(byte as u8).is_ascii_whitespace() {
            folded[byte] = (byte as u8).to_ascii_lowercase();
        }
        byte += 1;
    }
    folded
};

/// The bit of a pair: a multiplication spreads them evenly.
fn bit(pair: [u8; 2]) -> u16 {
    (u16::from_be_bytes(pair).wrapping_mul(40_503) >> 7) % BITS
}

/// Some pairs of a word, rare ones first.
type Sketch = [u16; PAIRS];

/// Words of which one is looked for, by their pairs.
pub struct Sketches {
    /// The rarest pair of each: where none of these is, none of the words is.
    rarest: Bigrams,
    /// By their rarest pairs.
    words: Vec<Sketch>,
}

impl Sketches {
    /// Those of `words`; `None` when one of them has no pair, and may be anywhere.
    #[must_use]
    pub fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Option<Self> {
        let mut words: Vec<Sketch> = words.into_iter().map(sketch).collect::<Option<_>>()?;
        words.sort_unstable();
        let mut rarest = Bigrams::default();
        words.iter().for_each(|[first, ..]| rarest.set(*first));
        Some(Self { rarest, words })
    }

    /// Whether one of the words may stand in `text`.
    #[must_use]
    pub fn may_be_in(&self, text: &str) -> bool {
        let asked = addresses(text);
        if asked.is_empty() {
            return true;
        }
        LAST.with_borrow_mut(|last| {
            last.reaches(&asked).is_none_or(|line| {
                let stands = |sketch: &Sketch| sketch.iter().all(|bit| line.holds(*bit));
                let from = |bit| self.words.get(self.words.partition_point(|[first, ..]| *first < bit)..).unwrap_or_default();
                self.rarest.any_shared(line, |bit| from(bit).iter().take_while(|[first, ..]| *first == bit).any(stands))
            })
        })
    }
}

fn sketch(word: &str) -> Option<Sketch> {
    let folded: Vec<u8> = word.bytes().map(|byte| FOLDED[usize::from(byte)]).collect();
    let mut pairs: Vec<[u8; 2]> = folded.array_windows().copied().filter(|pair| !pair.contains(&BLANK)).collect();
    pairs.sort_by_key(|pair| pair.iter().filter(|byte| COMMON.contains(byte)).count());
    let rarest = bit(*pairs.first()?);
    Some(std::array::from_fn(|at| pairs.get(at).map_or(rarest, |pair| bit(*pair))))
}

/// The lines of a text.
struct Lines {
    starts: Vec<usize>,
    bigrams: Vec<Bigrams>,
    /// The line that was asked about last.
    last: Cell<usize>,
}

impl Lines {
    fn at(&self, byte: usize) -> usize {
        let is_in = |line: usize| {
            self.starts.get(line).is_some_and(|start| *start <= byte) && self.starts.get(line + 1).is_none_or(|next| byte < *next)
        };
        let last = self.last.get();
        let line = match (is_in(last), is_in(last + 1)) {
            (true, _) => last,
            (_, true) => last + 1,
            _ => self.starts.partition_point(|start| *start <= byte).saturating_sub(1),
        };
        self.last.set(line);
        line
    }

    /// The lines around `bytes`, and what stands on them.
    fn around(&self, bytes: Range<usize>, len: usize) -> Option<(Range<usize>, Bigrams)> {
        let first = self.at(bytes.start);
        let within = |line: usize| self.starts.get(line).is_some_and(|start| *start < bytes.end);
        let past = (first + 1..).take(MOST_LINES).find(|line| !within(*line))?;
        let mut all = *self.bigrams.get(first)?;
        self.bigrams.get(first + 1..past)?.iter().for_each(|line| all.add(line));
        Some((*self.starts.get(first)?..self.starts.get(past).copied().unwrap_or(len), all))
    }
}

/// A text of this thread: where it ends, and its lines.
struct Known {
    end: usize,
    lines: Rc<Lines>,
}

thread_local! {
    /// By the address at which they start.
    static KNOWN: RefCell<BTreeMap<usize, Known>> = const { RefCell::new(BTreeMap::new()) };
    static LAST: RefCell<Last> = const { RefCell::new(Last { line: 0..0, bigrams: Bigrams([0; CELLS]), text: 0..0, lines: None }) };
}

/// What was asked about last, by its addresses.
struct Last {
    /// The line, or several.
    line: Range<usize>,
    bigrams: Bigrams,
    /// Its text.
    text: Range<usize>,
    lines: Option<Rc<Lines>>,
}

impl Last {
    /// What stands on the lines around `asked`, where they are known.
    fn reaches(&mut self, asked: &Range<usize>) -> Option<&Bigrams> {
        let is_in = |range: &Range<usize>| range.start <= asked.start && asked.end <= range.end;
        if !is_in(&self.line) {
            if !is_in(&self.text) {
                let (text, lines) = find(asked)?;
                (self.text, self.lines) = (text, Some(lines));
            }
            let (bytes, bigrams) =
                self.lines.as_ref()?.around(asked.start - self.text.start..asked.end - self.text.start, self.text.len())?;
            (self.line, self.bigrams) = (bytes.start + self.text.start..bytes.end + self.text.start, bigrams);
        }
        Some(&self.bigrams)
    }

    fn forget(&mut self) {
        (self.line, self.text, self.lines) = (0..0, 0..0, None);
    }
}

/// The known text around these addresses.
fn find(asked: &Range<usize>) -> Option<(Range<usize>, Rc<Lines>)> {
    KNOWN.with_borrow(|known| {
        let (start, Known { end, lines }) = known.range(..=asked.start).next_back()?;
        (asked.end <= *end).then(|| (*start..*end, Rc::clone(lines)))
    })
}

/// The index of a text. When it goes, the text and its copies are forgotten.
pub struct Index {
    lines: Rc<Lines>,
    /// Where the texts start that are known by it.
    known: RefCell<Vec<usize>>,
}

impl Index {
    /// That of `text`, whose lines begin at `starts`. It must go before the text does.
    #[must_use]
    pub fn of(text: &str, starts: &[usize]) -> Self {
        let starts = if starts.len() > MOST_INDEXED { &[] } else { starts };
        let ends = starts.iter().skip(1).copied().chain([text.len()]);
        let lines = starts.iter().zip(ends).map(|(start, end)| Bigrams::of(text.as_bytes().get(*start..end).unwrap_or_default()));
        let lines = Lines { bigrams: lines.collect(), starts: starts.to_vec(), last: Cell::new(0) };
        let index = Self { lines: Rc::new(lines), known: RefCell::default() };
        index.covers(text);
        index
    }

    /// Knows `copy` too: the same text in which some bytes were made blanks. The index must go before it does.
    pub fn covers(&self, copy: &str) {
        let Range { start, end } = addresses(copy);
        KNOWN.with_borrow_mut(|known| known.insert(start, Known { end, lines: Rc::clone(&self.lines) }));
        self.known.borrow_mut().push(start);
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        // A thread that ends has forgotten everything already.
        let _ = KNOWN.try_with(|known| {
            let mut known = known.borrow_mut();
            for start in self.known.take() {
                if known.get(&start).is_some_and(|known| Rc::ptr_eq(&known.lines, &self.lines)) {
                    known.remove(&start);
                }
            }
        });
        let _ = LAST.try_with(|last| last.borrow_mut().forget());
    }
}

fn addresses(text: &str) -> Range<usize> {
    let start = text.as_ptr() as usize;
    start..start + text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::analysis::text::line_starts;

    fn may(text: &str, word: &str) -> bool {
        Sketches::of([word]).is_none_or(|sketches| sketches.may_be_in(text))
    }

    fn part(text: &str, bytes: Range<usize>) -> &str {
        text.get(bytes).unwrap()
    }

    #[test]
    fn a_line_is_known_as_long_as_its_index_lives() {
        let text = "one alpha\ntwo beta\nthree\n".to_owned();
        let blanked = "one      \ntwo beta\nthree\n".to_owned();
        let other = text.clone();
        {
            let index = Index::of(&text, &line_starts(&text));
            index.covers(&blanked);
            let (first, second) = (part(&text, 4..9), part(&text, 10..18));
            assert!(may(first, "ALPHA") && !may(first, "beta") && may(second, "beta") && !may(second, "alpha"));
            assert!(may(part(&text, 0..12), "beta") && !may(part(&text, 0..12), "three"));
            assert!(may(part(&blanked, 0..4), "alpha") && !may(part(&blanked, 0..4), "beta"));
            assert!(may(part(&other, 0..9), "beta") && may("", "beta") && may(first, "^"));
        }
        assert!(may(part(&text, 4..9), "beta"));
    }

    #[test]
    fn many_lines_together_may_hold_anything() {
        let text = "ab\n".repeat(200);
        let _index = Index::of(&text, &line_starts(&text));
        let endless = "ab\n".repeat(MOST_INDEXED + 1);
        let _other = Index::of(&endless, &line_starts(&endless));
        assert!(may(part(&endless, 0..2), "cd"));
        assert!(!may(part(&text, 0..190), "cd") && may(part(&text, 0..200), "cd") && !may(part(&text, 597..600), "cd"));
    }

    proptest! {
        #[test]
        fn what_stands_in_a_line_is_never_denied(text in "[a-zA-Z_. \n]{1,200}", at in 0_usize..200, len in 1_usize..12) {
            let _index = Index::of(&text, &line_starts(&text));
            let start = at.min(text.len() - 1);
            let word = part(&text, start..(start + len).min(text.len()));
            prop_assert!(may(word, &word.to_lowercase()) && may(part(&text, start..text.len()), word));
        }
    }
}
