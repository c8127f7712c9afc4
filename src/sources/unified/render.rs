//! A patch as the text `git diff` would write, without blob ids.
//!
//! Reading it again gives the same files, hunks and lines. Sizes of binary files, reasons of omissions, and the mark that a
//! byte was not UTF-8 have no place in the format and are lost.

use std::fmt::Write as _;

use crate::model::diff::{Content, FileDiff, FileMode, FileStatus, Hunk, LineKind, Patch, TextDiff};
use crate::model::path::RepoPath;

const NO_NEWLINE: &str = "\\ No newline at end of file\n";
/// Where an id would stand: the format wants one in front of a mode.
const NO_ID: &str = "0000000";

/// The whole patch as unified diff text.
#[must_use]
pub fn render(patch: &Patch) -> String {
    let mut out = String::new();
    for file in &patch.files {
        header(&mut out, file);
        match &file.content {
            Content::Text(text) => hunks(&mut out, text),
            Content::Submodule { old: None, new: None } | Content::Omitted(_) => {}
            Content::Submodule { old, new } => {
                let lines = [("-", old), ("+", new)].map(|(sign, id)| id.as_ref().map(|id| format!("{sign}Subproject commit {id}\n")));
                let count = |id: &Option<String>| if id.is_some() { "1" } else { "0,0" };
                let _ = writeln!(out, "@@ -{} +{} @@", count(&lines[0]), count(&lines[1]));
                out.extend(lines.into_iter().flatten());
            }
            Content::Binary { .. } => {
                let (old, new) = names(file);
                let _ = writeln!(out, "Binary files {old} and {new} differ");
            }
        }
    }
    out
}

fn header(out: &mut String, file: &FileDiff) {
    let old_path = file.old_path.as_ref().unwrap_or_else(|| file.path());
    let _ = writeln!(out, "diff --git {} {}", quoted("a/", old_path), quoted("b/", file.path()));
    match (file.status, file.old_mode, file.new_mode) {
        (FileStatus::Added, _, Some(mode)) => line(out, "new file mode", &octal(mode)),
        (FileStatus::Deleted, Some(mode), _) => line(out, "deleted file mode", &octal(mode)),
        (FileStatus::Added | FileStatus::Deleted, ..) => {}
        (_, old, new) if old != new => {
            old.iter().for_each(|mode| line(out, "old mode", &octal(*mode)));
            new.iter().for_each(|mode| line(out, "new mode", &octal(*mode)));
        }
        _ => {}
    }
    if let FileStatus::Renamed(similarity) | FileStatus::Copied(similarity) = file.status {
        let verb = if matches!(file.status, FileStatus::Renamed(_)) { "rename" } else { "copy" };
        similarity.iter().for_each(|percent| line(out, "similarity index", &format!("{percent}%")));
        line(out, &format!("{verb} from"), &quoted("", old_path));
        line(out, &format!("{verb} to"), &quoted("", file.path()));
    }
    if let (Some(old), Some(new)) = (file.old_mode, file.new_mode)
        && old == new
    {
        line(out, "index", &format!("{NO_ID}..{NO_ID} {}", octal(new)));
    }
    if needs_names(file) {
        let (old, new) = names(file);
        // As git does, so that a reader of old formats does not end the name at its first blank.
        let tab = |name: &str| if name.contains(' ') && !name.starts_with('"') { "\t" } else { "" };
        let _ = writeln!(out, "--- {old}{}\n+++ {new}{}", tab(&old), tab(&new));
    }
}

/// `---` and `+++` stand where there are hunks, and where `diff --git` alone would not tell the paths.
fn needs_names(file: &FileDiff) -> bool {
    let hidden = match file.status {
        FileStatus::Added => file.new_mode.is_none(),
        FileStatus::Deleted => file.old_mode.is_none(),
        FileStatus::Modified => file.old_path != file.new_path || file.path().is_hostile(),
        FileStatus::Renamed(_) | FileStatus::Copied(_) => false,
    };
    match &file.content {
        Content::Text(text) => !text.hunks.is_empty() || hidden,
        Content::Submodule { old, new } => old.is_some() || new.is_some() || hidden,
        Content::Binary { .. } => false,
        Content::Omitted(_) => hidden,
    }
}

fn names(file: &FileDiff) -> (String, String) {
    let name = |prefix, path: &Option<RepoPath>| path.as_ref().map_or_else(|| "/dev/null".to_owned(), |path| quoted(prefix, path));
    (name("a/", &file.old_path), name("b/", &file.new_path))
}

fn line(out: &mut String, words: &str, value: &str) {
    let _ = writeln!(out, "{words} {value}");
}

fn octal(mode: FileMode) -> String {
    format!("{:06o}", mode.bits())
}

fn hunks(out: &mut String, text: &TextDiff) {
    for hunk in &text.hunks {
        let _ = write!(out, "@@ -{} +{} @@", range(hunk.old_start, hunk.old_len), range(hunk.new_start, hunk.new_len));
        if !hunk.section.is_empty() {
            let _ = write!(out, " {}", hunk.section);
        }
        out.push('\n');
        lines(out, text, hunk);
    }
}

fn lines(out: &mut String, text: &TextDiff, hunk: &Hunk) {
    for line in text.lines.get(hunk.lines.clone()).unwrap_or_default() {
        out.push(match line.kind {
            LineKind::Context => ' ',
            LineKind::Added => '+',
            LineKind::Removed => '-',
        });
        out.push_str(text.text(line));
        out.push('\n');
        if line.no_newline {
            out.push_str(NO_NEWLINE);
        }
    }
}

fn range(start: u32, length: u32) -> String {
    if length == 1 { start.to_string() } else { format!("{start},{length}") }
}

/// A path in C quotes when git would quote it (`core.quotePath`), otherwise as it is.
fn quoted(prefix: &str, path: &RepoPath) -> String {
    let bytes = path.bytes();
    if bytes.iter().all(|b| (0x20..0x7f).contains(b) && !matches!(b, b'"' | b'\\')) {
        return format!("{prefix}{}", path.text());
    }
    let mut out = format!("\"{prefix}");
    for byte in bytes {
        match byte {
            b'\x07' => out.push_str("\\a"),
            b'\x08' => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\x0b' => out.push_str("\\v"),
            b'\x0c' => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            0x20..=0x7e => out.push(char::from(*byte)),
            _ => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out.push('"');
    out
}
