//! Whether an evidence folder is still what was written: sizes, digests, nothing missing, nothing added, an unbroken custody
//! log, a sealed copy that says the same, and git objects that all unpack. What lies there is believed in nothing.
#![allow(clippy::disallowed_methods, reason = "reads the evidence folder")]

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::response::CaseId;
use crate::response::case::is_case_id;
use crate::response::error::ResponseError;
use crate::response::evidence::held_file::{self, digest_of};
use crate::response::evidence::manifest::{self, Contents, NAME};
use crate::response::evidence::unpack::{Onto, empty_repository, unpack};
use crate::response::evidence::{custody, seal};
use crate::response::git::repo::told;

/// What a check of one evidence folder found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Files besides the manifest and the custody log.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// SHA-256 of the manifest; compare it with the one in the ledger.
    pub digest: String,
    /// Records of the custody log and the digest of the last one: note it elsewhere to prove that nothing was cut off.
    pub custody: (u64, String),
    /// Whether it is noted here where the custody log ends. What was brought from another machine has no such note.
    pub anchored: bool,
    /// What is not as it was written; empty when all is well.
    pub problems: Vec<String>,
}

/// Checks the evidence of `case` below `root`.
///
/// # Errors
/// When there is none, or its folder cannot be read.
pub fn verify(root: &Path, case: &CaseId) -> Result<Verified, ResponseError> {
    look(root, case).map(|(verified, _)| verified)
}

/// What the evidence of `case` consists of.
///
/// # Errors
/// When anything of it is not what was written.
pub(super) fn checked(root: &Path, case: &CaseId) -> Result<Contents, ResponseError> {
    match look(root, case)? {
        (Verified { problems, .. }, Some(contents)) if problems.is_empty() => Ok(contents),
        (verified, _) => {
            let problem = verified.problems.first().cloned().unwrap_or_default();
            Err(ResponseError::Evidence(format!("the evidence of {} is not what was written: {problem}", case.0)))
        }
    }
}

fn look(root: &Path, case: &CaseId) -> Result<(Verified, Option<Contents>), ResponseError> {
    let folder = root.join(&case.0);
    if !is_case_id(&case.0) || !folder.symlink_metadata().is_ok_and(|found| found.is_dir()) {
        return Err(ResponseError::Evidence(format!("there is no evidence of case {} in {}", case.0, root.display())));
    }
    let chain = custody::read(root, case);
    let mut verified =
        Verified { custody: (chain.records, chain.head), anchored: chain.anchored, problems: chain.problems, ..Verified::default() };
    let contents = match described(&folder, case, chain.manifest.as_deref(), &mut verified) {
        Ok(contents) => contents,
        Err(why) => {
            verified.problems.push(why);
            return Ok((verified, None));
        }
    };
    let sound = compared(&folder, &contents, &mut verified);
    verified.problems.extend(added(&folder, &contents)?);
    if sound.contains(seal::NAME) {
        verified.problems.extend(seal::differs(&folder, &contents));
    }
    verified.problems.extend(objects(root, &folder, &contents, &sound));
    Ok((verified, Some(contents)))
}

/// What the manifest says, which the custody log has to have the digest of.
fn described(folder: &Path, case: &CaseId, noted: Option<&str>, verified: &mut Verified) -> Result<Contents, String> {
    let bytes = held_file::read(folder, NAME).map_err(|why| format!("{NAME} {why}"))?;
    verified.digest = digest_of(&bytes);
    if noted != Some(&verified.digest) && verified.custody.0 > 0 {
        verified.problems.push(format!("{NAME} was changed: the custody log has another digest of it"));
    }
    let manifest = serde_json::from_slice(&bytes).map_err(|e| format!("{NAME} is damaged: {e}"))?;
    manifest::contents(&manifest, case)
}

/// Compares every file with its size and digest; those that are what was written.
fn compared<'c>(folder: &Path, contents: &'c Contents, verified: &mut Verified) -> BTreeSet<&'c str> {
    let mut sound = BTreeSet::new();
    for file in &contents.files {
        (verified.files, verified.bytes) = (verified.files + 1, verified.bytes.saturating_add(file.size));
        if file.sealed {
            continue;
        }
        match held_file::compare(folder, &file.path, file.size, &file.sha256) {
            Ok(()) => _ = sound.insert(file.path.as_str()),
            Err(why) => verified.problems.push(format!("{} {why}", file.path)),
        }
    }
    sound
}

/// Files and folders that the manifest does not know. A link is one too, wherever it leads.
fn added(folder: &Path, contents: &Contents) -> Result<Vec<String>, ResponseError> {
    let mut known: BTreeSet<&str> = contents.files.iter().filter(|file| !file.sealed).map(|file| file.path.as_str()).collect();
    known.extend([NAME, custody::NAME]);
    // Every pull has a folder, even when all that came of it is sealed.
    let folders: BTreeSet<&str> = contents.files.iter().filter_map(|file| file.path.split_once('/').map(|(folder, _)| folder)).collect();
    let mut problems = Vec::new();
    let mut pending = vec![String::new()];
    while let Some(below) = pending.pop() {
        let place = folder.join(&below);
        for entry in std::fs::read_dir(&place).map_err(|e| ResponseError::io(&place, &e))? {
            let entry = entry.map_err(|e| ResponseError::io(&place, &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            let kind = entry.file_type().map_err(|e| ResponseError::io(&place, &e))?;
            if kind.is_dir() && folders.contains(path.as_str()) {
                pending.push(path);
            } else if !kind.is_file() || !known.contains(path.as_str()) {
                problems.push(format!("{path} was added"));
            }
        }
    }
    problems.sort();
    Ok(problems)
}

/// Unpacks every object of files that are `sound` into a repository that goes away again.
fn objects(root: &Path, folder: &Path, contents: &Contents, sound: &BTreeSet<&str>) -> Vec<String> {
    let one = |stored: &manifest::Stored| -> Result<(), ResponseError> {
        // Evidence may lie where nothing can be written any more.
        let place = tempfile::tempdir_in(root).or_else(|_| tempfile::tempdir()).map_err(|e| ResponseError::io(root, &e))?;
        let git = empty_repository(&place.path().join("git")).map_err(told("making a place to unpack it"))?;
        unpack(folder, stored, &git, Onto::Nothing)
    };
    let readable = |stored: &&manifest::Stored| stored.files().iter().all(|file| sound.contains(file));
    contents.objects.iter().filter(readable).filter_map(|stored| one(stored).err().map(|why| format!("{}: {why}", stored.path))).collect()
}
