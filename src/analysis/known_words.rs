//! The words that every match of an expression of this program holds, from a list beside this file: to work them out takes a third of the
//! time in which a small change is judged. An expression that is not in the list is worked out, so that the list is only a saving.
//!
//! `BLESS=1 cargo test --test suite known_words` makes the list anew.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::bigrams::Sketches;
use super::literals::{self, Word};

/// One expression a line: its digest, and its words as [`write`] puts them.
static LIST: &str = include_str!("known_words.txt");
/// What stands for words that cannot be told.
const NONE: &str = "-";
/// What stands before the pieces of an expression whose words cannot be looked for in a line.
const PIECES: &str = " ~ ";

static KNOWN: LazyLock<HashMap<u64, &str>> = LazyLock::new(|| {
    let entry = |line: &'static str| {
        let (key, words) = line.split_once(' ')?;
        Some((u64::from_str_radix(key, 16).ok()?, words))
    };
    LIST.lines().filter_map(entry).collect()
});

/// What [`literals::required`] says of `source`.
#[must_use]
pub fn of(source: &str) -> Option<BTreeSet<Word>> {
    match listed(source) {
        Some((words, _)) => words,
        None => literals::required(source),
    }
}

/// The words of `source` that a line can be asked for, as the list has them: those of [`of`], or shorter ones.
#[must_use]
pub fn in_a_line(source: &str) -> Option<BTreeSet<Word>> {
    let (words, pieces) = listed(source)?;
    pieces.or(words)
}

fn told(source: &str) -> Told {
    let words = literals::required(source);
    let pieces = if words.as_ref().is_some_and(fit_a_line) { None } else { literals::pieces(source) };
    (words, pieces)
}

fn fit_a_line(words: &BTreeSet<Word>) -> bool {
    Sketches::of(words.iter().map(|word| word.text.as_str())).is_some()
}

/// The words of an expression, and its pieces where a line cannot be asked for its words.
pub type Told = (Option<BTreeSet<Word>>, Option<BTreeSet<Word>>);

/// The words of `source` as the list has them, if it does.
#[must_use]
pub fn listed(source: &str) -> Option<Told> {
    let (words, pieces) = KNOWN.get(&digest(source)).map(|line| line.split_once(PIECES).unwrap_or((line, NONE)))?;
    let read_all = |words: &str| (words != NONE).then(|| words.split(' ').filter_map(read).collect());
    Some((read_all(words), read_all(pieces)))
}

/// The line of the list that says what can be told of `source`, and that.
#[must_use]
pub fn line(source: &str) -> (String, Told) {
    let (words, pieces) = told(source);
    let written = |words: &BTreeSet<Word>| words.iter().map(write).collect::<Vec<_>>().join(" ");
    let shorter = pieces.as_ref().map_or_else(String::new, |pieces| format!("{PIECES}{}", written(pieces)));
    let line = format!("{:016x} {}{shorter}", digest(source), words.as_ref().map_or_else(|| NONE.to_owned(), written));
    (line, (words, pieces))
}

/// A digit that says on which sides a word has borders, and its text, which holds no blank.
fn write(word: &Word) -> String {
    format!("{}{}", u8::from(word.starts) + 2 * u8::from(word.ends), word.text)
}

fn read(written: &str) -> Option<Word> {
    let (borders, text) = written.split_at_checked(1)?;
    let borders: u8 = borders.parse().ok()?;
    Some(Word { text: text.to_owned(), starts: borders & 1 != 0, ends: borders & 2 != 0 })
}

/// FNV-1a: the same on every machine and in every version.
fn digest(source: &str) -> u64 {
    source.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were_written() {
        for source in [r"(?i)curl|wget", r"\bn(?:c|cat)\s", r"\bos\.(?:system|popen)\s*\("] {
            let words = literals::required(source).unwrap();
            let (line, told) = line(source);
            let read: BTreeSet<Word> = line.split(' ').skip(1).filter_map(read).collect();
            assert_eq!((&read, told), (&words, (Some(words.clone()), None)), "{line}");
        }
        assert!(line("x+").0.ends_with(" -") && of("one certain word").is_some() && listed("one certain word").is_none());
        assert!(line("==|!=").0.ends_with(" - ~ 0!= 0==") && line(r"\^\s*ab").0.ends_with(" 0^ ~ 0ab"));
    }
}
