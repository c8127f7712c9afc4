//! What was found of a rule so far, and how it is said: by line, and once what several lines have in common.

use super::super::said::Said;
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
}

impl Found {
    /// All of it by line; what is said of several lines is said once.
    pub(super) fn said(mut self) -> Vec<Said> {
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
        self.said.iter().any(|said| said.kind == NoteKind::NeverMatches)
    }

    /// Whether a field is asked for that no event has.
    pub(super) fn misses(&self) -> bool {
        !self.missing.is_empty()
    }

    fn say(&mut self, line: usize, kind: NoteKind, text: String) {
        self.said.push(Said { line: number(line), kind, text });
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
        let shown = if self.missing.len() == 4 { 4 } else { 3 };
        let mut names: Vec<String> = self.missing.iter().take(shown).map(|(_, name)| suggested(name)).collect();
        if let more @ 1.. = self.missing.len() - names.len() {
            names.push(format!("{more} more"));
        }
        let last = names.pop().unwrap_or_default();
        let names = if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) };
        let noun = if self.missing.len() == 1 { "the field" } else { "the fields" };
        self.note(line, format!("{before}no event has {noun} {names}; docs/events.md names those there are"));
    }
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
    FIELDS.iter().map(|field| field.name).find(|known| plain(known) == wanted).or(alias)
}
