//! Whether two package names are near enough to be taken for one another, and how.

use std::borrow::Cow;
use std::collections::BTreeSet;

use unicode_security::confusable_detection::skeleton;

use super::lists::lists;
use crate::model::dependency::Ecosystem;

/// How a name is near another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The known name with a word that asks for trust, or that says what it is written in.
    Bait,
    /// In a short name or at its beginning, one letter other, by the key beside the right one.
    Key,
    /// The same words, once with and once without a scope, or below a scope whose name is the known one and more.
    Scope,
    /// One letter more, less, other or swapped.
    Letter,
    /// Only the signs between words differ.
    Separators,
    /// The same words in another order.
    Order,
    /// Letters that look alike.
    Shape,
}

impl Likeness {
    /// The difference in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Bait => "the known name and a word that asks for trust or names its language",
            Self::Scope => "the same words, but for the scope they stand in",
            Self::Letter => "one letter apart",
            Self::Key => "one key apart on the keyboard",
            Self::Separators => "only the signs between the words differ",
            Self::Order => "the same words in another order",
            Self::Shape => "written with letters that look alike",
        }
    }
}

/// How `new` is near `known`; `None` when they are the same or plainly different.
#[must_use]
pub fn likeness(new: &str, known: &str) -> Option<Likeness> {
    if new.len() > 200 || known.len() > 200 {
        return None;
    }
    let (new, known) = (new.to_lowercase(), known.to_lowercase());
    let sibling = |pair: &[String; 2]| (pair[0] == new && pair[1] == known) || (pair[1] == new && pair[0] == known);
    if new == known || lists().siblings.iter().any(sibling) {
        return None;
    }
    let (new, known) = (latin(&new), latin(&known));
    if new == known {
        return Some(Likeness::Shape);
    }
    match (scoped(&new), scoped(&known)) {
        (None, None) => near(&new, &known),
        // One name below two near scopes, or two near names below one scope; anything else is another publisher's business.
        (Some((scope, name)), Some((other, known))) if name == known => near_scopes(scope, other),
        (Some((scope, name)), Some((other, known))) if scope == other && scope != "types" => near(name, known),
        (Some(_), Some(_)) => None,
        _ => (bare(&new).len() >= 6 && bare(&new) == bare(&known)).then_some(Likeness::Scope),
    }
}

/// The same for names of one world, where a word for its language says nothing of its own: `python-requests`, `express-js`.
#[must_use]
pub fn likeness_in(ecosystem: Ecosystem, new: &str, known: &str) -> Option<Likeness> {
    let spelled = || {
        let (new, known) = (new.to_lowercase(), known.to_lowercase());
        let fits = !new.starts_with('@') && !known.starts_with('@') && known.len() >= 4 && new.len() <= 200;
        (fits && has_one_more(&new, &known, languages(ecosystem))).then_some(Likeness::Bait)
    };
    likeness(new, known).or_else(spelled)
}

/// Words for what the packages of a world are written in.
#[must_use]
pub fn languages(ecosystem: Ecosystem) -> &'static [&'static str] {
    match ecosystem {
        Ecosystem::Npm | Ecosystem::Jsr => &["js", "node", "nodejs"],
        Ecosystem::Pypi => &["py", "python", "python3"],
        Ecosystem::Cargo => &["rs", "rust"],
        Ecosystem::Gem => &["rb", "ruby"],
        _ => &[],
    }
}

/// Whether the words of `new` are those of `known` and one of `words`.
fn has_one_more<W: AsRef<str>>(new: &str, known: &str, words: &[W]) -> bool {
    let (new, known) = (set(new), set(known));
    let mut more = new.difference(&known);
    let only = (more.next(), more.next());
    known.is_subset(&new) && matches!(only, (Some(word), None) if words.iter().any(|one| one.as_ref() == *word))
}

/// One name below two scopes: scopes are short, and that the rest is the same says much.
fn near_scopes(new: &str, known: &str) -> Option<Likeness> {
    let short = || (new.len().min(known.len()) >= 4 && is_one_letter(new, known)).then_some(Likeness::Letter);
    let more = || {
        let (new, known) = (set(new), set(known));
        (new.len() == known.len() + 1 && known.is_subset(&new) && known.iter().all(|word| word.len() >= 4)).then_some(Likeness::Scope)
    };
    near(new, known).or_else(short).or_else(more)
}

/// Letters of other alphabets as the eye takes them.
pub(super) fn latin(name: &str) -> Cow<'_, str> {
    if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(skeleton(name).collect::<String>().to_lowercase()) }
}

pub(super) fn bare(name: &str) -> String {
    name.replace(['-', '_', '.', '/', '@'], "")
}

/// The words of a name.
fn set(name: &str) -> BTreeSet<&str> {
    name.split(['-', '_', '.', '/']).collect()
}

/// Whether `new` is the name of another owner that looks as if it were that of `known`: letters that look alike, other signs between words,
/// or the known name with words around it.
#[must_use]
pub fn imitates(new: &str, known: &str) -> bool {
    let bare = |name: &str| name.to_lowercase().replace(['-', '_', '.'], "");
    let (one, other) = (bare(new), bare(known));
    if new.eq_ignore_ascii_case(known) && new == known || other.chars().count() < 4 || one.len() > 200 || other.len() > 200 {
        return false;
    }
    // Capital I and small l are one to the eye, and hosts keep them apart.
    let seen = |name: &str| shape(&name.replace('I', "l").to_lowercase().replace(['-', '_', '.'], ""));
    let same_word = one == other && new.to_lowercase() != known.to_lowercase();
    let shaped = seen(new) == seen(known) && new.to_lowercase() != known.to_lowercase();
    same_word
        || shaped
        || one != other && (one.contains(&other) || seen(new).contains(&seen(known)))
        || near(&one, &other).is_some_and(|how| how > Likeness::Key)
}

fn scoped(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix('@')?.split_once('/')
}

fn near(new: &str, known: &str) -> Option<Likeness> {
    let shortest = new.chars().count().min(known.chars().count());
    if new == known || shortest < 4 {
        return None;
    }
    if bare(new) == bare(known) {
        return Some(Likeness::Separators);
    }
    // Which sign stands between the words hides no letter.
    let (new, known) = (&new.replace(['_', '.'], "-"), &known.replace(['_', '.'], "-"));
    if shape(new) == shape(known) && shortest >= 5 {
        return Some(Likeness::Shape);
    }
    if set(new) == set(known) && set(new).len() > 1 {
        return Some(Likeness::Order);
    }
    if shortest >= 5 && is_one_letter(new, known) {
        return Some(Likeness::Letter);
    }
    if shortest >= 5 && is_one_key(new, known) {
        return Some(Likeness::Key);
    }
    has_one_more(new, known, &lists().bait).then_some(Likeness::Bait)
}

/// The name as a hurried eye sees it.
#[must_use]
pub fn shape(name: &str) -> String {
    name.replace("rn", "m").replace("vv", "w").replace('0', "o").replace(['1', 'i'], "l").replace('5', "s")
}

/// The keys of a keyboard row by row, each row half a key further to the right (QWERTY, as most programmers type).
const ROWS: [&str; 4] = ["1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// Whether two keys lie side by side, or one above the other.
fn are_neighbours(a: char, b: char) -> bool {
    let place =
        |key: char| ROWS.iter().zip(0_usize..).find_map(|(keys, row)| keys.chars().position(|known| known == key).map(|at| (row, at)));
    let (Some((row, at)), Some((other_row, other_at))) = (place(a), place(b)) else { return false };
    match other_row.checked_sub(row) {
        Some(0) => at.abs_diff(other_at) == 1,
        // The row below begins half a key further to the right: a key lies above two of its keys.
        Some(1) => other_at == at || other_at + 1 == at,
        Some(_) => false,
        None => are_neighbours(b, a),
    }
}

/// One letter other, where the wrong key lies beside the right one. Digits tell versions apart, unless letters stand around.
fn is_one_key(new: &str, known: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (new.chars().collect(), known.chars().collect());
    if a.len() != b.len() {
        return false;
    }
    let mut other = a.iter().zip(&b).enumerate().filter(|(_, (x, y))| x != y);
    let (Some((at, (x, y))), None) = (other.next(), other.next()) else { return false };
    let within = at > 0 && at + 1 < a.len();
    let typed = |key: &char| key.is_ascii_alphabetic() || key.is_ascii_digit() && within;
    typed(x) && y.is_ascii_alphabetic() && are_neighbours(*x, *y)
}

/// One letter more, less, swapped or, in longer names behind the first letter, other. Digits tell versions apart, not names.
fn is_one_letter(new: &str, known: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (new.chars().collect(), known.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    if a.iter().chain(b).any(|c| !c.is_alphabetic()) {
        return false;
    }
    match (a, b) {
        ([_], []) | ([], [_]) => true,
        ([_], [_]) => start > 0 && known.len() >= 7,
        ([x, y], [z, w]) => x == w && y == z,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_the_language_says_nothing_of_its_own() {
        for (ecosystem, new, known, how) in [
            (Ecosystem::Pypi, "python-requests", "requests", Some(Likeness::Bait)),
            (Ecosystem::Npm, "express-js", "express", Some(Likeness::Bait)),
            (Ecosystem::Cargo, "tree-sitter-python", "tree-sitter", None),
            (Ecosystem::Npm, "express-session", "express", None),
            (Ecosystem::Npm, "@types/node", "types", None),
        ] {
            assert_eq!(likeness_in(ecosystem, new, known), how, "{new}");
        }
    }

    #[test]
    fn near_names_and_far_ones() {
        let near = [
            ("memchrs", "memchr", Likeness::Letter),
            ("reqeusts", "requests", Likeness::Letter),
            ("expresss", "express", Likeness::Letter),
            ("cros-env", "cross-env", Likeness::Letter),
            ("fkask", "flask", Likeness::Key),
            ("tokip", "tokio", Likeness::Key),
            ("wxpress", "express", Likeness::Key),
            ("c9lorama", "colorama", Likeness::Key),
            ("crossenv", "cross-env", Likeness::Separators),
            ("dateutil-python", "python-dateutil", Likeness::Order),
            ("c0lorama", "colorama", Likeness::Shape),
            ("@babe1/core", "@babel/core", Likeness::Shape),
            ("lodash-secure", "lodash", Likeness::Bait),
            ("github.com/gin-gonlc/gin", "github.com/gin-gonic/gin", Likeness::Shape),
            ("r\u{435}quests", "requests", Likeness::Shape),
            ("serde-jsonn", "serde_json", Likeness::Letter),
            ("acme-logger", "@acme/logger", Likeness::Scope),
            ("acmelogger", "@acme/logger", Likeness::Scope),
            ("@cross/env", "cross-env", Likeness::Scope),
            ("@acmee/logger", "@acme/logger", Likeness::Letter),
            ("@acme-co/logger", "@acme/logger", Likeness::Scope),
        ];
        for (new, known, how) in near {
            assert_eq!(likeness(new, known), Some(how), "{new} {known}");
        }
        let far = [
            ("preact", "react"),
            ("boto3", "boto"),
            ("lodash-es", "lodash"),
            ("serde_json", "serde_yaml"),
            ("@types/ms", "@types/qs"),
            ("@types/react", "react"),
            ("vitest", "vite"),
            ("clap", "clip"),
            ("scipy", "scapy"),
            ("three", "threw-x"),
            ("flask-login", "flask"),
            ("psycopg3", "psycopg2"),
            ("tokio-util", "tokio-stream"),
            ("@acme/logger", "logger"),
            ("@vue/core", "@nuxt/core"),
            ("@acme-co/metrics", "@acme/logger"),
            ("@acme-ui/core", "@other-ui/core"),
            ("acme-log", "@acme/logger"),
        ];
        for (new, known) in far {
            assert_eq!(likeness(new, known), None, "{new} {known}");
        }
    }
}
