//! Why something kept could not be read or written: one sentence with the place and the next step.

use std::path::{Path, PathBuf};

/// Why the store could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file belongs to another program.
    #[error("{} is not a lazaret ledger; choose another folder with LAZARET_HOME, or move that file away", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A later version of this program wrote it.
    #[error("{} was written by a newer lazaret (format {found}, this one knows {known}); update lazaret to read it", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The latest format known here.
        known: i64,
    },
    /// Its bytes make no sense.
    #[error("{} is damaged ({why}); keep a copy of it as it is, then restore it from a backup or move it away to begin a new one", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// It cannot be written.
    #[error("{} cannot be written; make it and its folder writable, or choose another folder with LAZARET_HOME", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// Another program holds it for too long.
    #[error("{} is locked by another program; try again when that one has finished", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{}: {why}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// There is no home folder to keep anything in.
    #[error("no home folder is known; set HOME, or LAZARET_HOME to the folder everything shall live in")]
    Homeless,
}

impl StoreError {
    /// The system's refusal of something at `path`.
    pub(crate) fn io(path: &Path, error: &std::io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::Io { path, why: error.to_string() },
        }
    }
}
