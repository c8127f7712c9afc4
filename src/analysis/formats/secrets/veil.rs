//! What hides secrets in everything that is said of a file: the forms of the user's packs, and the values that were found in it.
//!
//! The one holder of values besides the text itself. It shows none, and is gone when the file is judged.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::form::Form;
use super::matcher::Matcher;

/// A value shorter than this is hidden only where it was found: elsewhere it may be any word.
const SHORTEST: usize = 8;

/// Values of one file that are hidden also where their form does not show; a hostile file may hold a million.
const MOST: usize = 200;

/// Hides secrets.
#[derive(Clone, Default)]
pub struct Veil {
    matchers: Vec<Arc<Matcher>>,
    values: Vec<(String, String)>,
}

/// Bytes of a text, and what stands there instead.
pub type Cover = (Range<usize>, String);

impl Veil {
    /// Hides what `matchers` find.
    #[must_use]
    pub fn of(matchers: Vec<Arc<Matcher>>) -> Self {
        Self { matchers, values: Vec::new() }
    }

    /// Hides `value` from now on, line by line.
    pub fn hide(&mut self, value: &str, placeholder: &str) {
        for line in value.split(['\n', '\r']).map(str::trim).filter(|line| line.len() >= SHORTEST) {
            if self.values.len() < MOST && !self.values.iter().any(|(known, _)| known == line) {
                self.values.push((line.to_owned(), placeholder.to_owned()));
            }
        }
    }

    /// Forgets the values.
    pub fn forget(&mut self) {
        self.values = Vec::new();
    }

    /// What is to be hidden in `text`.
    #[must_use]
    pub fn covers(&self, text: &str) -> Vec<Cover> {
        let mut covers: Vec<Cover> =
            self.matchers.iter().flat_map(|matcher| matcher.covers(text, &|form, found| form.keeps(found))).collect();
        for (value, placeholder) in &self.values {
            covers.extend(text.match_indices(value.as_str()).map(|(at, _)| (at..at + value.len(), placeholder.clone())));
        }
        covers
    }
}

impl fmt::Debug for Veil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Veil({} values)", self.values.len())
    }
}

impl PartialEq for Veil {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl Eq for Veil {}

impl Matcher {
    /// What `keeps` says is a secret in `text`, wherever that text stands.
    pub fn covers(&self, text: &str, keeps: &dyn Fn(&Form, &super::allow::Candidate<'_>) -> bool) -> Vec<Cover> {
        let whole = 0..text.len();
        let found = self.find(text, std::slice::from_ref(&whole), &|_, _| true);
        let cover = |found: super::matcher::Found| {
            let form = self.forms().get(found.form)?;
            let part = |range: Range<usize>| text.get(range).unwrap_or("");
            let start = part(0..found.whole.start).rfind('\n').map_or(0, |at| at + 1);
            let end = part(found.whole.end..text.len()).find('\n').map_or(text.len(), |at| found.whole.end + at);
            let (secret, whole, line) = (part(found.secret.clone()), part(found.whole.clone()), part(start..end));
            let candidate = super::allow::Candidate { commit: None, path: None, secret, whole, line };
            keeps(form, &candidate).then(|| (found.secret.clone(), form.placeholder.clone()))
        };
        found.into_iter().filter_map(cover).collect()
    }
}

/// `text` with `covers` in place; where they overlap, one covers all of it.
#[must_use]
pub fn covered(text: &str, mut covers: Vec<Cover>) -> String {
    covers.sort_by_key(|(bytes, _)| (bytes.start, std::cmp::Reverse(bytes.end)));
    let mut out = String::with_capacity(text.len());
    let (mut at, mut shown) = (0, 0);
    for (bytes, placeholder) in covers {
        if bytes.start >= at || shown == 0 {
            out.push_str(text.get(at..bytes.start).unwrap_or(""));
            out.push_str(&format!("[{placeholder}]"));
            shown += 1;
        }
        at = at.max(bytes.end);
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_hidden_line_by_line_and_never_shown() {
        let mut veil = Veil::default();
        veil.hide("q8zt3lk9wd\nshort\n2xv7bnq8zt", "KEY");
        let text = "a q8zt3lk9wd short b2xv7bnq8zt";
        assert_eq!(covered(text, veil.covers(text)), "a [KEY] short b[KEY]");
        assert_eq!(format!("{veil:?}"), "Veil(2 values)");
    }

    #[test]
    fn what_overlaps_is_covered_as_a_whole() {
        let cover = |bytes: Range<usize>, name: &str| (bytes, name.to_owned());
        assert_eq!(covered("0123456789", vec![cover(4..7, "B"), cover(2..5, "A"), cover(8..9, "C")]), "01[A]7[C]9");
    }
}
