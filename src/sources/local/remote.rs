//! Where a clone came from, as its own configuration says. Nothing is asked over the network.

use std::path::{Path, PathBuf};

use super::open;

/// The folder of the repository that holds `path`, as a source of it has it.
#[must_use]
pub fn folder(path: &Path) -> Option<PathBuf> {
    open::open(path).ok().map(|repo| open::folder(&repo))
}

/// The address of the remote `origin` of the repository that holds `path`.
#[must_use]
pub fn origin(path: &Path) -> Option<String> {
    let repo = open::open(path).ok()?;
    let remote = repo.find_remote("origin").ok()?;
    std::str::from_utf8(remote.url_bytes()).ok().map(str::to_owned)
}
