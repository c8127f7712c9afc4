//! What was found of a rule so far, and how it is said: by line, and once what several lines have in common.

use std::collections::{BTreeMap, BTreeSet};

use super::super::mend::heads::one_letter_apart;
use super::super::said::Said;
use super::value;
use crate::analysis::events::fields::FIELDS;
use crate::analysis::formats::yaml::number;
use crate::model::pack::NoteKind;

/// Names people give a field, and the one events have.
const ALIASES: &[(&str, &str)] = &[
    ("file", "file_path"),
    ("path", "file_path"),
    ("filename", "file_name"),
    ("extension", "file_extension"),
    ("content", "code_content"),
    ("code", "code_content"),
    ("diff", "code_content"),
    ("patch", "code_content"),
    ("message", "commit_message"),
    ("hash", "commit_hash"),
    ("sha", "commit_hash"),
    ("repository", "repo"),
    ("organization", "org"),
    ("branch_name", "branch"),
    ("author_name", "author"),
    ("dependency", "package"),
    ("package_name", "package"),
];

/// What was found so far.
#[derive(Default)]
pub(super) struct Found {
    said: Vec<Said>,
    missing: Vec<(usize, String)>,
    /// Words that a field with a few words never says, with the line of the first.
    foreign: BTreeMap<&'static str, (usize, BTreeSet<String>)>,
}

impl Found {
    /// All of it by line; what is said of several lines is said once.
    pub(super) fn said(mut self) -> Vec<Said> {
        for (field, (line, words)) in std::mem::take(&mut self.foreign) {
            let never = listed(words.into_iter().map(|word| format!("`{word}`")).collect(), "or");
            let known = value::closed(field).into_iter().flatten().map(|word| format!("`{word}`")).collect();
            self.note(line, format!("`{field}` is never {never}; it is {}", listed(known, "or")));
        }
        self.said.sort_by_key(|said| said.line);
        let mut told: Vec<(Said, Vec<u32>)> = Vec::new();
        for said in self.said {
            match told.iter_mut().find(|(first, _)| first.text == said.text) {
                Some((_, more)) => more.push(said.line),
                None => told.push((said, Vec::new())),
            }
        }
        let one = |(mut said, mut more): (Said, Vec<u32>)| {
            more.dedup();
            more.retain(|line| *line != said.line);
            if let [first, rest @ ..] = more.as_slice() {
                let rest: String = rest.iter().map(|line| format!(", {line}")).collect();
                said.text.push_str(&format!(" (also on {} {first}{rest})", if rest.is_empty() { "line" } else { "lines" }));
            }
            said
        };
        told.into_iter().map(one).collect()
    }

    pub(super) fn note(&mut self, line: usize, text: impl Into<String>) {
        self.say(line, NoteKind::NeverMatches, text.into());
    }

    pub(super) fn advise(&mut self, line: usize, text: impl Into<String>) {
        self.say(line, NoteKind::Advice, text.into());
    }

    /// Whether some part can never match.
    pub(super) fn any(&self) -> bool {
        !self.foreign.is_empty() || self.said.iter().any(|said| said.kind == NoteKind::NeverMatches)
    }

    /// Whether a field is asked for that no event has.
    pub(super) fn misses(&self) -> bool {
        !self.missing.is_empty()
    }

    fn say(&mut self, line: usize, kind: NoteKind, text: String) {
        self.said.push(Said { line: number(line), kind, text });
    }

    /// The field `name` never says `word`.
    pub(super) fn foreign(&mut self, line: usize, name: &'static str, word: &str) {
        self.foreign.entry(name).or_insert_with(|| (line, BTreeSet::new())).1.insert(word.to_owned());
    }

    /// No event has the field `name`.
    pub(super) fn missing(&mut self, line: usize, name: &str) {
        if !self.missing.iter().any(|(_, known)| known == name) {
            self.missing.push((line, name.to_owned()));
        }
    }

    /// Says once which fields no event has: a rule of another trade has many.
    pub(super) fn tell_missing(&mut self, before: &str) {
        let Some((line, _)) = self.missing.first() else { return };
        let line = *line;
        let names = listed(self.missing.iter().map(|(_, name)| suggested(name)).collect(), "and");
        let noun = if self.missing.len() == 1 { "the field" } else { "the fields" };
        self.note(line, format!("{before}no event has {noun} {names}; docs/events.md names those there are"));
    }
}

/// `names` in words: three of them, and how many more there are.
fn listed(mut names: Vec<String>, joined: &str) -> String {
    if names.len() > 6 {
        let more = names.len() - 3;
        names.truncate(3);
        names.push(format!("{more} more"));
    }
    let last = names.pop().unwrap_or_default();
    if names.is_empty() { last } else { format!("{} {joined} {last}", names.join(", ")) }
}

fn suggested(name: &str) -> String {
    match meant(name) {
        Some(right) => format!("`{name}` (is `{right}` meant?)"),
        None => format!("`{name}`"),
    }
}

/// The field events have for what `name` seems to mean.
fn meant(name: &str) -> Option<&'static str> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let wanted = plain(name);
    let alias = ALIASES.iter().find(|(alias, _)| plain(alias) == wanted).map(|(_, right)| *right);
    let names = || FIELDS.iter().map(|field| field.name);
    let close = || names().find(|known| known.len() > 5 && one_letter_apart(known, name));
    names().find(|known| plain(known) == wanted).or(alias).or_else(close)
}
