//! Queries that are told by the name of what is called: `findByOwner`, `findByIdAndTenantId`, and `findAll` or `findById` in their place. A
//! part of `scope-dropped`.

use std::collections::BTreeSet;

use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::{FileView, SideView};

/// A longer line is data, and more of them are a rewrite.
const WIDEST: usize = 500;
const MOST: usize = 300;

/// What belongs to somebody; group: what is asked.
static OWNED: Pattern = Pattern::new(
    r"\b(\w+)\.(?:find|get|read|query|count|delete|remove|exists|search|list|load)(?:\w*By|For|Of)(?:\w*And)?(?:Owner|User|Customer|Tenant|Account|Author|Member|Org\w*|Team|Company|CreatedBy|Workspace)\w*\s*\(",
);
/// Whatever there is; group: what is asked.
pub(super) static WIDE: Pattern = Pattern::new(
    r"\b(\w+)\.(?:find(?:All|ById|ByIdOrNull|One)|get(?:All|ById|One|ReferenceById)|deleteById|deleteAll|removeById|existsById|listAll|list|count)\s*\(",
);
static KEEPS: Pattern = Pattern::new(
    r"(?i)authori[sz]|permission|policy|\bcan[A-Z_]\w*|\bmay_|allow|guard|scope|admin|staff|owner|tenant|visible|\brequire|check|filter|==|!=|principal|current_?user|PreAuthorize|PostFilter",
);

/// What a file must hold.
pub(super) fn words() -> Words {
    Words::of([&OWNED])
}

/// Reports such queries.
pub(super) fn widened(file: &FileView<'_>, old: &SideView<'_>, new: &SideView<'_>, sink: &mut Sink<'_>) {
    let short = |text: &&str| text.len() <= WIDEST;
    let removed: Vec<&str> = old.changed_lines().map(|line| old.plain_line(line.index)).filter(short).take(MOST).collect();
    let asked: BTreeSet<&str> = removed.iter().flat_map(|text| OWNED.groups(text, 1)).collect();
    if asked.is_empty() {
        return;
    }
    let added: Vec<(usize, &str)> = new
        .changed_lines()
        .map(|line| (line.index, new.plain_line(line.index)))
        .filter(|(_, text)| text.len() <= WIDEST)
        .take(MOST)
        .collect();
    if added.iter().any(|(_, text)| KEEPS.is_match(text)) {
        return;
    }
    let known: BTreeSet<&str> = removed.iter().flat_map(|was| WIDE.groups(was, 1)).collect();
    let wide = |text: &str| WIDE.groups(text, 1).any(|asks| asked.contains(asks) && !known.contains(asks));
    if let Some((line, _)) = added.iter().find(|(_, text)| wide(text)) {
        sink.report(Draft::line(file, new, *line).title("A query is no longer kept to what belongs to somebody"));
    }
}
