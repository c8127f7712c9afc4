//! Where a clone came from, as its own configuration says. Nothing is asked over the network.

use std::path::Path;

use super::open;

/// The address of the remote `origin` of the repository that holds `path`.
#[must_use]
pub fn origin(path: &Path) -> Option<String> {
    let repo = open::open(path).ok()?;
    let remote = repo.find_remote("origin").ok()?;
    std::str::from_utf8(remote.url_bytes()).ok().map(str::to_owned)
}
