//! Evidence: what is kept of a change before anything is moved. One private folder for each case, with a manifest of
//! sizes and SHA-256 digests; it appears whole or not at all, and is verified after it was written.
//!
//! `change.bundle` (a git bundle: `git fetch change.bundle 'refs/*:refs/*'`), `<n>.diff`, `<n>.findings.json`,
//! `refs.txt`, `reflog.txt`, `manifest.json`. Raw and unredacted: it never leaves this machine by itself.
#![allow(clippy::disallowed_methods, reason = "writes and reads the evidence folders")]

mod bundle;
mod collect;
mod manifest;
mod verify;

use std::path::{Path, PathBuf};

use crate::model::commit_id::CommitId;
use crate::model::response::{CaseId, Plan};
use crate::response::case::is_case_id;
use crate::response::error::ResponseError;
use crate::response::git::repo::Repo;

pub use crate::response::evidence::manifest::Summary;
pub use crate::response::evidence::verify::{Verified, verify};

/// Evidence that was written and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) folder: PathBuf,
    pub(crate) files: usize,
    /// SHA-256 of the manifest: what the ledger notes.
    pub(crate) digest: String,
}

/// Keeps everything about `plan` below `root`. What is there already and verifies is kept as it is. `reports` holds the
/// findings of each pull as bytes, in the order of the pulls.
pub(crate) fn preserve(repo: &Repo, plan: &Plan, heads: &[CommitId], root: &Path, reports: &[Vec<u8>]) -> Result<Kept, ResponseError> {
    if let Some(kept) = found(root, &plan.case)? {
        return Ok(kept);
    }
    private_folder(root)?;
    let partial = root.join(format!(".{}.partial", plan.case.0));
    if partial.exists() {
        std::fs::remove_dir_all(&partial).map_err(|e| ResponseError::io(&partial, &e))?;
    }
    private_folder(&partial)?;
    let files = collect::all(repo, plan, heads, &partial, reports)?;
    manifest::write(&partial, &manifest::text(repo, plan, &files))?;
    let folder = root.join(&plan.case.0);
    std::fs::rename(&partial, &folder).map_err(|e| ResponseError::io(&folder, &e))?;
    found(root, &plan.case)?.ok_or_else(|| ResponseError::Evidence(format!("{} vanished after it was written", folder.display())))
}

/// The evidence of `case`, if it is there; an error when it is there but not what was written.
pub(crate) fn found(root: &Path, case: &CaseId) -> Result<Option<Kept>, ResponseError> {
    let folder = root.join(&case.0);
    if !folder.exists() {
        return Ok(None);
    }
    let verified = verify(root, case)?;
    match verified.problems.first() {
        None => Ok(Some(Kept { folder, files: verified.files, digest: verified.digest })),
        Some(problem) => Err(ResponseError::Evidence(format!("the evidence in {} is not what was written: {problem}", folder.display()))),
    }
}

/// The cases with evidence below `root`, by id; a folder without a readable manifest is listed with what is wrong.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(root: &Path) -> Result<Vec<Summary>, ResponseError> {
    let entries = match std::fs::read_dir(root) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(ResponseError::io(root, &e)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|e| ResponseError::io(root, &e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_case_id(&name) {
            found.push(manifest::summary(&entry.path(), CaseId(name)));
        }
    }
    found.sort_by(|a, b| a.case.cmp(&b.case));
    Ok(found)
}

fn private_folder(folder: &Path) -> Result<(), ResponseError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|e| ResponseError::io(folder, &e))
}
