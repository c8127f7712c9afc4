//! A regular expression written in the source: compiled when first used, on bytes, with ASCII classes, in linear time.
//!
//! It cannot fail: one that does not compile matches nothing, and a test compiles every pattern of the program.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use super::literals::{self, Word};

/// A regular expression. `\w`, `\d`, `\s` and `\b` know ASCII only, and `.` is one byte: texts are cut only at characters.
pub struct Pattern {
    source: Cow<'static, str>,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// The pattern `source`, not compiled yet.
    #[must_use]
    pub const fn new(source: &'static str) -> Self {
        Self { source: Cow::Borrowed(source), compiled: OnceLock::new() }
    }

    /// A pattern that occurs where one of `sources` does, as a word list gives them; none of them matches nothing.
    #[must_use]
    pub fn any_of(sources: &[String]) -> Self {
        let joined = sources.iter().map(|source| format!("(?:{source})")).collect::<Vec<_>>().join("|");
        let source = if joined.is_empty() { "[^\\s\\S]".to_owned() } else { joined };
        Self { source: Cow::Owned(source), compiled: OnceLock::new() }
    }

    /// Why `source` is no pattern, in one line; `None` when it is one.
    #[must_use]
    pub fn mistake(source: &str) -> Option<String> {
        compile(source).err().map(|error| error.to_string().replace('\n', " "))
    }

    /// Words of which every match holds one; `None` when there are none to name.
    #[must_use]
    pub fn words(&self) -> Option<BTreeSet<Word>> {
        literals::required(&self.source)
    }

    /// Whether it is an expression at all; one that is not matches nothing.
    #[must_use]
    pub fn compiles(&self) -> bool {
        self.regex().is_some()
    }

    /// Whether it occurs in `text`.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text.as_bytes()))
    }

    /// The bytes of its first occurrence in `text`.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Range<usize>> {
        self.regex()?.find(text.as_bytes()).map(|found| found.range())
    }

    /// The bytes of its occurrences in `text`, which do not overlap.
    pub fn find_all<'p, 't: 'p>(&'p self, text: &'t str) -> impl Iterator<Item = Range<usize>> + use<'p, 't> {
        self.regex().into_iter().flat_map(|regex| regex.find_iter(text.as_bytes())).map(|found| found.range())
    }

    /// The text of group `group` (0 is the whole) in its first occurrence; `None` when there is none or the group took no part.
    #[must_use]
    pub fn group<'t>(&self, text: &'t str, group: usize) -> Option<&'t str> {
        let captures = self.regex()?.captures(text.as_bytes())?;
        text.get(captures.get(group)?.range())
    }

    /// The texts of group `group` in all occurrences, leaving out those in which it took no part.
    pub fn groups<'p, 't: 'p>(&'p self, text: &'t str, group: usize) -> impl Iterator<Item = &'t str> + use<'p, 't> {
        let found = self.regex().into_iter().flat_map(|regex| regex.captures_iter(text.as_bytes()));
        found.filter_map(move |captures| text.get(captures.get(group)?.range()))
    }

    /// How often it occurs in `text`.
    #[must_use]
    pub fn count(&self, text: &str) -> usize {
        self.find_all(text).count()
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.source).ok()).as_ref()
    }
}

fn compile(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).unicode(false).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_groups_and_never_cuts_a_character() {
        static NAMES: Pattern = Pattern::new(r"(\w+)=(.)?");
        assert_eq!(NAMES.groups("a=1 b=é c=", 1).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(NAMES.groups("a=1 b=é c=", 2).collect::<Vec<_>>(), ["1"]);
        assert_eq!((NAMES.find("x y=2"), NAMES.count("a=1b=2"), NAMES.group("q", 1)), (Some(2..5), 2, None));
    }

    #[test]
    fn a_broken_one_matches_nothing() {
        static BROKEN: Pattern = Pattern::new("(");
        assert!(!Pattern::any_of(&[]).is_match("") && Pattern::any_of(&["a".to_owned(), "b".to_owned()]).is_match("xb"));
        assert!(!BROKEN.is_match("(") && BROKEN.find_all("(").next().is_none());
        assert!(Pattern::mistake("(").is_some_and(|mistake| !mistake.contains('\n')));
    }
}
