//! The events of one changed file: the file itself, and its added lines hunk by hunk.

use super::event::{Entry, Event, Span, Stands, Value};
use super::fields::EventKind;
use super::teller::Teller;
use crate::analysis::language::Language;
use crate::analysis::role::Role;
use crate::analysis::text::cut;
use crate::model::diff::{Content, FileDiff, FileMode, FileStatus, Hunk, Line, LineKind, Side, TextDiff};

/// The lines of one event come to at most this, in bytes; a larger hunk is told in several.
const LARGEST: usize = 256 * 1024;

impl Teller<'_> {
    /// The event of `file` as a whole.
    #[must_use]
    pub fn file<'e>(&'e self, file: &'e FileDiff) -> Event<'e> {
        let mut own = self.in_file(file);
        own.push(("lines_added", file.added().into()));
        own.push(("lines_removed", file.removed().into()));
        own.push(("binary", matches!(file.content, Content::Binary { .. }).into()));
        own.push(("executable", (file.new_mode == Some(FileMode::Executable)).into()));
        own.push(("symlink", (file.new_mode == Some(FileMode::Symlink)).into()));
        let at = self.moment(self.bringer(file.path()));
        self.event(EventKind::File, at, Stands::File(file.path()), own)
    }

    /// The events of the lines of `file`, hunk after hunk.
    #[must_use]
    pub fn lines<'e>(&'e self, file: &'e FileDiff) -> Vec<Event<'e>> {
        let Some(text) = file.text() else { return Vec::new() };
        text.hunks.iter().flat_map(|hunk| groups(text, hunk).into_iter().map(|group| self.group(file, hunk, group))).collect()
    }

    fn group<'e>(&'e self, file: &'e FileDiff, hunk: &'e Hunk, group: Group) -> Event<'e> {
        let mut own = self.in_file(file);
        let Group { added, removed } = group;
        own.extend((!added.lines.is_empty()).then_some(("code_content", added.text.into())));
        own.extend((!removed.lines.is_empty()).then_some(("removed_content", removed.text.into())));
        own.extend(added.lines.first().map(|line| ("line", Value::Number((*line).into()))));
        own.extend(added.lines.last().map(|line| ("end_line", Value::Number((*line).into()))));
        own.extend((!hunk.section.is_empty()).then_some(("section", hunk.section.as_str().into())));
        let path = file.path();
        let old_path = file.path_on(Side::Old).unwrap_or(path);
        let span = Span { path, old_path, added: added.lines, removed: removed.lines };
        self.event(EventKind::Lines, self.moment(self.bringer(path)), Stands::Lines(span), own)
    }

    fn in_file<'e>(&'e self, file: &'e FileDiff) -> Vec<Entry<'e>> {
        let path = file.path().text();
        let mut own = self.code(self.bringer(file.path()));
        own.extend([
            ("files_modified", Value::List(vec![path.clone()])),
            ("file_name", file.path().name().into_owned().into()),
            ("file_extension", file.path().extension().into()),
            ("status", status(file.status).into()),
            ("role", Role::of(&path).word().into()),
            ("language", Language::of(&path).word().into()),
        ]);
        let moved = file.path_on(Side::Old).filter(|old| *old != file.path());
        own.extend(moved.map(|old| ("old_path", old.text().into())));
        own.push(("file_path", path.into()));
        own
    }
}

fn status(status: FileStatus) -> &'static str {
    match status {
        FileStatus::Added => "added",
        FileStatus::Deleted => "deleted",
        FileStatus::Modified => "modified",
        FileStatus::Renamed(_) => "renamed",
        FileStatus::Copied(_) => "copied",
    }
}

/// Lines with their numbers, as one text.
#[derive(Default)]
struct Numbered {
    text: String,
    lines: Vec<u32>,
}

impl Numbered {
    fn push(&mut self, number: u32, text: &str) {
        if !self.lines.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.lines.push(number);
    }
}

/// The changed lines of one event.
#[derive(Default)]
struct Group {
    added: Numbered,
    removed: Numbered,
}

/// The changed lines of `hunk`, in as many groups as their size needs.
fn groups(text: &TextDiff, hunk: &Hunk) -> Vec<Group> {
    let mut groups = vec![Group::default()];
    for line in text.lines.get(hunk.lines.clone()).unwrap_or(&[]) {
        let Some(written) = changed(text, line) else { continue };
        if groups.last().is_some_and(|group| group.added.text.len() + group.removed.text.len() + written.len() > LARGEST) {
            groups.push(Group::default());
        }
        let Some(group) = groups.last_mut() else { continue };
        match line.kind {
            LineKind::Added => group.added.push(line.new, written),
            _ => group.removed.push(line.old, written),
        }
    }
    groups.retain(|group| !group.added.lines.is_empty() || !group.removed.lines.is_empty());
    groups
}

fn changed<'t>(text: &'t TextDiff, line: &Line) -> Option<&'t str> {
    let written = cut(text.text(line));
    (line.kind != LineKind::Context).then(|| written.strip_suffix('\r').unwrap_or(written))
}
