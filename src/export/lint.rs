//! What `rules lint` says: file by file for people, one document for programs. File names and sentences come from outside.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::model::inert;
use crate::model::pack::{NoteKind, RuleNote};

/// All kinds, worst first.
const KINDS: [NoteKind; 5] = [NoteKind::LeftOut, NoteKind::NeverMatches, NoteKind::Mended, NoteKind::Advice, NoteKind::Filters];

/// Writes `notes` on `rules` rules file by file, then how many there are of each kind.
///
/// # Errors
/// When `out` cannot be written.
pub fn plain(out: &mut dyn Write, rules: usize, notes: &[RuleNote]) -> io::Result<()> {
    for notes in by_file(notes).into_values() {
        notes.iter().try_for_each(|note| writeln!(out, "{}", inert::line(&note.to_string())))?;
        writeln!(out)?;
    }
    let counts: Vec<String> = KINDS.iter().map(|kind| format!("{} {}", count(notes, *kind), kind.word())).collect();
    let run = if rules == 1 { "1 rule runs".to_owned() } else { format!("{rules} rules run") };
    writeln!(out, "{run}; {}", counts.join(", "))
}

fn count(notes: &[RuleNote], kind: NoteKind) -> usize {
    notes.iter().filter(|note| note.kind == kind).count()
}

fn by_file(notes: &[RuleNote]) -> BTreeMap<(&str, &str), Vec<&RuleNote>> {
    let mut files: BTreeMap<(&str, &str), Vec<&RuleNote>> = BTreeMap::new();
    for note in notes {
        files.entry((&note.pack, &note.path)).or_default().push(note);
    }
    files.values_mut().for_each(|notes| notes.sort_by_key(|note| (note.line, note.kind)));
    files
}

/// Writes the same as one JSON document.
///
/// # Errors
/// When `out` cannot be written.
pub fn json(out: &mut dyn Write, rules: usize, notes: &[RuleNote]) -> io::Result<()> {
    let files =
        by_file(notes).into_iter().map(|((pack, path), notes)| FileV1 { pack, path, notes: notes.into_iter().map(NoteV1::of).collect() });
    let counts = KINDS.iter().map(|kind| (word(*kind), count(notes, *kind))).collect();
    escape::pretty(out, &LintV1 { schema: "lazaret/lint/v1", rules, counts, files: files.collect() })
}

fn word(kind: NoteKind) -> &'static str {
    match kind {
        NoteKind::LeftOut => "left-out",
        NoteKind::NeverMatches => "never-matches",
        NoteKind::Mended => "mended",
        NoteKind::Advice => "advice",
        NoteKind::Filters => "filters",
    }
}

#[derive(Serialize)]
struct LintV1<'a> {
    schema: &'static str,
    rules: usize,
    counts: BTreeMap<&'static str, usize>,
    files: Vec<FileV1<'a>>,
}

#[derive(Serialize)]
struct FileV1<'a> {
    pack: &'a str,
    path: &'a str,
    notes: Vec<NoteV1<'a>>,
}

#[derive(Serialize)]
struct NoteV1<'a> {
    line: Option<u32>,
    rule: Option<&'static str>,
    kind: &'static str,
    text: &'a str,
}

impl<'a> NoteV1<'a> {
    fn of(note: &'a RuleNote) -> Self {
        Self { line: note.line, rule: note.rule.map(|rule| rule.0), kind: word(note.kind), text: &note.text }
    }
}
