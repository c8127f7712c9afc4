//! Whether an evidence folder is still what was written: sizes, digests, nothing missing, nothing added, an unbroken custody
//! log, a sealed copy that says the same, and git objects that all unpack.
#![allow(clippy::disallowed_methods, reason = "reads the evidence folder")]

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::response::CaseId;
use crate::response::case::is_case_id;
use crate::response::error::ResponseError;
use crate::response::evidence::collect::digest;
use crate::response::evidence::manifest::{self, Contents, NAME, read};
use crate::response::evidence::unpack::{empty_repository, unpack};
use crate::response::evidence::{custody, seal};
use crate::response::git::repo::told;

/// What a check of one evidence folder found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Files besides the manifest and the custody log.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// SHA-256 of the manifest; compare it with the one in the ledger.
    pub digest: String,
    /// Records of the custody log and the digest of the last one: note it elsewhere to prove that nothing was cut off.
    pub custody: (u64, String),
    /// What is not as it was written; empty when all is well.
    pub problems: Vec<String>,
}

/// Checks the evidence of `case` below `root`.
///
/// # Errors
/// When there is none, or it cannot be read.
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
    if !is_case_id(&case.0) || !folder.is_dir() {
        return Err(ResponseError::Evidence(format!("there is no evidence of case {} in {}", case.0, root.display())));
    }
    let manifest = read(&folder)?;
    let (_, own) = digest(&folder.join(NAME))?;
    let chain = custody::read(root, case);
    let custody = (chain.records, chain.head);
    let mut verified = Verified { files: 0, bytes: 0, digest: own, custody, problems: chain.problems };
    if chain.manifest.is_some_and(|manifest| manifest != verified.digest) {
        verified.problems.push(format!("{NAME} was changed: the custody log has another digest of it"));
    }
    let contents = match manifest::contents(&manifest, case) {
        Ok(contents) => contents,
        Err(why) => {
            verified.problems.push(why);
            return Ok((verified, None));
        }
    };
    let mut sound = BTreeSet::new();
    for file in &contents.files {
        match digest(&folder.join(&file.path)) {
            Ok((size, sha256)) if (size, &sha256) == (file.size, &file.sha256) => _ = sound.insert(file.path.as_str()),
            Ok(_) => verified.problems.push(format!("{} was changed", file.path)),
            Err(_) => verified.problems.push(format!("{} is missing or cannot be read", file.path)),
        }
        (verified.files, verified.bytes) = (verified.files + 1, verified.bytes + file.size);
    }
    verified.problems.extend(added(&folder, &contents)?);
    if sound.contains(seal::NAME) {
        verified.problems.extend(sealed(&folder, &contents));
    }
    verified.problems.extend(objects(root, &folder, &contents, &sound));
    Ok((verified, Some(contents)))
}

/// Files and folders that the manifest does not know. A link is one too, wherever it leads.
fn added(folder: &Path, contents: &Contents) -> Result<Vec<String>, ResponseError> {
    let mut known: BTreeSet<&str> = contents.files.iter().map(|file| file.path.as_str()).collect();
    known.extend([NAME, custody::NAME]);
    let folders: BTreeSet<&str> = known.iter().filter_map(|path| path.split_once('/').map(|(folder, _)| folder)).collect();
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

/// What the sealed copy says otherwise than the files.
fn sealed(folder: &Path, contents: &Contents) -> Vec<String> {
    let held = match seal::contents(folder) {
        Ok(held) => held,
        Err(e) => return vec![format!("{} cannot be unpacked: {e}", seal::NAME)],
    };
    let same = |name: &String| contents.files.iter().any(|file| file.path == *name && held.get(name) == Some(&file.sha256));
    let mut problems: Vec<String> =
        contents.sealed.iter().filter(|name| !same(name)).map(|name| format!("{} holds another {name}", seal::NAME)).collect();
    if held.len() != contents.sealed.len() {
        problems.push(format!("{} does not hold what the manifest says", seal::NAME));
    }
    problems
}

/// Unpacks every object of files that are `sound` into a repository that goes away again.
fn objects(root: &Path, folder: &Path, contents: &Contents, sound: &BTreeSet<&str>) -> Vec<String> {
    let one = |stored: &manifest::Stored| -> Result<(), ResponseError> {
        // Evidence may lie where nothing can be written any more.
        let place = tempfile::tempdir_in(root).or_else(|_| tempfile::tempdir()).map_err(|e| ResponseError::io(root, &e))?;
        let git = empty_repository(&place.path().join("git")).map_err(told("making a place to unpack it"))?;
        unpack(folder, stored, &git, false)
    };
    let readable = |stored: &&manifest::Stored| stored.files().iter().all(|file| sound.contains(file));
    contents.objects.iter().filter(readable).filter_map(|stored| one(stored).err().map(|why| format!("{}: {why}", stored.path))).collect()
}
