//! One lazaret at a time works on a repository. The system lets go of the lock when its process ends, however it ends.
#![allow(clippy::disallowed_methods, reason = "makes lazaret's own folder inside the repository's")]

use std::fs::{File, TryLockError};

use crate::response::error::ResponseError;
use crate::response::git::repo::Repo;

/// Held while a verb is carried out or resumed.
pub(crate) struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Closing alone would leave it locked while a program started meanwhile still shares the open file.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// Takes the lock.
pub(crate) fn take(repo: &Repo) -> Result<Lock, ResponseError> {
    let folder = repo.own_folder();
    std::fs::create_dir_all(&folder).map_err(|e| ResponseError::io(&folder, &e))?;
    let path = folder.join("lock");
    let file = File::options().create(true).append(true).open(&path).map_err(|e| ResponseError::io(&path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { file }),
        Err(TryLockError::WouldBlock) => Err(ResponseError::Busy(repo.common.display().to_string())),
        Err(TryLockError::Error(e)) => Err(ResponseError::io(&path, &e)),
    }
}
