//! Whole files as far as a diff alone holds them: those it adds or deletes. For sources without a repository.

use std::sync::Arc;

use crate::model::change::{Change, TextRequest, Texts};
use crate::model::diff::{FileDiff, FileStatus, Side, TextDiff};
use crate::sources::limits::MAX_TEXT_BYTES;

/// What of `wanted` is added or deleted by `change`.
pub(super) fn texts(change: &Change, wanted: &[TextRequest]) -> Texts {
    let mut texts = Texts::default();
    for request in wanted {
        let is_it = |file: &&FileDiff| file.path_on(request.side) == Some(&request.path);
        if let Some(text) = change.patch.files.iter().find(is_it).and_then(|file| whole(file, request.side)) {
            texts.insert(request.clone(), text);
        }
    }
    texts
}

fn whole(file: &FileDiff, side: Side) -> Option<Arc<str>> {
    let all = matches!((file.status, side), (FileStatus::Added, Side::New) | (FileStatus::Deleted, Side::Old));
    file.text().filter(|text| all && text.size() as u64 <= MAX_TEXT_BYTES).map(join)
}

fn join(text: &TextDiff) -> Arc<str> {
    let mut out = String::with_capacity(text.size() + text.lines.len());
    for line in &text.lines {
        out.push_str(text.text(line));
        if !line.no_newline {
            out.push('\n');
        }
    }
    Arc::from(out)
}
