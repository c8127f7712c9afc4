//! Where every source stops, so that a hostile change costs bounded time and memory. What lies beyond is always an omission.

use crate::model::path::RepoPath;

/// Files of one change.
pub const MAX_FILES: usize = 100_000;
/// Folders in folders; git's own limit (`core.maxTreeDepth`).
pub const MAX_DEPTH: usize = 2048;
/// Bytes of one file that is compared line by line.
pub const MAX_FILE_BYTES: u64 = 32 * 1024 * 1024;
/// Bytes of changed text that one change holds at once. Files beyond are listed without their lines.
pub const MAX_CHANGE_BYTES: usize = 256 * 1024 * 1024;
/// Bytes of a file that is given whole.
pub const MAX_TEXT_BYTES: u64 = 1024 * 1024;
/// Bytes of a lock file that is given whole: those of large projects have a few.
pub const MAX_LOCK_BYTES: u64 = 16 * 1024 * 1024;
/// Commits of one change that are looked at one by one.
pub const MAX_STEPS: usize = 250;
/// Bytes of changed text that the commits of one change hold together, beside its net diff.
pub const MAX_STEP_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of a patch file or of standard input.
pub const MAX_PATCH_BYTES: u64 = 512 * 1024 * 1024;

/// Bytes of the file at `path` that is given whole. A name that only looks like one of a lock file costs memory within a bound.
#[must_use]
pub fn whole(path: &RepoPath) -> u64 {
    let name = path.name().to_lowercase();
    let locks = ["lock", "shrinkwrap", "resolved"].iter().any(|word| name.contains(word)) || name.ends_with(".sum");
    if locks { MAX_LOCK_BYTES } else { MAX_TEXT_BYTES }
}
