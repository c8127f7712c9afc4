//! Reads the files of results that a person imports. Never what stands in them: that is `analysis`'.
#![allow(clippy::disallowed_methods, reason = "this is where the user's files of results are read")]

use std::fs::File;
use std::io::{Error, Read as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::config::error::ConfigError;
use crate::model::tool::{ResultFile, UnreadFile};

/// A file above this is not read, in bytes. Code scanning takes far less.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Of a larger one so much is read, for its digest.
const HEAD: u64 = 64 * 1024;

/// The file at `path`; or why its bytes are no text that a tool writes: it is larger, or no UTF-8.
///
/// # Errors
/// When it cannot be read: there is none, it is a folder, or the machine says no.
pub fn read(path: &Path) -> Result<Result<ResultFile, UnreadFile>, ConfigError> {
    let name = path.display().to_string();
    let wrong = |says: String| ConfigError { file: name.clone(), line: None, says };
    let unreadable = |error: Error| wrong(format!("cannot be read ({error}); name a SARIF file that a tool wrote"));
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if about.is_dir() {
        return Err(wrong("is a folder; name the SARIF files in it one by one".to_owned()));
    }
    let (mut bytes, mut file) = (Vec::new(), file);
    let most = if about.len() > LARGEST { HEAD } else { LARGEST + 1 };
    file.by_ref().take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let unread = |why: String, line: Option<u32>| Ok(Err(UnreadFile { name: name.clone(), digest: digest.clone(), why, line }));
    if about.len().max(bytes.len() as u64) > LARGEST {
        let most = LARGEST / 1024 / 1024;
        return unread(
            format!("is larger than {most} MiB and was not read; let the tool look at the changed files only, or write one file for each"),
            None,
        );
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return unread("is UTF-16, as a shell of Windows writes what is redirected; save it as UTF-8".to_owned(), Some(1));
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            Ok(Ok(ResultFile { name, text, digest }))
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let before = error.as_bytes().get(..at).unwrap_or_default();
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            unread(format!("is not UTF-8 at byte {at}; save it as UTF-8"), u32::try_from(line).ok())
        }
    }
}

/// The repositories that `folders` lie in, as text: results of other tools name files by where they lay.
#[must_use]
pub fn roots(folders: &[PathBuf]) -> Vec<String> {
    let mut roots = Vec::new();
    for folder in folders {
        let forms = [std::path::absolute(folder).ok(), folder.canonicalize().ok()];
        for form in forms.into_iter().flatten().filter(|form| form.is_dir()) {
            let own = form.ancestors().find(|above| above.join(".git").exists()).unwrap_or(&form);
            roots.extend([own, &form].iter().map(|root| root.to_string_lossy().into_owned()));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    roots.retain(|root| root.len() > 1 && seen.insert(root.clone()));
    roots
}
