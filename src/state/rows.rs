//! The one row list of an opened pull: drawing, cursor, scroll, search, mouse, folds and both layouts read it and nothing else.
//!
//! Rows hold numbers, never text. A block of rows belongs to one file; a fold or a new finding remakes only its block.

use crate::model::diff::{Content, FileDiff, FileStatus, Hunk, LineKind, Side, TextDiff};
use crate::state::findings::FileFindings;
use crate::state::fold::Fold;
use crate::state::said::{FileSaid, Said};

/// How a diff is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// One column: removed above added.
    #[default]
    Unified,
    /// Two columns: old beside new.
    Split,
}

/// No line on this side of a [`Row::Pair`].
pub const NONE: u32 = u32::MAX;

/// One row. Numbers are positions: of a line or hunk in its file, of a finding in the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// An empty row between files.
    Gap,
    /// The file's name, status and counts.
    File,
    /// What happened to the file beyond lines: moved, mode, binary, submodule, left out.
    Note,
    /// That the file is folded, and why.
    Folded(Fold),
    /// A hunk's header.
    Hunk(u32),
    /// A line, in the unified layout.
    Line(u32),
    /// An old and a new line side by side; either may be [`NONE`].
    Pair {
        /// The old one.
        old: u32,
        /// The new one.
        new: u32,
    },
    /// A finding, under its line or its file.
    Finding(u32),
    /// Something said, under its line or its file.
    Said(Said),
    /// Something that was not looked at.
    Omission(u32),
}

/// What stands between the lines of one file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Between<'a> {
    /// Findings.
    pub findings: Option<&'a FileFindings>,
    /// What was said.
    pub said: Option<&'a FileSaid>,
    /// Whether what others said is left out.
    pub quiet: bool,
}

impl<'a> Between<'a> {
    fn is_empty(&self) -> bool {
        self.findings.is_none_or(|findings| findings.lines.is_empty()) && self.said.is_none_or(|said| said.lines.is_empty())
    }

    fn at(&self, place: (Side, u32), rows: &mut Vec<Row>) {
        let findings = self.findings.and_then(|findings| findings.lines.get(&place));
        rows.extend(findings.into_iter().flatten().map(|number| Row::Finding(*number)));
        let said = self.said.and_then(|said| said.lines.get(&place));
        rows.extend(self.heard(said.into_iter().flatten()));
    }

    fn heard(&self, said: impl Iterator<Item = &'a Said>) -> impl Iterator<Item = Row> {
        let quiet = self.quiet;
        said.filter(move |said| !quiet || matches!(said, Said::Own(_))).map(|said| Row::Said(*said))
    }
}

/// Whose rows a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The change as a whole.
    Change,
    /// The file at this position of the patch.
    File(usize),
    /// What was not looked at.
    Rest,
}

/// A row with its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Whose row it is.
    pub owner: Owner,
    /// The row.
    pub row: Row,
}

/// All rows, in blocks: the change, each file, the rest.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    blocks: Vec<Box<[Row]>>,
    starts: Vec<usize>,
}

impl Rows {
    /// Rows of these blocks: the change first, then each file, the rest last.
    #[must_use]
    pub fn new(blocks: Vec<Box<[Row]>>) -> Self {
        let mut rows = Self { starts: Vec::with_capacity(blocks.len() + 1), blocks };
        rows.count_from(0);
        rows
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at `at`, found in logarithmic time.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Placed> {
        let (block, offset) = self.locate(at)?;
        let row = *self.blocks.get(block)?.get(offset)?;
        Some(Placed { owner: self.owner(block), row })
    }

    /// The rows from `at` on, each found in constant time.
    pub fn from(&self, at: usize) -> impl Iterator<Item = Placed> + '_ {
        let (first, offset) = self.locate(at).unwrap_or((self.blocks.len(), 0));
        self.blocks.iter().enumerate().skip(first).flat_map(move |(block, rows)| {
            let skipped = if block == first { offset } else { 0 };
            let owner = self.owner(block);
            rows.iter().skip(skipped).map(move |row| Placed { owner, row: *row })
        })
    }

    /// The rows before `at`, last first.
    pub fn before(&self, at: usize) -> impl Iterator<Item = Placed> + '_ {
        let (last, offset) = self.locate(at).unwrap_or((self.blocks.len(), 0));
        let blocks = self.blocks.iter().enumerate().take(last + 1).rev();
        blocks.flat_map(move |(block, rows)| {
            let kept = if block == last { offset } else { rows.len() };
            let owner = self.owner(block);
            rows.iter().take(kept).rev().map(move |row| Placed { owner, row: *row })
        })
    }

    /// The rows of `owner`.
    #[must_use]
    pub fn of(&self, owner: Owner) -> &[Row] {
        self.blocks.get(self.block(owner)).map_or(&[], |rows| rows)
    }

    /// Where the rows of `owner` begin.
    #[must_use]
    pub fn start(&self, owner: Owner) -> usize {
        self.starts.get(self.block(owner)).copied().unwrap_or(self.len())
    }

    /// Puts `rows` in place of the rows of `owner`.
    pub fn replace(&mut self, owner: Owner, rows: Box<[Row]>) {
        let block = self.block(owner);
        if let Some(slot) = self.blocks.get_mut(block) {
            let same = slot.len() == rows.len();
            *slot = rows;
            if !same {
                self.count_from(block);
            }
        }
    }

    fn count_from(&mut self, block: usize) {
        self.starts.truncate(block + 1);
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let mut sum = self.starts.last().copied().unwrap_or(0);
        for rows in self.blocks.iter().skip(block) {
            sum += rows.len();
            self.starts.push(sum);
        }
    }

    fn locate(&self, at: usize) -> Option<(usize, usize)> {
        if at >= self.len() {
            return None;
        }
        let block = self.starts.partition_point(|start| *start <= at).checked_sub(1)?;
        Some((block, at - self.starts.get(block)?))
    }

    fn owner(&self, block: usize) -> Owner {
        match block {
            0 => Owner::Change,
            last if last + 1 == self.blocks.len() => Owner::Rest,
            file => Owner::File(file - 1),
        }
    }

    fn block(&self, owner: Owner) -> usize {
        match owner {
            Owner::Change => 0,
            Owner::File(file) => file + 1,
            Owner::Rest => self.blocks.len().saturating_sub(1),
        }
    }
}

/// The rows of one file. A file that is on one side only needs no second column.
#[must_use]
pub fn of_file(file: &FileDiff, layout: Layout, fold: Option<Fold>, between: Between<'_>) -> Box<[Row]> {
    let one_sided = matches!(file.status, FileStatus::Added | FileStatus::Deleted);
    let mut rows = vec![Row::File];
    if has_note(file) {
        rows.push(Row::Note);
    }
    rows.extend(between.findings.iter().flat_map(|findings| &findings.whole).map(|number| Row::Finding(*number)));
    rows.extend(between.heard(between.said.iter().flat_map(|said| &said.whole)));
    match (file.text(), fold) {
        (Some(text), Some(fold)) if !text.hunks.is_empty() => {
            rows.push(Row::Folded(fold));
            let findings = between.findings.iter().flat_map(|findings| findings.lines.values().flatten());
            rows.extend(findings.map(|number| Row::Finding(*number)));
            rows.extend(between.heard(between.said.iter().flat_map(|said| said.lines.values().flatten())));
        }
        (Some(text), _) => {
            rows.reserve(text.lines.len() + text.hunks.len());
            for (hunk, number) in text.hunks.iter().zip(0..) {
                rows.push(Row::Hunk(number));
                match layout {
                    _ if one_sided => unified(&mut rows, text, hunk, between),
                    Layout::Unified => unified(&mut rows, text, hunk, between),
                    Layout::Split => split(&mut rows, text, hunk, between),
                }
            }
        }
        (None, _) => {}
    }
    rows.push(Row::Gap);
    rows.into_boxed_slice()
}

/// Whether something beyond lines happened to `file`.
#[must_use]
pub fn has_note(file: &FileDiff) -> bool {
    let moved = matches!(file.status, FileStatus::Renamed(_) | FileStatus::Copied(_));
    let mode = file.old_mode != file.new_mode && file.old_mode.is_some() && file.new_mode.is_some();
    let special = [file.old_mode, file.new_mode].into_iter().flatten().any(|mode| mode.bits() != 0o100_644 && mode.bits() != 0o100_755);
    let odd = match &file.content {
        Content::Text(text) => text.hunks.is_empty() || text.lossy,
        _ => true,
    };
    moved || mode || special || odd
}

fn unified(rows: &mut Vec<Row>, text: &TextDiff, hunk: &Hunk, between: Between<'_>) {
    for at in hunk.lines.clone() {
        let number = position(at);
        rows.push(Row::Line(number));
        push_between(rows, text, between, &[number]);
    }
}

fn split(rows: &mut Vec<Row>, text: &TextDiff, hunk: &Hunk, between: Between<'_>) {
    let kind = |at: usize| text.lines.get(at).map(|line| line.kind);
    let mut at = hunk.lines.start;
    while at < hunk.lines.end {
        if kind(at) == Some(LineKind::Context) {
            let number = position(at);
            rows.push(Row::Pair { old: number, new: number });
            push_between(rows, text, between, &[number]);
            at += 1;
            continue;
        }
        let run = |from: usize, of: LineKind| (from..hunk.lines.end).find(|i| kind(*i) != Some(of)).unwrap_or(hunk.lines.end);
        let removed = at..run(at, LineKind::Removed);
        let added = removed.end..run(removed.end, LineKind::Added);
        at = added.end;
        for i in 0..removed.len().max(added.len()) {
            let side = |range: &std::ops::Range<usize>| if i < range.len() { position(range.start + i) } else { NONE };
            let (old, new) = (side(&removed), side(&added));
            rows.push(Row::Pair { old, new });
            push_between(rows, text, between, &[old, new]);
        }
    }
}

fn push_between(rows: &mut Vec<Row>, text: &TextDiff, between: Between<'_>, lines: &[u32]) {
    if between.is_empty() {
        return;
    }
    for line in lines.iter().filter_map(|line| text.lines.get(*line as usize)) {
        for side in [Side::Old, Side::New] {
            if let Some(number) = line.number(side) {
                between.at((side, number), rows);
            }
        }
    }
}

/// The line a row shows: the new one of a pair where there is one.
#[must_use]
pub fn line_of(row: Row) -> Option<u32> {
    match row {
        Row::Line(line) => Some(line),
        Row::Pair { old, new: NONE } => Some(old),
        Row::Pair { new, .. } => Some(new),
        _ => None,
    }
}

/// Whether a row shows line `line`.
#[must_use]
pub(crate) fn shows(row: Row, line: u32) -> bool {
    match row {
        Row::Line(own) => own == line,
        Row::Pair { old, new } => old == line || new == line,
        _ => false,
    }
}

/// Positions fit in 32 bits: a file's body is below 4 GiB (see [`TextDiff`]).
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}
