//! Evidence: what is kept of a change before anything is moved. One private folder for each case, with a manifest of sizes and
//! SHA-256 digests and a custody log; it appears whole or not at all, and is verified after it was written.
//!
//! Of a repository: `change.bundle`, `<n>.diff`, `<n>.findings.json`, `refs.txt`, `reflog.txt`. Of a forge, for each pull `<n>/`: its
//! raw answers, `change.bundle` (or `change.pack` and `change.shallow`), `change.diff`, `findings.json`, and one `timeline.md`. Of
//! both: `README.md` and `sealed/raw.tar.gz`, which alone holds logs. Raw and unredacted: it never leaves this machine by itself.
#![allow(clippy::disallowed_methods, reason = "writes and reads the evidence folders")]

mod answers;
mod audit;
mod audited;
mod bundle;
mod collect;
mod custody;
mod draft;
mod export;
mod handed;
mod held_file;
mod logs;
mod manifest;
mod pulls;
mod readme;
mod restore;
mod seal;
mod timeline;
mod unpack;
mod verify;

use std::path::{Path, PathBuf};

use crate::model::commit_id::CommitId;
use crate::model::response::{CaseId, Plan};
use crate::model::time::Timestamp;
use crate::response::case::is_case_id;
use crate::response::error::ResponseError;
use crate::response::evidence::draft::Draft;
use crate::response::evidence::manifest::{Form, Ground, Stored};
use crate::response::git::repo::Repo;

pub use crate::response::evidence::audited::audited;
pub use crate::response::evidence::custody::Handling;
pub use crate::response::evidence::export::{Exported, export};
pub use crate::response::evidence::handed::{Handed, verify_handed};
pub use crate::response::evidence::manifest::Summary;
pub use crate::response::evidence::pulls::Collector;
pub use crate::response::evidence::restore::{Restored, restore};
pub use crate::response::evidence::verify::{Verified, verify};

/// Evidence that was written and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its folder.
    pub folder: PathBuf,
    /// Files besides the manifest and the custody log.
    pub files: usize,
    /// SHA-256 of the manifest: what the ledger notes.
    pub digest: String,
    /// What came of asking for the audit logs of organisations.
    pub audit: Vec<String>,
    /// What could not be had, one sentence for each; none of it stands in the way of containment.
    pub missing: Vec<String>,
}

/// Keeps everything about `plan` below `root`. What is there already and verifies is kept as it is. `reports` holds the
/// findings of each pull as bytes, in the order of the pulls.
pub(crate) fn preserve(repo: &Repo, plan: &Plan, heads: &[CommitId], root: &Path, reports: &[Vec<u8>]) -> Result<Kept, ResponseError> {
    if let Some(kept) = found(root, &plan.case)? {
        return Ok(kept);
    }
    let draft = Draft::begin(root, &plan.case)?;
    let files = collect::all(repo, plan, heads, &draft.folder, reports)?;
    let refs = heads.iter().map(|head| (bundle::name(plan, head), head.clone())).collect();
    let objects = vec![Stored { form: Form::Bundle, path: "change.bundle".to_owned(), refs }];
    let ground = Ground { place: repo.common.display().to_string(), objects, ..Ground::default() };
    draft.finish(plan, &ground, files, &by(plan, plan.decision.at))?;
    written(root, plan)
}

/// Keeps everything about the pulls of `plan`, which live on a forge, below `root`; otherwise as for a repository. It is called
/// before the first step that contains anything, and may be called again after a crash.
///
/// # Errors
/// When a pull cannot be read at all, or the evidence cannot be written. What is only missing is said in [`Kept::missing`].
pub fn preserve_pulls(collector: &Collector<'_>, plan: &Plan, root: &Path, reports: &[Vec<u8>]) -> Result<Kept, ResponseError> {
    if let Some(kept) = found(root, &plan.case)? {
        return Ok(kept);
    }
    let draft = Draft::begin(root, &plan.case)?;
    let (ground, files) = collector.collect(plan, &draft, reports)?;
    draft.finish(plan, &ground, files, &by(plan, (collector.clock)()))?;
    written(root, plan)
}

fn by(plan: &Plan, at: Timestamp) -> Handling {
    Handling { who: plan.decision.reviewer.identity.clone(), at }
}

fn written(root: &Path, plan: &Plan) -> Result<Kept, ResponseError> {
    let vanished = || ResponseError::Evidence(format!("{} vanished after it was written", root.join(&plan.case.0).display()));
    found(root, &plan.case)?.ok_or_else(vanished)
}

/// The evidence of `case`, if it is there.
///
/// # Errors
/// When it is there but not what was written.
pub fn found(root: &Path, case: &CaseId) -> Result<Option<Kept>, ResponseError> {
    let folder = root.join(&case.0);
    if folder.symlink_metadata().is_err() {
        return Ok(None);
    }
    let verified = verify(root, case)?;
    match verified.problems.first() {
        None if !verified.anchored => {
            let why = format!("nothing notes where the custody log of {} ends", folder.display());
            Err(ResponseError::Evidence(why))
        }
        None => {
            let (audit, missing) = (manifest::sentences(&folder, "audit_logs")?, manifest::sentences(&folder, "missing")?);
            Ok(Some(Kept { folder, files: verified.files, digest: verified.digest, audit, missing }))
        }
        Some(problem) => Err(ResponseError::Evidence(format!("the evidence in {} is not what was written: {problem}", folder.display()))),
    }
}

/// Whether the custody log of `case` below `root` is whole and says that something with the digest `sha256` was made of it.
#[must_use]
pub fn handed_on(root: &Path, case: &CaseId, sha256: &str) -> bool {
    let chain = custody::read(root, case);
    chain.problems.is_empty() && chain.digests.iter().any(|digest| digest == sha256)
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
