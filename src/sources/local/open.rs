//! Opens a repository knowingly, or says in one sentence why not. Never runs anything it names.
//!
//! libgit2 knows no fsmonitor, pager, credential helper or hook on the read side; git's ownership rule (`safe.directory`) holds.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, Repository, RepositoryOpenFlags};

use super::failure::reason;
use crate::model::inert;
use crate::sources::source::SourceError;

/// The repository that holds `path`: a working tree, a folder inside one, a linked worktree, or a bare repository.
pub(super) fn open(path: &Path) -> Result<Repository, SourceError> {
    let shown = path.display();
    if !path.exists() {
        return Err(SourceError::NotFound(format!("there is no `{shown}`: name a file or folder that exists")));
    }
    Repository::open_ext(path, RepositoryOpenFlags::empty(), std::iter::empty::<&OsStr>()).map_err(|e| match e.code() {
        ErrorCode::NotFound => {
            SourceError::NotFound(format!("`{shown}` is no git repository: run this inside one, or name one with --repo"))
        }
        ErrorCode::Owner => SourceError::Unreadable(format!(
            "`{shown}` belongs to somebody else, so git and lazaret refuse to read it: `git config --global --add safe.directory {}` trusts it",
            inert::word(&path.to_string_lossy())
        )),
        _ => SourceError::Unreadable(format!("the git repository at `{shown}` cannot be read ({}): `git fsck` tells more", reason(&e))),
    })
}

/// Where the repository can be opened again: its working tree, or the git folder when it is bare or called otherwise than `.git`.
pub(super) fn folder(repo: &Repository) -> PathBuf {
    let again = |folder: &&Path| open(folder).is_ok_and(|found| found.path() == repo.path());
    repo.workdir().filter(again).unwrap_or_else(|| repo.path()).to_owned()
}
