//! A regular expression written in the source: compiled when a text may hold it, on bytes, in linear time.
//!
//! It cannot fail: one that does not compile matches nothing, and a test compiles every pattern of the program.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use regex::bytes::{Regex, RegexBuilder};

use super::bigrams::Sketches;
use super::effort::spend;
use super::known_words;
use super::literals::{DISGUISED, MOST_WORDS, Word};

/// A text of so many bytes is worth compiling for.
const LONG: usize = 64 * 1024;
/// So many bytes of shorter texts are looked through for words before; each text counts as some more. Compiling takes as long as the
/// look takes longer than the compiled one would by then.
const PATIENCE: usize = 256 * 1024;
const CALL: usize = 32;

/// A regular expression. `\w`, `\d`, `\s` and `\b` know ASCII only, and `.` is one byte: texts are cut only at characters.
///
/// Compiling takes a hundred times longer than asking about a line. As long as it was asked about little, a text without any of the words
/// that every match holds is answered without.
pub struct Pattern {
    source: Cow<'static, str>,
    /// The expressions of which one must occur, where it was put together of such.
    parts: Vec<String>,
    /// Whether its classes know all alphabets.
    wide: bool,
    words: OnceLock<Option<Vec<Sought>>>,
    /// The pairs of bytes of those words, when each has one.
    sketches: OnceLock<Option<Sketches>>,
    compiled: OnceLock<Option<Regex>>,
    /// Bytes it was asked about before it was compiled.
    asked: AtomicUsize,
}

impl Pattern {
    /// The pattern `source`, not compiled yet.
    #[must_use]
    pub const fn new(source: &'static str) -> Self {
        Self::of(Cow::Borrowed(source), false)
    }

    /// The pattern `source` of a data file, whose classes know all alphabets, and `.` all characters.
    #[must_use]
    pub const fn wide(source: String) -> Self {
        Self::of(Cow::Owned(source), true)
    }

    /// A pattern that occurs where one of `sources` does, as a word list gives them; none of them matches nothing.
    #[must_use]
    pub fn any_of(sources: &[String]) -> Self {
        let joined = sources.iter().map(|source| format!("(?:{source})")).collect::<Vec<_>>().join("|");
        let joined = if joined.is_empty() { "[^\\s\\S]".to_owned() } else { joined };
        Self { parts: sources.to_vec(), ..Self::of(Cow::Owned(joined), false) }
    }

    const fn of(source: Cow<'static, str>, wide: bool) -> Self {
        Self {
            source,
            parts: Vec::new(),
            wide,
            words: OnceLock::new(),
            sketches: OnceLock::new(),
            compiled: OnceLock::new(),
            asked: AtomicUsize::new(0),
        }
    }

    /// Why `source` is no pattern, in one line; `None` when it is one.
    #[must_use]
    pub fn mistake(source: &str) -> Option<String> {
        compile(source, false).err().map(|error| error.to_string().replace('\n', " "))
    }

    /// Words of which every match holds one; `None` when there are none to name.
    #[must_use]
    pub fn words(&self) -> Option<BTreeSet<Word>> {
        Some(self.known_words()?.iter().map(|sought| sought.word.clone()).collect())
    }

    /// Whether it is an expression at all; one that is not matches nothing.
    #[must_use]
    pub fn compiles(&self) -> bool {
        self.compiled().is_some()
    }

    /// Whether it occurs in `text`.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex(text).is_some_and(|regex| regex.is_match(text.as_bytes()))
    }

    /// The bytes of its first occurrence in `text`.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Range<usize>> {
        self.regex(text)?.find(text.as_bytes()).map(|found| found.range())
    }

    /// The bytes of its occurrences in `text`, which do not overlap.
    pub fn find_all<'p, 't: 'p>(&'p self, text: &'t str) -> impl Iterator<Item = Range<usize>> + use<'p, 't> {
        self.regex(text).into_iter().flat_map(|regex| regex.find_iter(text.as_bytes())).map(|found| found.range())
    }

    /// The text of group `group` (0 is the whole) in its first occurrence; `None` when there is none or the group took no part.
    #[must_use]
    pub fn group<'t>(&self, text: &'t str, group: usize) -> Option<&'t str> {
        if group == 0 {
            return text.get(self.find(text)?);
        }
        // Groups cost memory, and most texts hold none.
        let captures = self.regex(text).filter(|regex| regex.is_match(text.as_bytes()))?.captures(text.as_bytes())?;
        text.get(captures.get(group)?.range())
    }

    /// The texts of group `group` in all occurrences, leaving out those in which it took no part.
    pub fn groups<'p, 't: 'p>(&'p self, text: &'t str, group: usize) -> impl Iterator<Item = &'t str> + use<'p, 't> {
        // The whole is found without telling the groups apart.
        let whole = (group == 0).then(|| self.find_all(text)).into_iter().flatten();
        let regex = if group == 0 { None } else { self.regex(text) };
        let parts = regex.into_iter().flat_map(|regex| regex.captures_iter(text.as_bytes()));
        let parts = parts.filter_map(move |captures| captures.get(group).map(|part| part.range()));
        whole.chain(parts).filter_map(|part| text.get(part))
    }

    /// The texts of all groups that took part in its occurrences in `text`, in their order: for one whose groups are alternatives.
    pub fn parts<'p, 't: 'p>(&'p self, text: &'t str) -> impl Iterator<Item = &'t str> + use<'p, 't> {
        let found = self.regex(text).into_iter().flat_map(|regex| regex.captures_iter(text.as_bytes()));
        let parts = found.flat_map(|captures| captures.iter().skip(1).flatten().map(|part| part.range()).collect::<Vec<_>>());
        parts.filter_map(|part| text.get(part))
    }

    /// `text` without its occurrences.
    #[must_use]
    pub fn without<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let (mut kept, mut from) = (String::new(), 0);
        for found in self.find_all(text) {
            kept.push_str(text.get(from..found.start).unwrap_or(""));
            from = found.end;
        }
        if from == 0 {
            return Cow::Borrowed(text);
        }
        kept.push_str(text.get(from..).unwrap_or(""));
        Cow::Owned(kept)
    }

    /// How often it occurs in `text`.
    #[must_use]
    pub fn count(&self, text: &str) -> usize {
        self.find_all(text).count()
    }

    /// What finds it in `text`; `None` when it occurs nowhere in it.
    fn regex(&self, text: &str) -> Option<&Regex> {
        if self.sketches().is_some_and(|sketches| !sketches.may_be_in(text)) {
            return None;
        }
        spend(|effort| effort.matched += text.len());
        let is_short = || text.len() < LONG && self.asked.fetch_add(CALL + text.len(), Ordering::Relaxed) < PATIENCE;
        // Borders of words in all alphabets are slow to find where there is more than ASCII.
        let slow = self.wide && !text.is_ascii();
        if (slow || self.compiled.get().is_none() && is_short()) && !self.may_be_in(text) {
            return None;
        }
        self.compiled()
    }

    fn compiled(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.source, self.wide).ok()).as_ref()
    }

    fn known_words(&self) -> Option<&[Sought]> {
        let told = || {
            let words = self.told(known_words::of).filter(|words| words.len() <= MOST_WORDS)?;
            Some(words.into_iter().map(Sought::of).collect())
        };
        self.words.get_or_init(told).as_deref()
    }

    /// What `of` says of the expression, and of what it was put together.
    fn told(&self, of: impl Fn(&str) -> Option<BTreeSet<Word>>) -> Option<BTreeSet<Word>> {
        let mut words = match self.parts.as_slice() {
            [] => of(&self.source)?,
            parts => parts.iter().map(|part| of(part)).reduce(|one, two| Some(&one? | &two?)).flatten()?,
        };
        words.extend(DISGUISED.into_iter().filter(|_| self.wide).map(Word::plain));
        Some(words)
    }

    fn sketches(&self) -> Option<&Sketches> {
        let told = || match self.told(known_words::in_a_line) {
            Some(words) => Sketches::of(words.iter().map(|word| word.text.as_str())),
            None => Sketches::of(self.known_words()?.iter().map(|sought| sought.word.text.as_str())),
        };
        self.sketches.get_or_init(told).as_ref()
    }

    /// Whether one of its words stands in `text`, as far as that is known.
    fn may_be_in(&self, text: &str) -> bool {
        let Some(words) = self.known_words() else { return true };
        let (signs, lower) = (Signs::of(text), LazyCell::new(|| text.to_ascii_lowercase()));
        let stands = |word: &Word| {
            // To ask whether it is there at all is many times faster than to ask where.
            lower.contains(&word.text) && lower.match_indices(&word.text).any(|(at, found)| word.stands(text, at..at + found.len()))
        };
        words.iter().any(|sought| sought.signs.are_in(signs) && stands(&sought.word))
    }
}

/// A word of an expression, ready to be looked for.
struct Sought {
    word: Word,
    signs: Signs,
}

impl Sought {
    fn of(word: Word) -> Self {
        Self { signs: Signs::of(&word.text), word }
    }
}

/// The signs of a text, in whatever case; all beyond ASCII count as one. A word whose signs are not all there is not there.
#[derive(Clone, Copy)]
struct Signs(u128);

impl Signs {
    fn of(text: &str) -> Self {
        Self(text.bytes().fold(0, |all, byte| all | 1 << byte.to_ascii_lowercase().min(127)))
    }

    fn are_in(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

fn compile(source: &str, wide: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).unicode(wide).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_groups_and_never_cuts_a_character() {
        static NAMES: Pattern = Pattern::new(r"(\w+)=(.)?");
        assert_eq!(NAMES.groups("a=1 b=é c=", 1).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(NAMES.groups("a=1 b=é c=", 2).collect::<Vec<_>>(), ["1"]);
        assert_eq!(NAMES.parts("a=1 b=é c=").collect::<Vec<_>>(), ["a", "1", "b", "c"]);
        assert_eq!((NAMES.find("x y=2"), NAMES.count("a=1b=2"), NAMES.group("q", 1)), (Some(2..5), 2, None));
    }

    /// Before it is compiled and after, an answer is the same.
    #[test]
    fn words_save_compiling_and_change_nothing() {
        for (source, wide) in [(r"(?i)\bcurl\s+(-\w+)", false), (r"(?i)\bcurl\s+(-\w+)", true), (r"\d+", false), ("(?i)s[ek]t\\w", true)] {
            let fresh = || Pattern::of(Cow::Borrowed(source), wide);
            let eager = fresh();
            assert!(eager.compiles());
            for text in ["CURL -x", "a curls -x", "curl", "\\ncurl -l", "\u{17f}etz", "set1", "7", "", "\u{e9} curl -o \u{e9}"] {
                let lazy = fresh();
                assert_eq!((lazy.find(text), lazy.group(text, 0)), (eager.find(text), eager.group(text, 0)), "{source} on {text}");
            }
        }
        static QUIET: Pattern = Pattern::new("(?i)curl|wget");
        assert!(
            !QUIET.is_match("a plain line") && QUIET.compiled.get().is_none() && QUIET.is_match("WGET") && QUIET.compiled.get().is_some()
        );
        static ASKED: Pattern = Pattern::new("(?i)curl|wget");
        assert!((0..10_000).all(|_| !ASKED.is_match("a plain line")) && ASKED.compiled.get().is_some());
    }

    #[test]
    fn a_broken_one_matches_nothing() {
        static BROKEN: Pattern = Pattern::new("(");
        assert!(!Pattern::any_of(&[]).is_match("") && Pattern::any_of(&["a".to_owned(), "b".to_owned()]).is_match("xb"));
        assert!(!BROKEN.is_match("(") && BROKEN.find_all("(").next().is_none());
        assert!(Pattern::mistake("(").is_some_and(|mistake| !mistake.contains('\n')));
    }
}
