//! Private folders and files: 0700 and 0600, written whole or not at all. The only writer of plain files in the store.
#![allow(clippy::disallowed_methods, reason = "the store writes its own files")]

use std::io::Write as _;
use std::path::Path;

use super::error::StoreError;

/// Makes `folder` and its missing parents, readable by nobody else.
///
/// # Errors
/// When the system refuses.
pub fn private_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| StoreError::io(folder, &e))
}

/// Makes sure that `path` exists as a file readable by nobody else; what is there already stays as it is.
///
/// A file that is there is never opened, and a new one appears only after its last handle is closed: closing any handle of
/// a file drops every POSIX lock this process has on it, and with them the locks of SQLite's other connections.
///
/// # Errors
/// When the system refuses.
pub fn private_file(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // 0600 by itself.
    let new = tempfile::NamedTempFile::new_in(folder).map_err(|e| StoreError::io(path, &e))?.into_temp_path();
    match new.persist_noclobber(path) {
        Err(e) if e.error.kind() != std::io::ErrorKind::AlreadyExists => Err(StoreError::io(path, &e.error)),
        _ => Ok(()),
    }
}

/// Replaces `path` by `bytes` in one step: a reader sees the old file or the new one, never a part.
///
/// # Errors
/// When the system refuses.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    private_folder(folder)?;
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    write().map_err(|e| StoreError::io(path, &e))
}

/// The bytes at `path`, or `None` when there is no such file.
///
/// # Errors
/// When it exists and the system refuses.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(StoreError::io(path, &e)),
    }
}

/// Gives one of our own files another name, also where that is taken.
///
/// # Errors
/// When the system refuses.
pub fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    std::fs::rename(from, to).map_err(|e| StoreError::io(from, &e))
}

/// Removes one of our own files; a missing one is fine.
///
/// # Errors
/// When the system refuses.
pub fn remove(path: &Path) -> Result<(), StoreError> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(StoreError::io(path, &e)),
    }
}
