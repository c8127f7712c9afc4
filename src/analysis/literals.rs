//! Regular expression -> words of which every match holds at least one. The only user of `regex_syntax`.
//!
//! Cautious: what cannot be said for sure is `None`, and a word never holds a blank, so that it stands in the original text
//! of whatever was joined or blanked before it was matched.

use std::collections::BTreeSet;

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// What is short enough to be no word.
#[derive(Clone, Copy)]
struct Least {
    /// Shorter words stand everywhere and say nothing, in bytes.
    beside: usize,
    /// The same for words that stand alone.
    alone: usize,
    /// Whether a single sign counts that stands in few texts.
    rare: bool,
}

/// Of words that are looked for in a whole file.
const WORD: Least = Least { beside: 3, alone: 2, rare: true };
/// Of words that are looked for in a line.
const PIECE: Least = Least { beside: 2, alone: 2, rare: false };
/// Signs that stand in few texts, so that one of them says something already.
const RARE: [u8; 2] = [b'^', b'`'];
/// More ways to write the same are not followed apart.
const MOST_EXACT: usize = 64;
/// A pattern with more words than this is not worth looking for.
pub const MOST_WORDS: usize = 400;
/// Words of every other file: any other is better.
const COMMON: [&str; 40] = [
    "and", "are", "bool", "class", "const", "data", "def", "else", "end", "false", "for", "from", "func", "function", "get", "http",
    "https", "import", "int", "let", "new", "none", "not", "null", "path", "private", "public", "return", "self", "set", "static",
    "string", "that", "the", "this", "true", "use", "var", "with", "you",
];
/// Stands for the border of a word in what an expression matches; no pattern of ours matches the byte itself.
const BORDER: u8 = 0;

/// The signs beyond ASCII that are `s` and `k` in lower case: whatever holds one may be any word.
pub const DISGUISED: [&str; 2] = ["\u{17f}", "\u{212a}"];

/// A word in lower case, to be found in whatever case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// Its text.
    pub text: String,
    /// Whether no letter, digit or underscore stands before it.
    pub starts: bool,
    /// Whether none stands behind it.
    pub ends: bool,
}

impl Word {
    /// `text`, whatever stands beside it.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self { text: text.to_ascii_lowercase(), starts: false, ends: false }
    }

    /// Whether it may stand at `range` of `text` as far as its neighbours go.
    #[must_use]
    pub fn stands(&self, text: &str, range: std::ops::Range<usize>) -> bool {
        let is_word = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
        let before = || range.start.checked_sub(1).and_then(|at| text.as_bytes().get(at));
        // Of `\nword` in a string, the word is what is read.
        let escaped = || range.start.checked_sub(2).and_then(|at| text.as_bytes().get(at)) == Some(&b'\\');
        !(self.starts && is_word(before()) && !escaped() || self.ends && is_word(text.as_bytes().get(range.end)))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Words of which a text holds one wherever `source` matches in it. `None` when there are none to name.
#[must_use]
pub fn required(source: &str) -> Option<BTreeSet<Word>> {
    holds(source, WORD)
}

/// The same with shorter words: of two bytes each at least, so that more expressions have some.
#[must_use]
pub fn pieces(source: &str) -> Option<BTreeSet<Word>> {
    holds(source, PIECE)
}

fn holds(source: &str, least: Least) -> Option<BTreeSet<Word>> {
    let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(source).ok()?;
    Told::of(&hir, least).words(least)
}

type Texts = BTreeSet<Vec<u8>>;

/// What is known of everything an expression matches.
enum Told {
    /// All there is, in lower case.
    Exactly(Texts),
    /// One of these words is in it; `None` when nothing is known.
    Holds(Option<BTreeSet<Word>>),
}

impl Told {
    fn of(hir: &Hir, least: Least) -> Self {
        match hir.kind() {
            HirKind::Look(Look::WordAscii | Look::WordStartAscii | Look::WordEndAscii) => Self::Exactly(border()),
            HirKind::Empty | HirKind::Look(_) => Self::Exactly(empty()),
            HirKind::Literal(literal) => Self::Exactly(BTreeSet::from([literal.0.to_ascii_lowercase()])),
            HirKind::Class(class) => members(class).map_or(Self::Holds(None), Self::Exactly),
            HirKind::Capture(capture) => Self::of(&capture.sub, least),
            HirKind::Repetition(repetition) => match (repetition.min, repetition.max) {
                (0, Some(1)) => Self::of(&repetition.sub, least).or(Self::Exactly(empty()), least),
                (0, _) => Self::Holds(None),
                (1, Some(1)) => Self::of(&repetition.sub, least),
                _ => Self::Holds(Self::of(&repetition.sub, least).words(least)),
            },
            HirKind::Concat(parts) => in_a_row(parts, least),
            HirKind::Alternation(parts) => {
                parts.iter().map(|part| Self::of(part, least)).reduce(|one, two| one.or(two, least)).unwrap_or(Self::Holds(None))
            }
        }
    }

    fn or(self, other: Self, least: Least) -> Self {
        match (self, other) {
            (Self::Exactly(mut one), Self::Exactly(two)) if one.len() + two.len() <= MOST_EXACT => {
                one.extend(two);
                Self::Exactly(one)
            }
            (one, two) => {
                Self::Holds(one.words(least).zip(two.words(least)).map(|(one, two)| &one | &two).filter(|all| all.len() <= MOST_WORDS))
            }
        }
    }

    fn words(self, least: Least) -> Option<BTreeSet<Word>> {
        match self {
            Self::Exactly(all) => words_of(&all, least),
            Self::Holds(words) => words,
        }
    }
}

/// Follows the parts of a sequence: what they spell together as long as that is known, and the best words wherever it is not.
fn in_a_row(parts: &[Hir], least: Least) -> Told {
    let mut best: Option<BTreeSet<Word>> = None;
    let mut keep = |words: Option<BTreeSet<Word>>| {
        if let Some(words) = words.filter(|words| best.as_ref().is_none_or(|best| worth(words) > worth(best))) {
            best = Some(words);
        }
    };
    let (mut run, mut broken) = (empty(), false);
    for part in parts {
        match Told::of(part, least) {
            Told::Exactly(next) if run.len() * next.len() <= MOST_EXACT => run = product(&run, &next),
            Told::Exactly(next) => {
                keep(words_of(&std::mem::replace(&mut run, next), least));
                broken = true;
            }
            Told::Holds(words) => {
                keep(words);
                let (ended, next) = if separates(part) { (product(&run, &border()), border()) } else { (run, empty()) };
                keep(words_of(&ended, least));
                run = next;
                broken = true;
            }
        }
    }
    if !broken {
        return Told::Exactly(run);
    }
    keep(words_of(&run, least));
    Told::Holds(best)
}

fn empty() -> Texts {
    BTreeSet::from([Vec::new()])
}

fn border() -> Texts {
    BTreeSet::from([vec![BORDER]])
}

/// Whether a part is at least one sign that is no letter, digit or underscore, and nothing else.
fn separates(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Class(Class::Bytes(class)) => class.iter().all(|range| (range.start()..=range.end()).all(|byte| !is_word(byte))),
        HirKind::Class(Class::Unicode(class)) => {
            class.iter().all(|range| (range.start()..=range.end()).all(|sign| !sign.is_ascii_alphanumeric() && sign != '_'))
        }
        HirKind::Repetition(repetition) => repetition.min > 0 && separates(&repetition.sub),
        HirKind::Capture(capture) => separates(&capture.sub),
        _ => false,
    }
}

/// Long words say more than short ones, few more than many.
#[must_use]
pub fn worth(words: &BTreeSet<Word>) -> (usize, std::cmp::Reverse<usize>) {
    let rarity = |word: &Word| match COMMON.contains(&word.text.as_str()) {
        true => 2,
        false => word.text.len() + usize::from(word.starts) + usize::from(word.ends),
    };
    (words.iter().map(rarity).min().unwrap_or(0).min(7), std::cmp::Reverse(words.len()))
}

fn product(firsts: &Texts, seconds: &Texts) -> Texts {
    firsts.iter().flat_map(|first| seconds.iter().map(move |second| [first.as_slice(), second].concat())).collect()
}

/// The longest word of each, when each has one.
fn words_of(all: &Texts, least: Least) -> Option<BTreeSet<Word>> {
    let longest = |text: &Vec<u8>| {
        // A blank is a border too.
        let bordered: Vec<u8> =
            text.iter().flat_map(|byte| if byte.is_ascii_whitespace() { vec![BORDER, b' ', BORDER] } else { vec![*byte] }).collect();
        let parts = bordered.split(|byte| *byte == b' ' || !byte.is_ascii());
        parts.filter_map(|part| word(part, least)).max_by_key(|word| word.text.len())
    };
    all.iter().map(longest).collect()
}

fn word(part: &[u8], least: Least) -> Option<Word> {
    let (starts, ends) = (part.first() == Some(&BORDER), part.last() == Some(&BORDER));
    let text: Vec<u8> = part.iter().copied().filter(|byte| *byte != BORDER).collect();
    // A border beside a sign says something of what stands beyond it.
    let (starts, ends) = (starts && is_word(*text.first()?), ends && is_word(*text.last()?));
    let shortest = if starts && ends { least.alone } else { least.beside };
    (text.len() >= shortest || least.rare && text.iter().any(|sign| RARE.contains(sign))).then_some(Word {
        text: String::from_utf8(text).ok()?,
        starts,
        ends,
    })
}

/// What a class stands for, in lower case, when that is little.
fn members(class: &Class) -> Option<Texts> {
    let all: Texts = match class {
        Class::Bytes(class) => {
            let bytes = class.iter().flat_map(|range| range.start()..=range.end());
            bytes.take(MOST_EXACT).map(|byte| vec![byte.to_ascii_lowercase()]).collect()
        }
        Class::Unicode(class) => {
            let signs = class.iter().flat_map(|range| range.start()..=range.end());
            signs.take(MOST_EXACT).map(|sign| sign.to_string().to_ascii_lowercase().into_bytes()).collect()
        }
    };
    (all.len() <= 4 && !all.contains(&vec![BORDER])).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Option<Vec<String>> {
        let shown = |word: Word| {
            let sign = |border: bool| if border { "|" } else { "" };
            format!("{}{}{}", sign(word.starts), word.text, sign(word.ends))
        };
        required(source).map(|words| words.into_iter().map(shown).collect())
    }

    #[test]
    fn what_every_match_holds() {
        let cases: [(&str, Option<&[&str]>); 17] = [
            (r"(?i)curl|wget", Some(&["curl", "wget"])),
            (r"\bos\.(?:system|popen)\s*\(", Some(&["|os.popen", "|os.system"])),
            (r"\bn(?:c|cat)\s", Some(&["|nc|", "|ncat|"])),
            (r"[\s;]ai[ \t]", Some(&["|ai|"])),
            (r"(?:ba|z)?sh -c", None),
            (r"\w+@(?:a|b)\.example", Some(&["@a.example", "@b.example"])),
            (r"x+", None),
            (r"(?:foo)?", None),
            (r"foo|.*", None),
            (r"(?i)do\s+not\s+mention", Some(&["|mention"])),
            (r"(?:alpha){2,}", Some(&["alpha"])),
            (r"gr[ae]y", Some(&["gray", "grey"])),
            (r"[a-z]{4}://", Some(&["://"])),
            (r"\b@x.y\b", None),
            (r"\w\s*\^=?\s*\w", Some(&["^", "^="])),
            ("is not none", Some(&["|none"])),
            ("(", None),
        ];
        for (source, expected) in cases {
            assert_eq!(words(source), expected.map(|list| list.iter().map(|word| (*word).to_owned()).collect()), "{source}");
        }
    }

    #[test]
    fn pieces_are_of_two_bytes_at_least() {
        let texts = |source: &str| pieces(source).map(|words| words.into_iter().map(|word| word.text).collect::<Vec<_>>());
        let cases: [(&str, Option<&[&str]>); 5] = [
            (r"^\s*(?:if|when)\s*\(", Some(&["if", "when"])),
            (r"\[::-1\]|==", Some(&["==", "[::-1]"])),
            (r"a\s+b|cd", None),
            (r"\w\s*\^=?", None),
            (r"x+", None),
        ];
        for (source, expected) in cases {
            assert_eq!(texts(source), expected.map(|list| list.iter().map(|word| (*word).to_owned()).collect()), "{source}");
        }
    }

    #[test]
    fn neighbours_tell_whether_a_word_stands_there() {
        let word = Word { text: "nc".to_owned(), starts: true, ends: true };
        let stands = |text: &str| text.match_indices("nc").any(|(at, found)| word.stands(text, at..at + found.len()));
        assert!(stands("nc -e") && stands("a;nc") && !stands("func x") && !stands("ncat") && !stands("_nc"));
    }
}
