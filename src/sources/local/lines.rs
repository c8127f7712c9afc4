//! Two texts to hunks, by libgit2's copy of git's own algorithm with git's defaults.

use git2::{DiffLineType, DiffOptions, Patch};

use crate::model::diff::{LineKind, TextDiff, TextDiffBuilder};
use crate::model::inert;

/// Lines of context around a change.
const CONTEXT: u32 = 3;

/// The difference of two texts.
///
/// # Errors
/// libgit2's words.
pub(super) fn compare(old: &[u8], new: &[u8]) -> Result<TextDiff, git2::Error> {
    let mut options = DiffOptions::new();
    // The paths stay unnamed, so no attribute of any folder can choose another driver.
    options.force_text(true).indent_heuristic(true).context_lines(CONTEXT);
    let patch = Patch::from_buffers(old, None, new, None, Some(&mut options))?;
    let mut builder = TextDiffBuilder::default();
    for at in 0..patch.num_hunks() {
        let (hunk, lines) = patch.hunk(at)?;
        builder.hunk(hunk.old_start(), hunk.new_start(), &section(hunk.header()));
        for line in 0..lines {
            let line = patch.line_in_hunk(at, line)?;
            let kind = match line.origin_value() {
                DiffLineType::Context => LineKind::Context,
                DiffLineType::Addition => LineKind::Added,
                DiffLineType::Deletion => LineKind::Removed,
                _ => continue,
            };
            let (text, no_newline) = line.content().strip_suffix(b"\n").map_or((line.content(), true), |text| (text, false));
            let decoded = inert::decode(text);
            if matches!(decoded, std::borrow::Cow::Owned(_)) {
                builder.mark_lossy();
            }
            builder.line(kind, &decoded, no_newline);
        }
    }
    Ok(builder.finish())
}

/// What stands behind the second `@@`.
fn section(header: &[u8]) -> String {
    let behind = header.windows(2).enumerate().filter(|(_, two)| *two == b"@@").nth(1).and_then(|(at, _)| header.get(at + 2..));
    inert::decode(behind.unwrap_or_default().trim_ascii()).into_owned()
}
