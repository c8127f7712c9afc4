//! Where every source stops, so that a hostile change costs bounded time and memory. What lies beyond is always an omission.

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
/// Commits of one change that are looked at one by one.
pub const MAX_STEPS: usize = 250;
/// Bytes of changed text that the commits of one change hold together, beside its net diff.
pub const MAX_STEP_BYTES: usize = 32 * 1024 * 1024;
/// Bytes of a patch file or of standard input.
pub const MAX_PATCH_BYTES: u64 = 512 * 1024 * 1024;
