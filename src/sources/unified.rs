//! Unified diff text to [`Patch`] and back: git's extended form, plain `diff -u`, and mixtures of both.
//!
//! `diffy` reads file headers and hunks; this adapter only cuts the text into them, so that one bad hunk costs that hunk and
//! nothing else. Nothing is applied, and what is not understood becomes an omission with its line.

mod chunk;
mod header;
mod modes;
mod render;
mod sections;

use rayon::prelude::*;

use crate::model::commit_id::CommitId;
use crate::model::diff::{Content, FileDiff, FileMode, LineKind, Omission, Patch, TextDiff};
use crate::model::path::RepoPath;
use crate::sources::limits::MAX_FILES;
use crate::sources::suspect;

pub use render::render;

use sections::{Kind, Part, Section};

/// Parts of a diff that one core reads at least.
const FEWEST: usize = 8;

/// Reads a diff. Never fails: what cannot be read is listed in [`Patch::omissions`] with its line, and reading goes on behind it.
#[must_use]
pub fn parse(bytes: &[u8]) -> Patch {
    let (mut parts, mut files) = (Vec::new(), 0_usize);
    for part in sections::cut(bytes) {
        let is_file = matches!(part, Part::File(_));
        files += usize::from(is_file);
        if !is_file || files <= MAX_FILES {
            parts.push(part);
        }
    }
    let read: Vec<Patch> = parts.par_iter().with_min_len(FEWEST).map(part).collect();
    let mut patch = Patch::default();
    for one in read {
        patch.files.extend(one.files);
        patch.omissions.extend(one.omissions);
        patch.unreadable += one.unreadable;
    }
    let beyond = files.saturating_sub(MAX_FILES);
    if beyond > 0 {
        patch.unreadable += beyond;
        omit(&mut patch, None, format!("{beyond} further files were not read: one change holds at most {MAX_FILES} files here"));
    }
    patch
}

/// What one part of a diff holds.
fn part(part: &Part<'_>) -> Patch {
    let mut patch = Patch::default();
    match part {
        Part::File(section) => file(section, &mut patch),
        Part::Note { line, why, lost } => {
            patch.unreadable += usize::from(*lost);
            omit(&mut patch, None, format!("line {line} of the diff {why}"));
        }
    }
    patch
}

/// Reads hunks that stand without a header, as a forge shows those of one file.
///
/// # Errors
/// Why they are not whole, as the rest of a sentence: then none of them is worth anything.
pub fn hunks(bytes: &[u8]) -> Result<TextDiff, String> {
    let whole = [b"--- a\n+++ b\n", bytes].concat();
    let mut parts = sections::cut(&whole);
    let (Some(Part::File(section)), None) = (parts.next(), parts.next()) else { return Err("it holds more than hunks".to_owned()) };
    if section.header.len() + section.hunks.iter().map(|hunk| hunk.bytes.len()).sum::<usize>() < whole.len() {
        return Err("it holds more than hunks".to_owned());
    }
    let (text, lost) = chunk::read(&section.hunks);
    lost.says.into_iter().next().map_or(Ok(text), Err)
}

/// Whether there is any file or hunk in these bytes. Stops at the first.
#[must_use]
pub fn holds_diff(bytes: &[u8]) -> bool {
    sections::cut(bytes).next().is_some()
}

fn file(section: &Section<'_>, patch: &mut Patch) {
    if section.kind == Kind::Combined {
        patch.unreadable += 1;
        patch.files.push(header::combined(section));
        return;
    }
    let mut file = match header::read(section) {
        Ok(file) => file,
        Err(why) => {
            let why = format!("the file at line {} of the diff cannot be read: {why}", section.line);
            patch.unreadable += 1;
            return omit(patch, None, why);
        }
    };
    suspect::tell_hostile_paths(&file, patch);
    if matches!(file.content, Content::Text(_)) {
        let (text, lost) = chunk::read(&section.hunks);
        patch.unreadable += lost.unreadable;
        for why in lost.says {
            patch.omissions.push(Omission { path: Some(file.path().clone()), why });
        }
        if header::announces_lines(section) && section.hunks.is_empty() {
            let why =
                format!("its header at line {} of the diff announces changed lines, and none follow: the diff is cut off", section.line);
            patch.unreadable += 1;
            omit(patch, Some(file.path().clone()), why);
        }
        file.content = content(&file, text);
    }
    patch.files.push(file);
}

/// A submodule's diff is one line that names its commit; anything else stays text, whatever the mode claims.
fn content(file: &FileDiff, text: TextDiff) -> Content {
    if file.old_mode != Some(FileMode::Submodule) && file.new_mode != Some(FileMode::Submodule) {
        return Content::Text(text);
    }
    let commit = |line: &str| line.strip_prefix("Subproject commit ").map(|id| id.trim_end_matches("-dirty")).and_then(CommitId::parse);
    let mut old = None;
    let mut new = None;
    for line in &text.lines {
        let Some(id) = commit(text.text(line)) else { return Content::Text(text) };
        match line.kind {
            LineKind::Removed if old.is_none() => old = Some(id),
            LineKind::Added if new.is_none() => new = Some(id),
            _ => return Content::Text(text),
        }
    }
    Content::Submodule { old, new }
}

fn omit(patch: &mut Patch, path: Option<RepoPath>, why: String) {
    patch.omissions.push(Omission { path, why });
}
