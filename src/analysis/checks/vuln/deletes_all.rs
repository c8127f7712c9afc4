//! Files that a function deleted only when they were old, and deletes whatever their age. A part of `destructive-command`, which knows commands.

use super::twins::twins;
use crate::analysis::check::{Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::prefilter::Words;
use crate::analysis::view::FileView;
use crate::model::rule::Severity;

/// How old a file is, compared.
static AGED: Pattern = Pattern::new(
    r"\.(?:isBefore|isAfter|Before|After|before|after)\s*\(|\bst_mtim\w*|\bgetmtime\b|\bmtime(?:Ms)?\b|\bModTime\s*\(|\b[gs]et[lL]astModified\w*\s*\(|\blastModified\s*\(|\bLast(?:Write|Access)Time\w*|\bCreationTime\w*|\bfilemtime\s*\(|\bmetadata\(\)[^;]*\.modified\s*\(|-mtime\s|-mmin\s",
);
/// A file is deleted.
static DELETES: Pattern = Pattern::new(
    r"\bFiles\.delete(?:IfExists)?\s*\(|\bos\.(?:remove|unlink|Remove|RemoveAll)\s*\(|\bshutil\.rmtree\s*\(|\bfs\w*\.(?:promises\.)?(?:unlink|rm)(?:Sync)?\s*\(|\.unlink\s*\(|(?:^|[^\w.>])unlink\s*\(|\bFile\.(?:Delete|delete|unlink)\s*[( ]|\bFileUtils\.(?:rm\w*|deleteQuietly|forceDelete)\b|\bfs::remove_(?:file|dir_all)\s*\(|\bstd::filesystem::remove(?:_all)?\s*\(|\.delete(?:Recursively)?\s*\(\s*\)",
);

/// Words without which no line went that compares an age.
pub(super) fn words() -> Words {
    Words::of([&AGED])
}

/// Reports functions that no longer ask.
pub(super) fn report(file: &FileView<'_>, sink: &mut Sink<'_>) {
    if !file.removed().any(|line| line.text.len() <= 600 && AGED.is_match(line.text)) {
        return;
    }
    for twin in twins(file) {
        let asked = twin.lost(&AGED) > 0 && DELETES.is_match(twin.before());
        if !asked || AGED.is_match(twin.after()) || DELETES.count(twin.after()) < DELETES.count(twin.before()) {
            continue;
        }
        // What is listed by another function may be asked there.
        let Some((line, _)) = (twin.is.clone()).map(|at| (at, twin.new.plain_line(at))).find(|(_, text)| DELETES.is_match(text)) else {
            continue;
        };
        let elsewhere = file.added().any(|line| line.text.len() <= 600 && AGED.is_match(line.text));
        if !elsewhere {
            let title = "What was deleted only when it was old is deleted whatever its age";
            sink.report(Draft::line(file, twin.new, line).title(title).severity(Severity::Medium));
        }
    }
}
