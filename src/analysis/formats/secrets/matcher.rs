//! Looks for many forms of secrets at once: one automaton over all keywords, then the expressions of the few rules whose keyword is there,
//! near it where that is enough. Linear in the text.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::form::{Form, Reach};

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
    keywords: OnceLock<Option<Keywords>>,
}

/// One automaton, and which forms each of its words belongs to.
#[derive(Debug)]
struct Keywords {
    words: AhoCorasick,
    owners: Vec<Vec<usize>>,
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

    /// Everything that has one of the forms `wanted` lets through, inside `regions` of `text`, by form, then by place.
    pub fn find(&self, text: &str, regions: &[Range<usize>], wanted: &dyn Fn(usize, &Form) -> bool) -> Vec<Found> {
        let mut found = Vec::new();
        let hits = self.hits(text, regions);
        for (at, form) in self.forms.iter().enumerate() {
            let Some(places) = hits.get(&at) else { continue };
            if wanted(at, form) {
                let spans = match form.reach {
                    Reach::Line => lines(text, places),
                    Reach::Near => near(text, regions, places),
                    Reach::Text => regions.to_vec(),
                };
                search(at, form, text, &spans, &mut found);
            }
        }
        found
    }

    /// Where the keywords of each form stand; a form without any is everywhere.
    fn hits(&self, text: &str, regions: &[Range<usize>]) -> BTreeMap<usize, Vec<Range<usize>>> {
        let free = self.forms.iter().enumerate().filter(|(_, form)| form.keywords.is_empty() && form.regex.is_some());
        let mut hits: BTreeMap<usize, Vec<Range<usize>>> = free.map(|(at, _)| (at, Vec::new())).collect();
        let Some(keywords) = self.keywords.get_or_init(|| self.build()) else { return hits };
        for region in regions {
            let Some(part) = text.get(region.clone()) else { continue };
            for word in keywords.words.find_overlapping_iter(part) {
                let place = region.start + word.start()..region.start + word.end();
                for owner in keywords.owners.get(word.pattern().as_usize()).into_iter().flatten() {
                    hits.entry(*owner).or_default().push(place.clone());
                }
            }
        }
        hits
    }

    fn build(&self) -> Option<Keywords> {
        let mut words: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, form) in self.forms.iter().enumerate().filter(|(_, form)| form.regex.is_some()) {
            form.keywords.iter().for_each(|word| words.entry(word.as_str()).or_default().push(at));
        }
        let (words, owners): (Vec<&str>, Vec<Vec<usize>>) = words.into_iter().unzip();
        let words = AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()?;
        Some(Keywords { words, owners })
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

/// The spans of `text` around `places`, cut at the ends of lines where one is close, joined where they meet.
fn near(text: &str, regions: &[Range<usize>], places: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for place in places {
        let Some(region) = regions.iter().find(|region| region.start <= place.start && place.end <= region.end) else { continue };
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
