//! Which whole files help to judge a change, and what stays unseen without them. Never reads one.

use std::ops::Range;

use super::blob::kind::{self, Kind};
use super::coverage;
use super::language::Language;
use super::manifests;
use super::role::Role;
use super::text::LINE_LIMIT;
use super::view::FileView;
use crate::model::change::{Change, MAX_BLOB_BYTES, MAX_BLOBS_BYTES, TextRequest};
use crate::model::dependency::UNREAD;
use crate::model::diff::{Content, FileDiff, FileStatus, Omission, Side, TextDiff};
use crate::model::rule::RuleId;

/// A file with more changed text than this is judged by its hunks only, in bytes.
const WHOLE_FILE_LIMIT: usize = 2 * 1024 * 1024;
/// A lock file is read whole up to here, in bytes of changed text: its parts mean nothing.
const WHOLE_LOCK_LIMIT: usize = 16 * 1024 * 1024;
/// What a file that is no text counts for where its source does not know its size.
const UNKNOWN_SIZE: u64 = 512 * 1024;

/// The whole files that help to judge the files at `range` of the patch.
#[must_use]
pub fn wanted(change: &Change, range: &Range<usize>) -> Vec<TextRequest> {
    let files = &change.patch.files;
    let mut left = MAX_BLOBS_BYTES.saturating_sub(files.iter().take(range.start).map(blob_bytes).sum());
    let mut all = Vec::new();
    for file in files.get(range.clone()).unwrap_or(&[]) {
        match &file.content {
            Content::Binary { .. } => {
                let bytes = blob_bytes(file);
                all.extend(blob_sides(file).into_iter().filter(|_| bytes <= left).map(|(request, _)| request));
                left = left.saturating_sub(bytes);
            }
            Content::Text(text) => all.extend(text_sides(file, text)),
            _ => {}
        }
    }
    all
}

fn text_sides(file: &FileDiff, text: &TextDiff) -> Vec<TextRequest> {
    let path = file.path().text();
    let (language, role) = (Language::of(&path), Role::of(&path));
    let structured = language.is_code()
        // Its first line says what it is written in.
        || language == Language::Text && Language::is_open(&path)
        || manifests::is_read(&path, text)
        || matches!(language, Language::Dockerfile | Language::Hcl | Language::Yaml)
        // A row means something beside the other rows.
        || matches!(role, Role::Workflow | Role::AgentConfig | Role::Instructions | Role::Manifest | Role::Lock | Role::Config | Role::Data);
    let limit = if role == Role::Lock { WHOLE_LOCK_LIMIT } else { WHOLE_FILE_LIMIT };
    // What is no UTF-8 is shown with tokens in place of bytes: only the file itself says what it is.
    let opaque = text.lossy || kind::is_named_as_bytes(&path) || is_pointer(text);
    let in_the_diff = matches!(file.status, FileStatus::Added | FileStatus::Deleted);
    if text.size() > limit || !opaque && (!structured || in_the_diff) {
        return Vec::new();
    }
    sides(file).map(|(request, _)| request).collect()
}

/// Whether it is a pointer of Git LFS, by its first lines: which file it stands for is told by the whole of it, whatever it is called.
fn is_pointer(text: &TextDiff) -> bool {
    text.lines.iter().take(3).any(|line| text.text(line).starts_with("version https://git-lfs.github.com/"))
}

fn sides(file: &FileDiff) -> impl Iterator<Item = (TextRequest, Side)> {
    let side = |side| file.path_on(side).map(|path| (TextRequest { path: path.clone(), side }, side));
    [side(Side::Old), side(Side::New)].into_iter().flatten()
}

/// The sides of a file that is no text which are small enough to be looked at, with their sizes.
fn blob_sides(file: &FileDiff) -> Vec<(TextRequest, u64)> {
    let Content::Binary { old_size, new_size } = &file.content else { return Vec::new() };
    let size = |side| if side == Side::Old { *old_size } else { *new_size };
    let sized = sides(file).map(|(request, side)| (request, size(side).unwrap_or(UNKNOWN_SIZE)));
    sized.filter(|(_, size)| *size <= MAX_BLOB_BYTES).collect()
}

fn blob_bytes(file: &FileDiff) -> u64 {
    let Content::Binary { old_size, new_size } = file.content else { return 0 };
    let there = [(&file.old_path, old_size), (&file.new_path, new_size)].into_iter().filter(|(path, _)| path.is_some());
    there.map(|(_, size)| size.unwrap_or(UNKNOWN_SIZE)).filter(|size| *size <= MAX_BLOB_BYTES).sum()
}

/// What of `file` no check can see; where it names packages, that they were not read either.
pub(super) fn unseen(file: &FileView<'_>) -> Vec<Omission> {
    let mut omissions = of_checks(file);
    if matches!(file.diff.content, Content::Binary { .. } | Content::Omitted(_)) && manifests::is_named(&file.path) {
        for omission in &mut omissions {
            omission.why = format!("{UNREAD} and all else were not read: {}", omission.why);
        }
    }
    omissions
}

fn of_checks(file: &FileView<'_>) -> Vec<Omission> {
    let omission = |why: String| Omission { path: Some(file.repo_path().clone()), why };
    let unread = [Side::Old, Side::New].into_iter().find_map(|side| file.unread(side));
    match &file.diff.content {
        Content::Binary { old_size, new_size } => vec![omission(unseen_blob(file, *old_size.max(new_size), unread))],
        Content::Omitted(why) => vec![omission(why.clone())],
        Content::Submodule { .. } => vec![omission("submodule: the other repository was not analysed".to_owned())],
        Content::Text(text) => {
            let long = text.lines.iter().filter(|line| text.text(line).len() > LINE_LIMIT).count();
            let note = (long > 0)
                .then(|| omission(format!("{long} line(s) longer than {} KiB were analysed only up to there", LINE_LIMIT / 1024)));
            let part = |why| format!("only its changed lines were analysed, since the whole file could not be read: {why}");
            let first = text.lines.iter().find(|line| line.number(Side::New) == Some(1));
            let misnamed = first.and_then(|line| coverage::misnamed(&file.path, text.text(line)));
            let named = misnamed.map(|why| omission(why.to_owned()));
            note.into_iter().chain(named).chain(unread.map(|why| omission(part(why)))).collect()
        }
    }
}

/// Whether a file that should be read whole is known by its changed lines only, and nobody said why.
pub(super) fn is_partly(file: &FileView<'_>) -> bool {
    let Content::Text(text) = &file.diff.content else { return false };
    let in_the_diff = matches!(file.diff.status, FileStatus::Added | FileStatus::Deleted);
    let asked = !in_the_diff && !text_sides(file.diff, text).is_empty();
    let lacks = |side| file.diff.path_on(side).is_some() && !file.is_at_hand(side) && file.unread(side).is_none();
    asked && (lacks(Side::Old) || lacks(Side::New))
}

/// What is not known of a file that is no text.
fn unseen_blob(file: &FileView<'_>, size: Option<u64>, unread: Option<&str>) -> String {
    let held = [Side::New, Side::Old].into_iter().find_map(|side| file.blob(side));
    match (held.map(Kind::of), unread) {
        (_, Some(why)) => format!("binary: its content was not analysed: {why}"),
        (Some(Some(kind)), _) => format!("binary, {}: only its form was looked at, not what it does or shows", kind.words()),
        (Some(None), _) => "binary, of no form that is known here: its content was not analysed".to_owned(),
        (None, _) if size > Some(MAX_BLOB_BYTES) => {
            format!("binary: above {} MiB, so its content was not analysed", MAX_BLOB_BYTES / (1024 * 1024))
        }
        (None, _) => "binary: its content was not analysed".to_owned(),
    }
}

/// Whether a rule that runs compares the commits of `change` with those before it.
#[must_use]
pub fn habits(change: &Change, runs: impl Fn(RuleId) -> bool) -> bool {
    const RULES: [&str; 4] = ["commit-date-odd", "commit-zone-jumped", "committer-new", "message-repeated"];
    change.commits.iter().any(|commit| commit.id.is_some()) && RULES.into_iter().any(|rule| runs(RuleId(rule)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::examples::change_of;
    use crate::model::rule::{Example, ExampleFile};

    #[test]
    fn a_pointer_is_read_whole_whatever_it_is_called() {
        let pointer = |hash: &str| format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 10\n", hash.repeat(64));
        for (path, before, after, asked) in [
            ("models/speech.onnx", pointer("a"), pointer("b"), 2),
            ("models/speech.words", pointer("a"), pointer("b"), 2),
            ("models/speech.words", "a\n".to_owned(), "b\n".to_owned(), 0),
        ] {
            let file = ExampleFile { path: path.to_owned(), before: Some(before), after: Some(after) };
            let (change, _) = change_of(&Example { files: vec![file], ..Example::default() });
            assert_eq!(wanted(&change, &(0..1)).len(), asked, "{path}");
        }
    }
}
