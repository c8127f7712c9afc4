//! What sources look at alike before they trust bytes or paths: is it binary, and could the path lead anywhere.

use std::sync::Arc;

use crate::model::change::{MAX_BLOB_BYTES, TextRequest, Texts};
use crate::model::diff::{FileDiff, Omission, Patch};
use crate::model::inert;
use crate::sources::limits::whole;

/// Where git looks for a NUL to tell binary files.
const BINARY_WINDOW: usize = 8000;

/// Whether git would show these bytes as binary. Attributes are not asked: the change could carry them.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(BINARY_WINDOW).any(|byte| *byte == 0)
}

/// Gives `bytes` as the whole file at `request`: as a text where they are one, as they are where they are not only text.
pub(super) fn give(texts: &mut Texts, request: &TextRequest, bytes: &[u8]) {
    let binary = is_binary(bytes);
    if !binary && bytes.len() as u64 <= whole(&request.path) {
        texts.insert(request.clone(), Arc::from(inert::decode(bytes)));
    }
    let is_opaque = binary || std::str::from_utf8(bytes).is_err();
    if is_opaque && !texts.insert_bytes(request.clone(), bytes) {
        let why = match bytes.len() as u64 {
            size if size > MAX_BLOB_BYTES => {
                format!("it has {size} bytes, and of files that are no text only {MAX_BLOB_BYTES} are looked at")
            }
            _ => "the files of this change that are no text hold more than is looked at".to_owned(),
        };
        texts.note_unread(request.clone(), why);
    }
}

/// Tells of paths in `file` that must never be joined to a folder. They are kept as they are.
pub(super) fn tell_hostile_paths(file: &FileDiff, patch: &mut Patch) {
    for path in [&file.old_path, &file.new_path].into_iter().flatten() {
        if path.is_hostile() && patch.omissions.last().is_none_or(|last| last.path.as_ref() != Some(path)) {
            let why = "the path would leave the repository or names something odd; it is kept as text and joined to no folder";
            patch.omissions.push(Omission { path: Some(path.clone()), why: why.to_owned() });
        }
    }
}
