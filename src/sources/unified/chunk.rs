//! Hunks to lines, one by one: a bad one is left out and told, the others stay.

use std::borrow::Cow;

use diffy::{Line, Patch};

use super::header::reason;
use super::sections::Chunk;
use crate::model::diff::{LineKind, TextDiff, TextDiffBuilder};
use crate::model::inert;

/// What of a file's hunks is not in its text.
#[derive(Default)]
pub(super) struct Lost {
    /// A sentence for each part.
    pub(super) says: Vec<String>,
    /// Hunks that could not be read.
    pub(super) unreadable: usize,
}

/// The text of a file's hunks, and what is not in it.
pub(super) fn read(chunks: &[Chunk<'_>]) -> (TextDiff, Lost) {
    let lines = |chunk: &Chunk<'_>| chunk.bytes.iter().filter(|b| **b == b'\n').count();
    let bytes = chunks.iter().map(|chunk| chunk.bytes.len()).sum();
    let mut builder = TextDiffBuilder::with_room(bytes, chunks.iter().map(lines).sum());
    let mut lost = Lost::default();
    let mut free = (0, 0);
    for chunk in chunks {
        let lines = || lines(chunk).saturating_sub(1) + chunk.extra;
        match hunk(chunk, &mut free, &mut builder) {
            Err(why) => {
                lost.unreadable += 1;
                lost.says.push(format!("the hunk at line {} of the diff cannot be read ({why}), so its {} lines are missing", chunk.line, lines()));
            }
            Ok(()) if chunk.extra > 0 => lost.says.push(format!(
                "behind the hunk at line {} of the diff stand {} lines that it does not announce; git would not apply them, and they are missing here",
                chunk.line, chunk.extra
            )),
            Ok(()) => {}
        }
    }
    (builder.finish(), lost)
}

/// `free` are the first old and new lines that no hunk before this one holds.
fn hunk(chunk: &Chunk<'_>, free: &mut (usize, usize), builder: &mut TextDiffBuilder) -> Result<(), String> {
    // A diff that stops in the middle of its last line is cut off; that says nothing about the file's own last line.
    let bytes: Cow<'_, [u8]> =
        if chunk.bytes.ends_with(b"\n") { Cow::Borrowed(chunk.bytes) } else { Cow::Owned([chunk.bytes, b"\n"].concat()) };
    let patch = Patch::from_bytes(&bytes).map_err(|e| reason(&e))?;
    let [hunk] = patch.hunks() else { return Err("its first line is no hunk header".to_owned()) };
    let starts = (start(hunk.old_range())?, start(hunk.new_range())?);
    if hunk.old_range().start() < free.0 || hunk.new_range().start() < free.1 {
        return Err("it overlaps a hunk before it".to_owned());
    }
    *free = (hunk.old_range().end(), hunk.new_range().end());
    let section = hunk.function_context().map(|text| inert::decode(text.trim_ascii_end())).unwrap_or_default();
    builder.hunk(starts.0, starts.1, &section);
    for line in hunk.lines() {
        let (kind, text) = match line {
            Line::Context(text) => (LineKind::Context, text),
            Line::Insert(text) => (LineKind::Added, text),
            Line::Delete(text) => (LineKind::Removed, text),
        };
        let (text, no_newline) = text.strip_suffix(b"\n").map_or((*text, true), |text| (text, false));
        let decoded = inert::decode(text);
        if matches!(decoded, Cow::Owned(_)) {
            builder.mark_lossy();
        }
        if !builder.line(kind, &decoded, no_newline) {
            return Err("the file holds more than 4 GiB of changed text".to_owned());
        }
    }
    Ok(())
}

fn start(range: diffy::HunkRange) -> Result<u32, String> {
    let start = u32::try_from(range.start()).map_err(|_| "its line number is too large".to_owned())?;
    if u32::try_from(range.end()).is_err() {
        return Err("it is longer than any file".to_owned());
    }
    if start == 0 && !range.is_empty() { Err("it has lines but starts at line 0".to_owned()) } else { Ok(start) }
}
