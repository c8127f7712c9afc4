//! Two whole texts -> the hunks between them, as a unified diff with three lines of context would have them.

use similar::{Algorithm, ChangeTag, TextDiff as LineDiff};

use crate::model::diff::{LineKind, TextDiff, TextDiffBuilder};

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// The difference between `before` and `after`, line by line.
#[must_use]
pub fn between(before: &str, after: &str) -> TextDiff {
    let diff = LineDiff::configure().algorithm(Algorithm::Histogram).diff_lines(before, after);
    let mut builder = TextDiffBuilder::default();
    for group in diff.grouped_ops(CONTEXT) {
        let Some(first) = group.first() else { continue };
        let number = |start: usize| u32::try_from(start + 1).unwrap_or(u32::MAX);
        builder.hunk(number(first.old_range().start), number(first.new_range().start), "");
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let kind = match change.tag() {
                ChangeTag::Equal => LineKind::Context,
                ChangeTag::Insert => LineKind::Added,
                ChangeTag::Delete => LineKind::Removed,
            };
            let text = change.value();
            builder.line(kind, text.strip_suffix('\n').unwrap_or(text), change.missing_newline());
        }
    }
    builder.finish()
}
