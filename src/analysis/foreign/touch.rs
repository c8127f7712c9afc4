//! Which lines of a file a change touches, and what they say: where a result of another tool belongs to the change.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::model::diff::{Content, FileDiff, FileStatus, LineKind};

/// The new side of a changed file, as far as its diff shows it.
pub(super) struct Touch<'c> {
    new: bool,
    added: BTreeSet<u32>,
    known: BTreeMap<u32, &'c str>,
    /// Lines behind which something was removed.
    gaps: BTreeSet<u32>,
}

impl<'c> Touch<'c> {
    /// What the diff of `file` touches.
    pub(super) fn of(file: &'c FileDiff) -> Self {
        let new = file.status == FileStatus::Added;
        let mut touch = Self { new, added: BTreeSet::new(), known: BTreeMap::new(), gaps: BTreeSet::new() };
        let Content::Text(text) = &file.content else { return touch };
        for hunk in &text.hunks {
            // Where nothing is left, the hunk names the line before.
            let mut last = if hunk.new_len == 0 { hunk.new_start } else { hunk.new_start.saturating_sub(1) };
            for line in text.lines.get(hunk.lines.clone()).unwrap_or_default() {
                match line.kind {
                    LineKind::Removed => {
                        touch.gaps.insert(last);
                        continue;
                    }
                    LineKind::Added => {
                        touch.added.insert(line.new);
                    }
                    LineKind::Context => {}
                }
                last = line.new;
                touch.known.insert(line.new, text.text(line));
            }
        }
        touch
    }

    /// Whether the whole file is new.
    pub(super) fn is_new(&self) -> bool {
        self.new
    }

    /// The first line of `first..=last` that the change adds, or behind which it removes something within.
    pub(super) fn meets(&self, first: u32, last: u32) -> Option<u32> {
        let added = self.added.range(first..=last).next().copied();
        let gap = || self.gaps.range((Bound::Included(first), Bound::Excluded(last.max(first)))).next().copied();
        added.or_else(gap)
    }

    /// What line `number` says, where the diff shows it.
    pub(super) fn line(&self, number: u32) -> Option<&'c str> {
        self.known.get(&number).copied()
    }

    /// Whether what the tool saw stands in `first..=last`; `None` when the diff does not show those lines.
    pub(super) fn reads(&self, first: u32, last: u32, snippet: &str) -> Option<bool> {
        let mut shown = self.known.range(first..=last).map(|(_, text)| squeezed(text)).filter(|text| !text.is_empty()).peekable();
        shown.peek()?;
        let seen: Vec<String> = snippet.lines().map(squeezed).filter(|text| !text.is_empty()).take(50).collect();
        Some(shown.any(|line| seen.iter().any(|seen| line.contains(seen.as_str()) || seen.contains(line.as_str()))))
    }

    /// The added line that holds `snippet`.
    pub(super) fn find(&self, snippet: &str) -> Option<u32> {
        let wanted = squeezed(snippet.lines().next()?);
        let holds = |number: &u32| self.line(*number).is_some_and(|text| squeezed(text).contains(&wanted));
        self.added.iter().copied().find(holds).filter(|_| !wanted.is_empty())
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diff::TextDiffBuilder;
    use crate::model::path::RepoPath;

    #[test]
    fn lines_are_touched_where_something_comes_or_goes() {
        let mut builder = TextDiffBuilder::default();
        builder.hunk(10, 10, "");
        builder.line(LineKind::Context, "a", false);
        builder.line(LineKind::Removed, "gone", false);
        builder.line(LineKind::Context, "b", false);
        builder.line(LineKind::Added, "c( d )", false);
        let text = builder.finish();
        let path = Some(RepoPath::from("x"));
        let (status, content) = (FileStatus::Modified, Content::Text(text));
        let file = FileDiff { old_path: path.clone(), new_path: path, status, old_mode: None, new_mode: None, content };
        let touch = Touch::of(&file);
        assert_eq!([touch.meets(1, 9), touch.meets(10, 10), touch.meets(11, 11), touch.meets(13, 99)], [None; 4]);
        assert_eq!([touch.meets(10, 11), touch.meets(12, 12), touch.meets(1, 99)], [Some(10), Some(12), Some(12)]);
        assert_eq!([touch.reads(12, 12, " c(  d"), touch.reads(12, 12, "e"), touch.reads(40, 41, "c")], [Some(true), Some(false), None]);
        assert_eq!((touch.find("c( d"), touch.find("b"), touch.find("")), (Some(12), None, None));
    }
}
