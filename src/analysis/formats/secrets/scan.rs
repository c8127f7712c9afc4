//! One changed file looked at with the forms of a pack: what it adds that is a secret. Never more than the matcher must know of the value.

use std::ops::Range;

use super::allow::Candidate;
use super::built::Built;
use super::form::Form;
use super::judge::Verdict;
use super::matcher::{Found, Matcher};
use super::words;
use crate::analysis::hints::Placed;
use crate::analysis::role::Role;
use crate::analysis::view::{FileView, SideView};
use crate::model::commit_id::CommitId;
use crate::model::diff::{LineKind, TextDiff};
use crate::model::rule::{Confidence, Rule, Severity};

/// Lines around what a change adds that are looked at too: a key may begin above.
const AROUND: usize = 64;
/// Comments that accept a secret on their line.
const ACCEPTED: [&str; 2] = ["gitleaks:allow", "lazaret:allow"];

/// A secret that a file adds.
pub(super) struct Hit<'b> {
    pub(super) rule: &'b Rule,
    pub(super) form: &'b Form,
    /// The lines it stands on, by their positions in the new side.
    pub(super) first: usize,
    pub(super) last: usize,
    /// The number of the first.
    pub(super) line: u32,
    /// Those lines with a placeholder.
    pub(super) evidence: String,
    /// The value. It goes no further than a veil and a trace.
    pub(super) value: String,
    /// Whether it is most likely a secret.
    pub(super) sure: bool,
}

/// A file that is looked at: the commit that changed it, where it is known, and where keywords stand, where anybody looked.
#[derive(Clone, Copy)]
pub(super) struct Looked<'v, 'a> {
    pub(super) file: &'v FileView<'a>,
    pub(super) commit: Option<&'v CommitId>,
    pub(super) placed: Option<&'v [Placed]>,
}

/// What a file adds that has one of the forms of `built` whose rule `runs`.
pub(super) fn file<'b>(built: &'b Built, looked: Looked<'_, '_>, runs: &dyn Fn(&Rule) -> bool) -> Vec<Hit<'b>> {
    let Looked { file, commit, placed } = looked;
    let Some(side) = file.new_side().filter(|side| side.changed_lines().next().is_some()) else { return Vec::new() };
    let wanted = |at: usize, form: &Form| form.reads(&file.path) && (form.silent || built.rules.get(at).is_some_and(runs));
    let matcher = &*built.matcher;
    let (text, regions) = (side.text(), regions(side));
    let mut found = match placed {
        Some(placed) => matcher.find_at(text, &regions, placed, &wanted),
        None => matcher.find(text, &regions, &wanted),
    };
    found.retain(|one| matcher.forms().get(one.form).is_some_and(|form| form.keeps(&candidate(file, side, commit, one))));
    let mut hits = Vec::new();
    for one in &found {
        let (Some(rule), Some(form)) = (built.rules.get(one.form), matcher.forms().get(one.form)) else { continue };
        let (first, last) = lines(side, one);
        if form.silent || !side.touches(first, last) || !accompanied(matcher, form, one, &found, side) {
            continue;
        }
        let verdict = form.verdict(&candidate(file, side, commit, one));
        if verdict == Verdict::Other {
            continue;
        }
        let sure = verdict == Verdict::Secret;
        let evidence = words::evidence(side.text(), one, &form.placeholder);
        let value = side.text().get(one.secret.clone()).unwrap_or("").to_owned();
        hits.push(Hit { rule, form, first, last, line: side.number(first), evidence, value, sure });
    }
    hits
}

/// What of `text`, which is no file, most likely is a secret of a form of `built` whose rule `runs`.
pub(super) fn words<'b>(built: &'b Built, text: &str, runs: &dyn Fn(&Rule) -> bool) -> Vec<Hit<'b>> {
    let (matcher, whole) = (&*built.matcher, 0..text.len());
    let wanted =
        |at: usize, form: &Form| form.reads("") && !form.silent && form.required.is_empty() && built.rules.get(at).is_some_and(runs);
    let mut hits: Vec<Hit<'b>> = Vec::new();
    for one in matcher.find(text, std::slice::from_ref(&whole), &wanted) {
        let (Some(rule), Some(form)) = (built.rules.get(one.form), matcher.forms().get(one.form)) else { continue };
        let first = text.get(..one.whole.start).map_or(0, |before| before.matches('\n').count());
        let line = text.lines().nth(first).unwrap_or("");
        let part = |range: Range<usize>| text.get(range).unwrap_or("");
        let candidate = Candidate { commit: None, path: None, secret: part(one.secret.clone()), whole: part(one.whole.clone()), line };
        if rule.severity < Severity::High || !form.keeps(&candidate) || form.verdict(&candidate) != Verdict::Secret {
            continue;
        }
        let (evidence, value) = (words::evidence(text, &one, &form.placeholder), part(one.secret.clone()).to_owned());
        let number = u32::try_from(first + 1).unwrap_or(u32::MAX);
        if !hits.iter().any(|known| known.value == value) {
            hits.push(Hit { rule, form, first, last: first, line: number, evidence, value, sure: true });
        }
    }
    hits
}

fn candidate<'c>(file: &'c FileView<'_>, side: &'c SideView<'_>, commit: Option<&'c CommitId>, found: &Found) -> Candidate<'c> {
    let (first, last) = lines(side, found);
    let text = |range: Range<usize>| side.text().get(range).unwrap_or("");
    Candidate {
        commit: commit.map(CommitId::as_str),
        path: Some(&file.path),
        secret: text(found.secret.clone()),
        whole: text(found.whole.clone()),
        line: text(side.bytes_of(first, last)),
    }
}

/// Whether every rule that `form` requires found something near `one`.
fn accompanied(matcher: &Matcher, form: &Form, one: &Found, all: &[Found], side: &SideView<'_>) -> bool {
    let place = |found: &Found| {
        let line = side.line_of(found.whole.start);
        (line, found.whole.start - side.bytes_of(line, line).start)
    };
    let (line, column) = place(one);
    form.required.iter().all(|required| {
        let named = |found: &&Found| matcher.forms().get(found.form).is_some_and(|form| form.id.0 == required.id);
        all.iter().filter(named).map(place).any(|(other, across)| {
            required.lines.is_none_or(|most| line.abs_diff(other) <= most)
                && required.columns.is_none_or(|most| column.abs_diff(across) <= most)
        })
    })
}

/// The first and last line of a match.
fn lines(side: &SideView<'_>, found: &Found) -> (usize, usize) {
    (side.line_of(found.whole.start), side.line_of(found.secret.end.max(found.whole.start + 1) - 1))
}

/// What of a side is looked at: the lines that changed and some around them.
fn regions(side: &SideView<'_>) -> Vec<Range<usize>> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for line in side.changed_lines() {
        let (first, last) = (line.index.saturating_sub(AROUND), line.index + AROUND);
        match spans.last_mut() {
            Some((_, end)) if first <= *end + 1 => *end = last,
            _ => spans.push((first, last)),
        }
    }
    let most = side.len().saturating_sub(1);
    spans.into_iter().map(|(first, last)| side.bytes_of(first, last.min(most))).collect()
}

/// Whether a comment accepts it that the change did not add: on a line of the match that was there, or on the line it stood on before.
pub(super) fn is_allowed(file: &FileView<'_>, accepted: &[&str], hit: &Hit<'_>) -> bool {
    let beside =
        file.new_side().is_some_and(|side| (hit.first..=hit.last).any(|index| !side.is_changed(index) && accepts(side.line(index).text)));
    let first = hit.value.lines().next().unwrap_or(&hit.value);
    beside || accepted.iter().any(|line| line.contains(first))
}

fn accepts(text: &str) -> bool {
    ACCEPTED.iter().any(|word| text.contains(word))
}

/// The lines a change takes away on which a comment accepts a secret.
pub(super) fn accepted<'f>(file: &'f FileView<'_>) -> Vec<&'f str> {
    let removed = |text: &'f TextDiff| {
        let lines = text.lines.iter().filter(|line| line.kind == LineKind::Removed);
        lines.map(|line| text.text(line)).filter(|line| accepts(line)).collect::<Vec<_>>()
    };
    file.diff.text().map(removed).unwrap_or_default()
}

/// Tests and pages hold made-up secrets more often than real ones; some forms are public by design.
/// What may be none is a note.
pub(super) fn weigh(role: Role, hit: &Hit<'_>) -> Option<(Severity, Confidence)> {
    let live = role.is_live() || role == Role::Data;
    Some(match (live, hit.form.own.note) {
        (true, _) if !hit.sure => (Severity::Info, Confidence::Low),
        (true, false) => (Severity::High, Confidence::High),
        (true, true) | (false, false) => (Severity::Medium, Confidence::Medium),
        (false, true) => return None,
    })
}
