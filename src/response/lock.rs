//! One lazaret at a time carries out decisions on one repository or forge. The system lets go of the lock when its process
//! ends, however it ends.
#![allow(clippy::disallowed_methods, reason = "makes lazaret's own folder for its lock files")]

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::response::error::ResponseError;

/// Held while a verb is carried out or resumed.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Closing alone would leave it locked while a program started meanwhile still shares the open file.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

/// Takes the lock `file` of `folder`; `what` is what it guards, for whoever has to wait.
pub(crate) fn take(folder: &Path, file: &str, what: &str) -> Result<Lock, ResponseError> {
    std::fs::create_dir_all(folder).map_err(|e| ResponseError::io(folder, &e))?;
    let path = folder.join(file);
    let file = File::options().create(true).append(true).open(&path).map_err(|e| ResponseError::io(&path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { file }),
        Err(TryLockError::WouldBlock) => Err(ResponseError::Busy(what.to_owned())),
        Err(TryLockError::Error(e)) => Err(ResponseError::io(&path, &e)),
    }
}
