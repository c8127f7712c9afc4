//! Small text files inside the repository's folder that are lazaret's own or made on request. Never a file of git's or of
//! the user's.
#![allow(clippy::disallowed_methods, reason = "reads and writes lazaret's own files inside the repository's folder")]

use std::io::Write as _;
use std::path::Path;

use crate::response::error::ResponseError;

/// The text at `path`, or `None` when there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<String>, ResponseError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(ResponseError::io(path, &e)),
    }
}

/// Replaces `path` in one step, so that git never reads half of it. `mode`: the permission bits.
pub(crate) fn put(path: &Path, text: &str, mode: u32) -> Result<(), ResponseError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        permit(file.as_file(), mode)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    write().map_err(|e| ResponseError::io(path, &e))
}

#[cfg(unix)]
fn permit(file: &std::fs::File, mode: u32) -> std::io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))
}

#[cfg(not(unix))]
fn permit(_: &std::fs::File, _: u32) -> std::io::Result<()> {
    Ok(())
}
