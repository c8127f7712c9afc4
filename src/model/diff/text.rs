//! The hunks and lines of one file's diff over one body of text. Never which file it is.

use std::ops::Range;

/// Which side of a diff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Before the change.
    Old,
    /// After the change.
    New,
}

impl Side {
    /// The word of report v1.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// What a line of a diff is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineKind {
    /// On both sides.
    Context,
    /// Only on the new side.
    Added,
    /// Only on the old side.
    Removed,
}

/// One line of a diff: numbers and a span of the file's body. 20 bytes, because a large change has hundreds of thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Whether the file ends here without a line feed (`\ No newline at end of file`).
    pub no_newline: bool,
    /// Its number on the old side, from 1; 0 when it is not there.
    pub old: u32,
    /// Its number on the new side, from 1; 0 when it is not there.
    pub new: u32,
    start: u32,
    end: u32,
}

impl Line {
    /// Its number on `side`, from 1.
    #[must_use]
    pub fn number(&self, side: Side) -> Option<u32> {
        let number = match side {
            Side::Old => self.old,
            Side::New => self.new,
        };
        (number > 0).then_some(number)
    }
}

/// A hunk: one run of changed lines with its context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// First old line, from 1 (0 when the old side is empty).
    pub old_start: u32,
    /// Lines on the old side.
    pub old_len: u32,
    /// First new line, from 1 (0 when the new side is empty).
    pub new_start: u32,
    /// Lines on the new side.
    pub new_len: u32,
    /// The text git prints behind the second `@@`, usually the enclosing function.
    pub section: String,
    /// Which lines of [`TextDiff::lines`] are its own.
    pub lines: Range<usize>,
}

/// The hunks of one file over one body of text. Built line by line through [`TextDiffBuilder`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextDiff {
    body: String,
    /// All lines, hunk after hunk.
    pub lines: Vec<Line>,
    /// The hunks, in file order.
    pub hunks: Vec<Hunk>,
    /// Whether some byte was not UTF-8 and is shown as a token.
    pub lossy: bool,
}

impl TextDiff {
    /// The line's text without its line feed (a CR before it is kept).
    #[must_use]
    pub fn text(&self, line: &Line) -> &str {
        self.body.get(line.start as usize..line.end as usize).unwrap_or("")
    }

    /// Whether `part` may stand on one of its lines: where this says no, it stands on none.
    #[must_use]
    pub fn may_hold(&self, part: &str) -> bool {
        self.body.contains(part)
    }

    /// How many lines of `kind` there are.
    #[must_use]
    pub fn count(&self, kind: LineKind) -> usize {
        self.lines.iter().filter(|line| line.kind == kind).count()
    }

    /// Added lines with their new numbers and texts.
    pub fn added(&self) -> impl Iterator<Item = (u32, &str)> {
        self.lines.iter().filter(|line| line.kind == LineKind::Added).map(|line| (line.new, self.text(line)))
    }

    /// Removed lines with their old numbers and texts.
    pub fn removed(&self) -> impl Iterator<Item = (u32, &str)> {
        self.lines.iter().filter(|line| line.kind == LineKind::Removed).map(|line| (line.old, self.text(line)))
    }

    /// Bytes of text held.
    #[must_use]
    pub fn size(&self) -> usize {
        self.body.len()
    }
}

/// Builds a [`TextDiff`] hunk by hunk; counts lengths and numbers itself.
#[derive(Debug, Default)]
pub struct TextDiffBuilder {
    diff: TextDiff,
    next_old: u32,
    next_new: u32,
}

impl TextDiffBuilder {
    /// A builder that has room for so many bytes of text and so many lines: what grows is copied.
    #[must_use]
    pub fn with_room(bytes: usize, lines: usize) -> Self {
        let diff = TextDiff { body: String::with_capacity(bytes), lines: Vec::with_capacity(lines), ..TextDiff::default() };
        Self { diff, ..Self::default() }
    }

    /// Opens a hunk that starts at these lines. Its lengths are counted from the lines that follow.
    pub fn hunk(&mut self, old_start: u32, new_start: u32, section: &str) {
        let at = self.diff.lines.len();
        self.next_old = old_start;
        self.next_new = new_start;
        self.diff.hunks.push(Hunk { old_start, old_len: 0, new_start, new_len: 0, section: section.to_owned(), lines: at..at });
    }

    /// Adds a line to the open hunk; `text` has no line feed. Without an open hunk, one opens at line 1. Ignored once the
    /// body would pass 4 GiB; returns whether the line was taken.
    pub fn line(&mut self, kind: LineKind, text: &str, no_newline: bool) -> bool {
        if self.diff.hunks.is_empty() {
            self.hunk(1, 1, "");
        }
        let (Ok(start), Ok(end)) = (u32::try_from(self.diff.body.len()), u32::try_from(self.diff.body.len() + text.len())) else {
            return false;
        };
        let (old, new) = match kind {
            LineKind::Context => (self.next_old, self.next_new),
            LineKind::Added => (0, self.next_new),
            LineKind::Removed => (self.next_old, 0),
        };
        self.next_old = self.next_old.saturating_add(u32::from(old > 0));
        self.next_new = self.next_new.saturating_add(u32::from(new > 0));
        self.diff.body.push_str(text);
        self.diff.lines.push(Line { kind, no_newline, old, new, start, end });
        if let Some(hunk) = self.diff.hunks.last_mut() {
            hunk.old_len += u32::from(old > 0);
            hunk.new_len += u32::from(new > 0);
            hunk.lines.end = self.diff.lines.len();
        }
        true
    }

    /// Records that some byte was not UTF-8.
    pub fn mark_lossy(&mut self) {
        self.diff.lossy = true;
    }

    /// The finished diff.
    #[must_use]
    pub fn finish(mut self) -> TextDiff {
        self.diff.body.shrink_to_fit();
        self.diff.lines.shrink_to_fit();
        self.diff
    }
}

/// A diff in which every line of `text` is added.
#[must_use]
pub fn all_added(text: &str) -> TextDiff {
    let mut builder = TextDiffBuilder::default();
    let mut lines = text.split_inclusive('\n').peekable();
    if lines.peek().is_some() {
        builder.hunk(0, 1, "");
    }
    for line in lines {
        let bare = line.strip_suffix('\n');
        builder.line(LineKind::Added, bare.unwrap_or(line), bare.is_none());
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_builder_numbers_both_sides() {
        let mut builder = TextDiffBuilder::default();
        builder.hunk(10, 20, "fn f()");
        builder.line(LineKind::Context, "a", false);
        builder.line(LineKind::Removed, "b", false);
        builder.line(LineKind::Added, "c", true);
        let diff = builder.finish();
        assert_eq!(diff.added().collect::<Vec<_>>(), [(21, "c")]);
        assert_eq!(diff.removed().collect::<Vec<_>>(), [(11, "b")]);
        assert_eq!((diff.hunks[0].old_len, diff.hunks[0].new_len, diff.hunks[0].lines.clone()), (2, 2, 0..3));
        assert!(diff.lines[2].no_newline);
    }

    #[test]
    fn a_whole_text_as_added_lines() {
        let diff = all_added("x\ny");
        assert_eq!(diff.added().collect::<Vec<_>>(), [(1, "x"), (2, "y")]);
        assert!(diff.lines[1].no_newline);
        assert!(all_added("").hunks.is_empty());
    }
}
