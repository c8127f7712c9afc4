//! A repository opened for writing objects and refs. The only place of this room that opens one.
//!
//! libgit2 runs no hooks; nothing here asks it for a filter, a working tree or an index of the user.
#![allow(clippy::disallowed_methods, reason = "finds the folder of a repository")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use git2::{ErrorClass, ErrorCode, Oid, Repository, RepositoryOpenFlags};

use crate::model::commit_id::CommitId;
use crate::model::inert;
use crate::response::error::ResponseError;

/// An open repository and the folder its worktrees share.
pub(crate) struct Repo {
    pub(crate) git: Repository,
    pub(crate) common: PathBuf,
}

impl Repo {
    /// Opens the repository at `path` or above it.
    pub(crate) fn open(path: &Path) -> Result<Self, ResponseError> {
        let nowhere: [&OsStr; 0] = [];
        let git = Repository::open_ext(path, RepositoryOpenFlags::empty(), nowhere).map_err(|e| refused(path, &e))?;
        let common = git.commondir().to_owned();
        let common = std::fs::canonicalize(&common).unwrap_or(common);
        Ok(Self { git, common })
    }

    /// Lazaret's own folder inside the repository's: deny list, protected branches, lock.
    pub(crate) fn own_folder(&self) -> PathBuf {
        self.common.join("lazaret")
    }

    /// The same repository with all new objects in memory: nothing written through it lasts.
    pub(crate) fn scratch(&self) -> Result<Repository, ResponseError> {
        /// Above loose objects (1) and packs (2), so that it is asked first to write.
        const FIRST: i32 = 1_000;
        let open = || -> Result<Repository, git2::Error> {
            let git = Repository::open(self.git.path())?;
            git.odb()?.add_new_mempack_backend(FIRST)?;
            Ok(git)
        };
        open().map_err(told("preparing a preview"))
    }

    /// The commit `id` stands for.
    pub(crate) fn commit(&self, id: &CommitId) -> Result<git2::Commit<'_>, ResponseError> {
        self.git.find_commit(oid(id)?).map_err(told(&format!("reading commit {}", id.short())))
    }

    /// Whether the repository has that commit.
    pub(crate) fn has(&self, id: &CommitId) -> bool {
        oid(id).is_ok_and(|oid| self.git.find_commit(oid).is_ok())
    }

    /// Whether `ancestor` is `tip` or part of its history.
    pub(crate) fn contains(&self, tip: &CommitId, ancestor: &CommitId) -> Result<bool, ResponseError> {
        if tip == ancestor {
            return Ok(true);
        }
        let (tip, ancestor) = (oid(tip)?, oid(ancestor)?);
        self.git.graph_descendant_of(tip, ancestor).map_err(told("walking the history"))
    }
}

/// git's id for ours.
pub(crate) fn oid(id: &CommitId) -> Result<Oid, ResponseError> {
    Oid::from_str(id.as_str()).map_err(told(&format!("reading the id {}", id.short())))
}

/// Our id for git's.
pub(crate) fn id(oid: Oid) -> Result<CommitId, ResponseError> {
    let hex = oid.to_string();
    CommitId::parse(&hex).ok_or_else(|| ResponseError::Repository(format!("{hex} is not a commit id")))
}

/// An error of git while doing `what`.
pub(crate) fn told(what: &str) -> impl FnOnce(git2::Error) -> ResponseError + use<> {
    let what = what.to_owned();
    move |error| ResponseError::Git { what, why: error.message().to_owned() }
}

fn refused(path: &Path, error: &git2::Error) -> ResponseError {
    let word = inert::word(&path.to_string_lossy()).into_owned();
    let path = path.display();
    ResponseError::Repository(match (error.code(), error.class()) {
        (ErrorCode::NotFound, _) => format!("{path} is not inside a git repository; name one, or run git init there"),
        (ErrorCode::Owner, _) => {
            format!("{path} belongs to another user; if you trust it: git config --global --add safe.directory {word}")
        }
        (_, ErrorClass::Repository) => {
            format!("{path} cannot be opened: {}; lazaret knows repositories with files as refs and SHA-1 ids", error.message())
        }
        _ => format!("{path} cannot be opened: {}", error.message()),
    })
}
