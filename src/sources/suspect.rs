//! What sources look at alike before they trust bytes or paths: is it binary, and could the path lead anywhere.

use crate::model::diff::{FileDiff, Omission, Patch};

/// Where git looks for a NUL to tell binary files.
const BINARY_WINDOW: usize = 8000;

/// Whether git would show these bytes as binary. Attributes are not asked: the change could carry them.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(BINARY_WINDOW).any(|byte| *byte == 0)
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
