//! Whether an evidence folder is still what was written: sizes, digests, nothing missing, nothing added, and a bundle
//! whose objects all unpack.
#![allow(clippy::disallowed_methods, reason = "reads the evidence folder")]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use git2::Indexer;

use crate::model::response::CaseId;
use crate::response::case::is_case_id;
use crate::response::error::ResponseError;
use crate::response::evidence::bundle::SIGNATURE;
use crate::response::evidence::collect::digest;
use crate::response::evidence::manifest::{NAME, described, read};
use crate::response::git::repo::told;

/// What a check of one evidence folder found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Files besides the manifest.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// SHA-256 of the manifest; compare it with the one in the ledger.
    pub digest: String,
    /// What is not as it was written; empty when all is well.
    pub problems: Vec<String>,
}

/// Checks the evidence of `case` below `root`.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn verify(root: &Path, case: &CaseId) -> Result<Verified, ResponseError> {
    let folder = root.join(&case.0);
    if !is_case_id(&case.0) || !folder.is_dir() {
        return Err(ResponseError::Evidence(format!("there is no evidence of case {} in {}", case.0, root.display())));
    }
    let manifest = read(&folder)?;
    let (_, own) = digest(&folder.join(NAME))?;
    let mut verified = Verified { files: 0, bytes: 0, digest: own, problems: Vec::new() };
    let files = match described(&manifest, case) {
        Ok(files) => files,
        Err(why) => {
            verified.problems.push(why);
            return Ok(verified);
        }
    };
    for file in &files {
        let path = folder.join(&file.path);
        match digest(&path) {
            Ok((size, sha256)) if (size, &sha256) == (file.size, &file.sha256) => {}
            Ok(_) => verified.problems.push(format!("{} was changed", file.path)),
            Err(_) => verified.problems.push(format!("{} is missing or cannot be read", file.path)),
        }
        (verified.files, verified.bytes) = (verified.files + 1, verified.bytes + file.size);
    }
    let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    verified.problems.extend(added(&folder, &names)?);
    if verified.problems.is_empty() {
        verified.problems.extend(bundle(root, &folder.join("change.bundle")).err().map(|why| format!("change.bundle: {why}")));
    }
    Ok(verified)
}

fn added(folder: &Path, names: &[&str]) -> Result<Vec<String>, ResponseError> {
    let mut problems = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| ResponseError::io(folder, &e))? {
        let name = entry.map_err(|e| ResponseError::io(folder, &e))?.file_name().to_string_lossy().into_owned();
        if name != NAME && !names.contains(&name.as_str()) {
            problems.push(format!("{name} was added"));
        }
    }
    problems.sort();
    Ok(problems)
}

/// Unpacks every object of the bundle into a folder that goes away again.
fn bundle(root: &Path, path: &Path) -> Result<(), ResponseError> {
    let io = |e: std::io::Error| ResponseError::io(path, &e);
    let mut file = BufReader::new(File::open(path).map_err(io)?);
    let mut line = Vec::new();
    let mut first = true;
    loop {
        line.clear();
        file.read_until(b'\n', &mut line).map_err(io)?;
        if first && line != SIGNATURE {
            return Err(ResponseError::Evidence("it is not a git bundle".to_owned()));
        }
        first = false;
        match line.as_slice() {
            b"\n" => break,
            [] => return Err(ResponseError::Evidence("it ends before its objects".to_owned())),
            _ => {}
        }
    }
    // Evidence may lie where nothing can be written any more.
    let place = tempfile::tempdir_in(root).or_else(|_| tempfile::tempdir()).map_err(io)?;
    let mut indexer = Indexer::new(None, place.path(), 0o600, false).map_err(told("unpacking it"))?;
    std::io::copy(&mut file, &mut indexer).map_err(io)?;
    indexer.flush().map_err(io)?;
    indexer.commit().map(drop).map_err(told("unpacking it"))
}
