//! Looks for many forms of secrets at once: one automaton over all keywords, then the expressions of the few rules whose keyword is there,
//! near it where that is enough. Linear in the text.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::form::{Form, Reach};
use crate::analysis::hints::Placed;

/// Bytes before a keyword in which a match may begin.
const BEFORE: usize = 1024;
/// Bytes after it in which it usually ends.
const AFTER: usize = 16 * 1024;
/// The same for a form of one line: as much of a line as is looked at.
const LINE: usize = 64 * 1024;
/// Bytes a match that reaches the end of those may have in all: a private key, a certificate chain.
const LONGEST: usize = 256 * 1024;
/// What one form may find in one text; more is no news.
const MOST: usize = 500;

/// The forms of one set.
#[derive(Debug, Default)]
pub struct Matcher {
    forms: Vec<Form>,
    keywords: OnceLock<Keywords>,
}

/// The keywords of all forms.
#[derive(Debug, Default)]
struct Keywords {
    /// Each of them once, in order.
    words: Vec<String>,
    /// For each form the positions of its own.
    of_forms: Vec<Vec<u32>>,
    /// One automaton over them, for texts that nobody looked through for them.
    searcher: OnceLock<Option<AhoCorasick>>,
}

impl Keywords {
    fn of(forms: &[Form]) -> Self {
        let looked_for = || forms.iter().filter(|form| form.regex.is_some());
        let words: BTreeSet<&String> = looked_for().flat_map(|form| &form.keywords).collect();
        let words: Vec<String> = words.into_iter().cloned().collect();
        let number = |word: &String| words.binary_search(word).ok().and_then(|at| u32::try_from(at).ok());
        let own = |form: &Form| form.keywords.iter().filter(|_| form.regex.is_some()).filter_map(number).collect();
        Self { of_forms: forms.iter().map(own).collect(), words, searcher: OnceLock::new() }
    }

    /// Where they stand inside `regions` of `text`.
    fn look(&self, text: &str, regions: &[Range<usize>]) -> Vec<Placed> {
        let searcher = self.searcher.get_or_init(|| AhoCorasick::builder().ascii_case_insensitive(true).build(&self.words).ok());
        let Some(searcher) = searcher else { return Vec::new() };
        let inside = regions.iter().filter_map(|region| Some((region.start, text.get(region.clone())?)));
        let found = inside.flat_map(|(start, part)| searcher.find_overlapping_iter(part).map(move |found| (start, found)));
        found.map(|(start, found)| (found.pattern().as_u32(), start + found.start()..start + found.end())).collect()
    }
}

/// What a form found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The form, by its position.
    pub form: usize,
    /// The value's bytes.
    pub secret: Range<usize>,
    /// The bytes of all the expression took.
    pub whole: Range<usize>,
}

impl Matcher {
    /// Looks for `forms`. Nothing is compiled before it is needed.
    #[must_use]
    pub fn new(forms: Vec<Form>) -> Self {
        Self { forms, keywords: OnceLock::new() }
    }

    /// Its forms.
    #[must_use]
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// All their keywords, each once: [`Self::find_at`] takes the places of them by these positions.
    #[must_use]
    pub fn keywords(&self) -> &[String] {
        &self.known().words
    }

    /// Everything that has one of the forms `wanted` lets through, inside `regions` of `text`, by form, then by place.
    pub fn find(&self, text: &str, regions: &[Range<usize>], wanted: &dyn Fn(usize, &Form) -> bool) -> Vec<Found> {
        let placed = self.known().look(text, regions);
        self.find_at(text, regions, &placed, wanted)
    }

    /// The same where it is known at which places of `text` keywords stand, in the order of their ends.
    pub fn find_at(&self, text: &str, regions: &[Range<usize>], placed: &[Placed], wanted: &dyn Fn(usize, &Form) -> bool) -> Vec<Found> {
        let mut inside: Vec<&Placed> = Vec::new();
        let mut at = 0;
        for placed @ (_, place) in placed {
            while regions.get(at).is_some_and(|region| region.end < place.end) {
                at += 1;
            }
            inside.extend(regions.get(at).is_some_and(|region| region.start <= place.start).then_some(placed));
        }
        inside.sort_by_key(|(word, _)| *word);
        let of_word = |word: u32| {
            let first = inside.partition_point(|(other, _)| *other < word);
            inside.get(first..).unwrap_or(&[]).iter().take_while(move |(other, _)| *other == word).map(|(_, place)| place)
        };
        let mut found = Vec::new();
        for ((at, form), words) in self.forms.iter().enumerate().zip(&self.known().of_forms) {
            let places = || words.iter().copied().flat_map(of_word);
            // A form without keywords is everywhere.
            let is_free = form.keywords.is_empty() && form.regex.is_some();
            if (is_free || places().next().is_some()) && wanted(at, form) {
                let mut places: Vec<Range<usize>> = places().cloned().collect();
                places.sort_unstable_by_key(|place| (place.end, place.start));
                let spans = match form.reach {
                    Reach::Line => lines(text, &places),
                    Reach::Near => near(text, regions, &places),
                    Reach::Text => regions.to_vec(),
                };
                search(at, form, text, &spans, &mut found);
            }
        }
        found
    }

    fn known(&self) -> &Keywords {
        self.keywords.get_or_init(|| Keywords::of(&self.forms))
    }
}

/// The lines of `text` that `places` stand on, with their ends; of a long line what is near.
fn lines(text: &str, places: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for place in places {
        if spans.last().is_some_and(|last| place.end <= last.end) {
            continue;
        }
        let least = text.floor_char_boundary(place.start.saturating_sub(BEFORE));
        let most = text.ceil_char_boundary((place.end + LINE).min(text.len()));
        let before = text.get(least..place.start).and_then(|before| before.rfind('\n')).map_or(least, |at| least + at + 1);
        let after = text.get(place.end..most).and_then(|after| after.find('\n')).map_or(most, |at| place.end + at + 1);
        match spans.last_mut() {
            Some(last) if before < last.end => last.end = after,
            _ => spans.push(before..after),
        }
    }
    spans
}

/// The spans of `text` around `places`, which are in the order of their ends as `regions` are, cut at the ends of lines where one is close, joined where they meet.
fn near(text: &str, regions: &[Range<usize>], places: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for place in places {
        while regions.get(at).is_some_and(|region| region.end < place.end) {
            at += 1;
        }
        let Some(region) = regions.get(at).filter(|region| region.start <= place.start) else { continue };
        let start = text.floor_char_boundary(place.start.saturating_sub(BEFORE).max(region.start));
        let end = text.ceil_char_boundary((place.end + AFTER).min(region.end));
        match spans.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => spans.push(start..end),
        }
    }
    spans
}

fn search(at: usize, form: &Form, text: &str, spans: &[Range<usize>], found: &mut Vec<Found>) {
    let Some(regex) = &form.regex else { return };
    let (mut from, mut count) = (0, 0);
    for span in spans {
        let mut end = span.end;
        from = from.max(span.start);
        while let Some(hay) = text.as_bytes().get(..end) {
            let Some(matched) = regex.find_at(hay, from) else { break };
            let farthest = text.ceil_char_boundary((matched.start + LONGEST).min(text.len()));
            if matched.end == end && end < farthest && !(form.reach == Reach::Line && hay.last() == Some(&b'\n')) {
                // It may go on behind the span: once more, as far as anything goes.
                (from, end) = (matched.start, farthest);
                continue;
            }
            count += 1;
            if count > MOST {
                return;
            }
            found.extend(taken(at, form, text, hay, matched.clone()));
            from = if matched.is_empty() { matched.end + 1 } else { matched.end };
            end = span.end.max(from);
        }
    }
}

/// The match with its value: the group that was named, or the first that took part, or the whole.
fn taken(at: usize, form: &Form, text: &str, hay: &[u8], matched: Range<usize>) -> Option<Found> {
    let captures = form.regex.as_ref()?.captures_at(hay, matched.start)?;
    let group = match form.group {
        0 => captures.iter().skip(1).flatten().find(|group| !group.is_empty()),
        named => captures.get(named),
    };
    // An expression works on bytes and may end inside of a character, such as a quote of typographers behind a key.
    let trim = |range: Range<usize>| {
        let range = text.floor_char_boundary(range.start)..text.ceil_char_boundary(range.end);
        let part = text.get(range.clone())?;
        let start = range.start + (part.len() - part.trim_start_matches('\n').len());
        let end = start + part.trim_matches('\n').len();
        (start < end).then_some(start..end)
    };
    let whole = trim(matched)?;
    let secret = match group {
        Some(group) => trim(group.range())?,
        None if form.group == 0 => whole.clone(),
        None => return None,
    };
    Some(Found { form: at, secret, whole })
}
