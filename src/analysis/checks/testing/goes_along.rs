//! What a change takes out of the code that is tested, so that its tests go with it. Never what the tests say.

use std::collections::BTreeSet;

use crate::analysis::pattern::Pattern;
use crate::model::diff::{FileDiff, LineKind};

/// So many lines of a file, and so many files, are read.
const MOST_LINES: usize = 2_000;
const MOST_FILES: usize = 300;
/// A longer line is data, in bytes.
const LONGEST: usize = 400;

static NAME: Pattern = Pattern::new(r"\b[A-Za-z_]\w{4,}\b");

/// The names that went from code and stand nowhere in what is seen of it now.
pub(super) struct Gone(BTreeSet<String>);

impl Gone {
    pub(super) fn of<'f>(files: impl Iterator<Item = &'f FileDiff>) -> Self {
        let (mut went, mut stays) = (BTreeSet::new(), BTreeSet::new());
        for text in files.take(MOST_FILES).filter_map(FileDiff::text) {
            went.extend(names(text.removed().map(|(_, line)| line)));
            stays.extend(names(text.lines.iter().filter(|line| line.kind != LineKind::Removed).map(|line| text.text(line))));
        }
        went.retain(|name| !stays.contains(name));
        Self(went)
    }

    /// Whether lines that went from `test` spoke of one of them; `of`: which of its lines, and which names.
    pub(super) fn was_tested(&self, test: &FileDiff, of: impl Fn(&str, &str) -> bool) -> bool {
        let Some(text) = test.text().filter(|_| !self.0.is_empty()) else { return false };
        let mut lines = text.removed().map(|(_, line)| line).filter(|line| line.len() < LONGEST).take(MOST_LINES);
        lines.any(|line| NAME.groups(line, 0).any(|name| self.0.contains(name) && of(line, name)))
    }
}

fn names<'t>(lines: impl Iterator<Item = &'t str>) -> BTreeSet<String> {
    lines
        .filter(|line| line.len() < LONGEST)
        .take(MOST_LINES)
        .flat_map(|line| NAME.groups(line, 0).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Whether a name is put together of several words: `resetTokens`, `reset_tokens`. Others may be anybody's.
pub(super) fn is_compound(name: &str) -> bool {
    let inner = name.get(1..).unwrap_or("");
    inner.contains('_') || inner.bytes().any(|b| b.is_ascii_uppercase()) && name.bytes().any(|b| b.is_ascii_lowercase())
}
