//! What the word under the cursor of a filter can become: fields, the language's own words, what the queue holds, saved filters.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::model::filter::{Filter, NUMBER_KEYS, TEXT_KEYS};
use crate::state::queue::{Entry, Queue};
use crate::state::text_field::TextField;

/// Ways that are offered.
const MOST: usize = 60;

/// One thing a word can become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What is put in its place.
    pub puts: String,
    /// What is shown of it. May hold outside text: hostile until drawn.
    pub shows: String,
}

/// What a word can become, and which of it stands there now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// All of it, the likeliest first.
    pub ways: Vec<Way>,
    /// The one that stands there.
    pub at: Option<usize>,
    /// Characters before the word.
    start: usize,
}

impl Completion {
    /// What the word before the cursor of `field` can become.
    #[must_use]
    pub fn of(field: &TextField, queue: &Queue) -> Self {
        let before = field.halves().0;
        let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
        let start = field.cursor - word.chars().count();
        let (sign, bare) = word.strip_prefix('-').map_or(("", word), |bare| ("-", bare));
        let mut ways: Vec<Way> =
            offered(bare, queue).into_iter().map(|text| Way { shows: text.clone(), puts: format!("{sign}{text}") }).collect();
        if sign.is_empty() && !bare.contains([':', '<', '>', '=']) {
            let named = |name: &str| name.to_lowercase().contains(&bare.to_lowercase());
            let saved = queue.sections.iter().filter(|section| !section.written.is_empty() && named(&section.name));
            ways.extend(
                saved.map(|section| Way { puts: section.written.clone(), shows: format!("{} = {}", section.name, section.written) }),
            );
        }
        ways.retain(|way| way.puts != word);
        ways.truncate(MOST);
        Self { ways, at: None, start }
    }

    /// Puts the next way, or the one before, in the word's place. Round the ends.
    pub fn turn(&mut self, field: &mut TextField, forward: bool) {
        let count = self.ways.len();
        let next = match self.at {
            None if forward => 0,
            None => count.saturating_sub(1),
            Some(at) if forward => (at + 1) % count.max(1),
            Some(at) => at.checked_sub(1).unwrap_or(count.saturating_sub(1)),
        };
        if let Some(way) = self.ways.get(next) {
            field.replace_from(self.start, &way.puts);
            self.at = Some(next);
        }
    }
}

/// Words that begin as `word` does, then those that hold it.
fn offered(word: &str, queue: &Queue) -> Vec<String> {
    if let Some((key, part)) = TEXT_KEYS.iter().find_map(|key| Some((*key, word.strip_prefix(key)?.strip_prefix(':')?))) {
        let known: Vec<String> = Filter::words(key).into_iter().map(str::to_owned).collect();
        let values = if known.is_empty() { held(key, queue) } else { known };
        return fitting(values, part).into_iter().map(|value| format!("{key}:{value}")).collect();
    }
    if let Some((before, part)) = compared(word) {
        let key = before.trim_end_matches(['<', '>', '=']);
        let values = Filter::words(key).into_iter().map(str::to_owned).collect();
        return fitting(values, part).into_iter().map(|value| format!("{before}{value}")).collect();
    }
    let fields = TEXT_KEYS.iter().map(|key| format!("{key}:"));
    let numbers = NUMBER_KEYS.iter().map(|key| format!("{key}{}", if *key == "age" { "<" } else { ">=" }));
    let all: Vec<String> = numbers.chain(fields).collect();
    all.into_iter().filter(|field| field.starts_with(&word.to_lowercase())).collect()
}

/// `risk>=hi` as `risk>=` and `hi`.
fn compared(word: &str) -> Option<(&str, &str)> {
    let key = NUMBER_KEYS.iter().find(|key| word.strip_prefix(**key).is_some_and(|rest| rest.starts_with(['<', '>', '='])))?;
    let signs = word.get(key.len()..)?.chars().take_while(|c| matches!(c, '<' | '>' | '=')).count();
    word.split_at_checked(key.len() + signs)
}

fn fitting(values: Vec<String>, part: &str) -> Vec<String> {
    let part = part.to_lowercase();
    let (first, other): (Vec<String>, Vec<String>) = values.into_iter().partition(|value| value.to_lowercase().starts_with(&part));
    first.into_iter().chain(other.into_iter().filter(|value| value.to_lowercase().contains(&part))).collect()
}

/// What the pulls of the queue hold in this field, the most frequent first. A filter's word has no blanks, so a value ends at one.
fn held(key: &str, queue: &Queue) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for value in queue.entries.iter().flat_map(|entry| values(key, entry)) {
        let word = value.split_whitespace().next().unwrap_or("");
        if !word.is_empty() {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut ranked: Vec<(&str, usize)> = counts.into_iter().collect();
    ranked.sort_by_key(|(_, count)| Reverse(*count));
    ranked.into_iter().map(|(word, _)| word.to_owned()).collect()
}

fn values<'a>(key: &str, entry: &'a Entry) -> Vec<&'a str> {
    let pull = &entry.pull;
    let standing = pull.standing.as_deref();
    match key {
        "agent" => vec![pull.provenance.agent.as_deref().unwrap_or(&pull.provenance.name)],
        "repo" => vec![&pull.at.repo],
        "author" => vec![standing.and_then(|standing| standing.author.as_ref()).map_or(&pull.author.name, |author| &author.login)],
        "label" => standing.map_or_else(Vec::new, |standing| standing.labels.iter().map(String::as_str).collect()),
        "branch" => vec![&pull.branch],
        _ => vec![&pull.at.name],
    }
}
