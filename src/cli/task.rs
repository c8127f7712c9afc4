//! `--task FILE`: the text of the task that changes were made for. Never what is made of it.
#![allow(clippy::disallowed_methods, reason = "the task is a file that the person names")]

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

/// Bytes of a task that are read.
const LARGEST: u64 = 1 << 20;

/// The text in `file`; `-` is standard input.
///
/// # Errors
/// When it cannot be read.
pub fn read(file: &Path) -> anyhow::Result<Arc<str>> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().take(LARGEST).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
    };
    read.map_err(|why| anyhow::anyhow!("the task in {} cannot be read: {why}", file.display()))?;
    Ok(Arc::from(String::from_utf8_lossy(&bytes).as_ref()))
}
