//! How the lines of a chunk look: syntax and changed words, within a time that nobody notices.
#![allow(clippy::disallowed_methods, reason = "the time a file may take is measured here")]

use std::time::{Duration, Instant};

use crate::analysis::{syntax, words::inside};
use crate::message::event::{CHUNK, Chunk, News};
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::diff::{Hunk, LineKind, TextDiff};
use crate::model::look::Tint;
use crate::runtime::jobs::Reporter;

/// How long the syntax of one chunk may take; the rest of it stays plain.
const BUDGET: Duration = Duration::from_millis(400);
/// Lines before a chunk that are read so that strings and comments are known.
const LEAD_IN: usize = 48;

/// Tells the looks of `chunks`, one by one, for as long as somebody waits for them.
pub fn tell(change: &Change, chunks: Vec<Chunk>, cancel: &Cancel, to: &Reporter) {
    for chunk in chunks {
        if cancel.is_cancelled() {
            return;
        }
        let looks = of(change, chunk, cancel);
        to.tell(News::Tinted(chunk, looks));
    }
    to.tell(News::TintedAll);
}

/// The look of every line of `chunk`.
#[must_use]
pub fn of(change: &Change, chunk: Chunk, cancel: &Cancel) -> Vec<Tint> {
    let Some(file) = change.patch.files.get(chunk.file as usize) else { return Vec::new() };
    let Some(text) = file.text() else { return Vec::new() };
    let first = chunk.run as usize * CHUNK;
    let last = (first + CHUNK).min(text.lines.len());
    let mut looks = vec![Tint::default(); last.saturating_sub(first)];
    let path = file.path().text();
    let begun = Instant::now();
    let stop = || cancel.is_cancelled() || begun.elapsed() > BUDGET;
    for hunk in text.hunks.iter().filter(|hunk| hunk.lines.start < last && hunk.lines.end > first) {
        let start = first.saturating_sub(LEAD_IN).max(hunk.lines.start);
        let end = hunk.lines.end.min(last);
        let lines = text.lines.get(start..end).unwrap_or(&[]).iter().map(|line| (line.kind, text.text(line)));
        for (tokens, at) in syntax::tokens(&path, lines, &stop).into_iter().zip(start..) {
            if let Some(look) = at.checked_sub(first).and_then(|at| looks.get_mut(at)) {
                look.tokens = tokens;
            }
        }
        words(text, hunk, first..last, &mut looks);
    }
    looks
}

/// Compares each removed line with the added one at the same place of its run.
fn words(text: &TextDiff, hunk: &Hunk, range: std::ops::Range<usize>, looks: &mut [Tint]) {
    let kind = |at: usize| text.lines.get(at).map(|line| line.kind);
    let run = |from: usize, of: LineKind| (from..hunk.lines.end).find(|at| kind(*at) != Some(of)).unwrap_or(hunk.lines.end);
    let mut at = hunk.lines.start;
    while at < hunk.lines.end.min(range.end + CHUNK) {
        if kind(at) == Some(LineKind::Context) {
            at += 1;
            continue;
        }
        let removed = at..run(at, LineKind::Removed);
        let added = removed.end..run(removed.end, LineKind::Added);
        at = added.end.max(at + 1);
        for (old, new) in removed.zip(added).filter(|(old, new)| range.contains(old) || range.contains(new)) {
            let line = |at: usize| text.lines.get(at).map_or("", |line| text.text(line));
            let Some((olds, news)) = inside::changed(line(old), line(new)) else { continue };
            for (at, words) in [(old, olds), (new, news)] {
                if let Some(look) = at.checked_sub(range.start).and_then(|at| looks.get_mut(at)) {
                    look.words = words;
                }
            }
        }
    }
}
