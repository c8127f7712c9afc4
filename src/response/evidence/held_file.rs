//! A file of an evidence folder, opened as something that anybody may have put there: an ordinary file in ordinary folders, with
//! one name. Never through a link, and never something that does not end.
#![allow(clippy::disallowed_methods, reason = "reads the evidence folder")]

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// The most that is read of a list or a log that lazaret wrote.
const LARGEST: u64 = 64 << 20;

/// Opens the file `path` below `folder`, or says in words that continue the path why it is not opened.
pub(super) fn open(folder: &Path, path: &str) -> Result<(File, u64), String> {
    let mut at = folder.to_owned();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        at.push(part);
        let found = at.symlink_metadata().map_err(|_| "is missing or cannot be read".to_owned())?;
        if parts.peek().is_some() {
            if !found.is_dir() {
                return Err("does not lie in a folder of its own".to_owned());
            }
        } else if !found.is_file() {
            return Err("was replaced by something that is no ordinary file".to_owned());
        } else if names(&found) != 1 {
            return Err("has another name elsewhere (a hard link), through which it can be changed".to_owned());
        }
    }
    let unread = |_| "is missing or cannot be read".to_owned();
    let file = File::open(&at).map_err(unread)?;
    let size = file.metadata().map_err(unread)?.len();
    Ok((file, size))
}

/// The whole file, when it is of a size that lazaret writes.
pub(super) fn read(folder: &Path, path: &str) -> Result<Vec<u8>, String> {
    let (file, size) = open(folder, path)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(LARGEST)).unwrap_or(0));
    let taken = file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|e| format!("cannot be read ({e})"))?;
    if taken as u64 > LARGEST { Err(format!("is larger than {} MiB", LARGEST >> 20)) } else { Ok(bytes) }
}

/// Whether the file is `size` bytes with the digest `sha256`; the words of [`open`] if not.
pub(super) fn compare(folder: &Path, path: &str, size: u64, sha256: &str) -> Result<(), String> {
    let (mut file, found) = open(folder, path)?;
    let changed = || "was changed".to_owned();
    if found != size {
        return Err(changed());
    }
    let (read, digest) = digest(&mut file).map_err(|e| format!("cannot be read ({e})"))?;
    if (read, digest.as_str()) == (size, sha256) { Ok(()) } else { Err(changed()) }
}

/// Size and SHA-256 of what `from` gives.
pub(super) fn digest(from: &mut impl std::io::Read) -> std::io::Result<(u64, String)> {
    let mut sha = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut size = 0_u64;
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, hex(&sha.finalize())));
        }
        sha.update(buffer.get(..read).unwrap_or_default());
        size += read as u64;
    }
}

/// SHA-256 of `bytes`.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(unix)]
fn names(found: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(found)
}

#[cfg(not(unix))]
fn names(_: &Metadata) -> u64 {
    1
}
