//! One file's header: paths, status and modes. Never its hunks.

use std::borrow::Cow;

use diffy::patch_set::{FileOperation, FilePatch, ParseOptions, PatchKind, PatchSet};

use super::modes::Modes;
use super::sections::{Kind, Section};
use crate::model::diff::{Content, FileDiff, FileStatus, TextDiff};
use crate::model::path::RepoPath;

/// What git writes in front of the two paths: `a/ b/`, and with `diff.mnemonicPrefix` letters for index, worktree, commit.
const PREFIXES: [(&str, &str); 8] =
    [("a/", "b/"), ("b/", "a/"), ("i/", "w/"), ("c/", "i/"), ("c/", "w/"), ("o/", "w/"), ("w/", "i/"), ("1/", "2/")];

/// Reads a header. The content is binary, or an empty text that waits for its hunks.
///
/// # Errors
/// Why the header cannot be read, as the rest of a sentence.
pub(super) fn read(section: &Section<'_>) -> Result<FileDiff, String> {
    let modes = Modes::read(section.header);
    let readable = readable(section.header);
    let options = if section.kind == Kind::Git { ParseOptions::gitdiff() } else { ParseOptions::unidiff() };
    let parsed = match PatchSet::parse_bytes(&readable, options).next() {
        Some(Ok(parsed)) => parsed,
        Some(Err(e)) => return Err(reason(&e)),
        None => return Err("it names no file".to_owned()),
    };
    let prefix = prefix(section.kind, &readable, parsed.operation());
    let (old_path, new_path, status) = operation(parsed.operation(), prefix, modes.similarity);
    // A side that does not exist has no mode, whatever contradictory lines say.
    let old_mode = modes.old.filter(|_| old_path.is_some());
    let new_mode = modes.new.filter(|_| new_path.is_some());
    Ok(FileDiff { old_path, new_path, status, old_mode, new_mode, content: content(&parsed) })
}

/// A merge's diff against several parents: the file is named, its lines are not read.
pub(super) fn combined(section: &Section<'_>) -> FileDiff {
    let first = section.header.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii_end();
    let name = first.strip_prefix(b"diff --cc ").or_else(|| first.strip_prefix(b"diff --combined ")).unwrap_or(first);
    let path = RepoPath::new(name);
    FileDiff {
        old_path: Some(path.clone()),
        new_path: Some(path),
        status: FileStatus::Modified,
        old_mode: None,
        new_mode: None,
        content: Content::Omitted(format!(
            "line {} of the diff begins a combined diff (`@@@`), which shows a merge against several parents at once; compare with one parent instead",
            section.line
        )),
    }
}

/// Whether hunks belong under this header, because it names two contents or nothing at all. A file that is empty before and
/// after, moves or changes its mode has none.
pub(super) fn announces_lines(section: &Section<'_>) -> bool {
    let lines: Vec<&[u8]> = section.header.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty()).collect();
    let Some(index) = lines.iter().find_map(|line| line.strip_prefix(b"index")) else {
        return section.kind == Kind::Plain || lines.len() == 1;
    };
    let ids = index.trim_ascii_start().split(|b| *b == b' ').next().and_then(|ids| std::str::from_utf8(ids).ok()).unwrap_or_default();
    let Some((old, new)) = ids.split_once("..") else { return true };
    let empty = |id: &str| id.bytes().all(|b| b == b'0') || EMPTY_BLOBS.iter().any(|blob| blob.starts_with(id));
    old != new && !(empty(old) && empty(new))
}

/// The ids of the empty file, in both of git's hashes.
const EMPTY_BLOBS: [&str; 2] =
    ["e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"];

/// The words of diffy's error behind its own preamble.
pub(super) fn reason(error: &dyn std::error::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(": ").map_or(text.clone(), |(_, reason)| reason.to_owned())
}

/// The header with line feeds only and with modes that diffy knows; ours are read by [`Modes`].
fn readable(header: &[u8]) -> Cow<'_, [u8]> {
    let crlf = header.split_inclusive(|b| *b == b'\n').next().is_some_and(|line| line.ends_with(b"\r\n"));
    let mut out = Vec::with_capacity(header.len() + 1);
    for line in header.split_inclusive(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = if crlf { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
        if line.starts_with(b"old mode ") || line.starts_with(b"new mode ") {
            continue;
        }
        match Modes::whole_file(line) {
            Some(prefix) => {
                out.extend_from_slice(prefix.as_bytes());
                out.extend_from_slice(b"100644");
            }
            None => out.extend_from_slice(line),
        }
        out.push(b'\n');
    }
    if out == header { Cow::Borrowed(header) } else { Cow::Owned(out) }
}

fn content(parsed: &FilePatch<'_, [u8]>) -> Content {
    use diffy::binary::{BinaryBlock, BinaryBlockKind, BinaryPatch};
    let size = |block: &BinaryBlock<'_>| matches!(block.kind, BinaryBlockKind::Literal).then_some(block.data.size);
    match parsed.patch() {
        PatchKind::Text(_) => Content::Text(TextDiff::default()),
        PatchKind::Binary(BinaryPatch::Full { forward, reverse }) => Content::Binary { old_size: size(reverse), new_size: size(forward) },
        PatchKind::Binary(BinaryPatch::Marker) => Content::Binary { old_size: None, new_size: None },
    }
}

type Prefix = Option<(&'static str, &'static str)>;

fn operation(
    operation: &FileOperation<'_, [u8]>,
    prefix: Prefix,
    similarity: Option<u8>,
) -> (Option<RepoPath>, Option<RepoPath>, FileStatus) {
    let (old_prefix, new_prefix) = prefix.unwrap_or(("", ""));
    let old = |path: &[u8]| Some(RepoPath::new(path.strip_prefix(old_prefix.as_bytes()).unwrap_or(path)));
    let new = |path: &[u8]| Some(RepoPath::new(path.strip_prefix(new_prefix.as_bytes()).unwrap_or(path)));
    match operation {
        FileOperation::Create(path) => (None, new(path), FileStatus::Added),
        FileOperation::Delete(path) => (old(path), None, FileStatus::Deleted),
        FileOperation::Modify { original, modified } => (old(original), new(modified), FileStatus::Modified),
        // Extended headers carry no prefix.
        FileOperation::Rename { from, to } => (Some(RepoPath::new(from)), Some(RepoPath::new(to)), FileStatus::Renamed(similarity)),
        FileOperation::Copy { from, to } => (Some(RepoPath::new(from)), Some(RepoPath::new(to)), FileStatus::Copied(similarity)),
    }
}

/// Which prefix the paths carry, so that `git diff --no-prefix` of a folder called `a` keeps it.
fn prefix(kind: Kind, header: &[u8], operation: &FileOperation<'_, [u8]>) -> Prefix {
    let known = |(old, new): &&(&str, &str)| match (kind, operation) {
        (Kind::Git, _) => git_line_has(header, old, new),
        (_, FileOperation::Create(path)) => path.starts_with(new.as_bytes()) && *new == "b/",
        (_, FileOperation::Delete(path)) => path.starts_with(old.as_bytes()) && *old == "a/",
        (_, FileOperation::Modify { original, modified }) => original.starts_with(old.as_bytes()) && modified.starts_with(new.as_bytes()),
        _ => false,
    };
    PREFIXES.iter().find(known).copied()
}

fn git_line_has(header: &[u8], old: &str, new: &str) -> bool {
    let line = header.split(|b| *b == b'\n').next().unwrap_or_default();
    let names = line.strip_prefix(b"diff --git ").unwrap_or(line);
    let middle = names.len() / 2;
    let twice_the_same = names.len() % 2 == 1 && names[middle] == b' ' && names[..middle] == names[middle + 1..];
    let plain = names.strip_prefix(b"\"").unwrap_or(names);
    let second = |quote: &str| {
        let wanted = format!(" {quote}{new}");
        names.windows(wanted.len()).any(|window| window == wanted.as_bytes())
    };
    !twice_the_same && plain.starts_with(old.as_bytes()) && (second("") || second("\""))
}
