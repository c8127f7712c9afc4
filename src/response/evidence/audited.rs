//! The events of audit logs that evidence kept, for a report about its case. Only from evidence that is what was written.
#![allow(clippy::disallowed_methods, reason = "reads the evidence folder")]

use std::path::Path;

use crate::model::audit::AuditEvent;
use crate::model::response::CaseId;
use crate::response::error::ResponseError;
use crate::response::evidence::verify::checked;
use crate::response::evidence::{audit, held_file};

/// The events in the evidence of `case` below `root`, oldest first, each once; none when there is no evidence.
///
/// # Errors
/// When the evidence is not what was written.
pub fn audited(root: &Path, case: &CaseId) -> Result<Vec<AuditEvent>, ResponseError> {
    let folder = root.join(&case.0);
    if folder.symlink_metadata().is_err() {
        return Ok(Vec::new());
    }
    let contents = checked(root, case)?;
    let mut found: Vec<AuditEvent> = Vec::new();
    for file in contents.files.iter().filter(|file| is_audit(&file.path)) {
        let bytes = held_file::read(&folder, &file.path).map_err(|why| ResponseError::Evidence(format!("{} {why}", file.path)))?;
        found.extend(serde_json::from_slice(&bytes).map(|page| audit::events(&page)).unwrap_or_default());
    }
    found.sort_by_key(|event| (event.at, event.says()));
    found.dedup();
    Ok(found)
}

/// Whether a file is a page of an audit log: `2/audit.json`, `2/audit-1.json`.
fn is_audit(path: &str) -> bool {
    let name = path.split_once('/').and_then(|(_, name)| name.strip_prefix(audit::KIND)?.strip_suffix(".json"));
    name.is_some_and(|page| page.is_empty() || page.strip_prefix('-').is_some_and(|page| page.bytes().all(|b| b.is_ascii_digit())))
}
