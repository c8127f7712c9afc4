//! The manifest of an evidence folder: what lies there, where it came from, who collected it, when and why.
#![allow(clippy::disallowed_methods, reason = "reads the manifest")]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::model::response::{CaseId, Plan};
use crate::response::case::moment;
use crate::response::error::ResponseError;
use crate::response::evidence::collect::{self, Collected};
use crate::response::git::repo::Repo;

/// The manifest's own file.
pub(super) const NAME: &str = "manifest.json";

/// The shape's name and version.
const SCHEMA: &str = "lazaret/evidence/v1";

/// What a listing shows of one evidence folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its case.
    pub case: CaseId,
    /// Where it lies.
    pub folder: PathBuf,
    /// When it was decided, RFC 3339; empty when the manifest cannot be read.
    pub decided: String,
    /// Who decided.
    pub operator: String,
    /// The pulls.
    pub pulls: Vec<String>,
    /// Files besides the manifest.
    pub files: usize,
    /// What is wrong with the manifest, if anything.
    pub problem: Option<String>,
}

/// A file as the manifest describes it: name, bytes, SHA-256.
pub(super) struct Described {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) sha256: String,
}

/// The manifest of `files`, whose digests are added by [`write`].
pub(super) fn text(repo: &Repo, plan: &Plan, files: &[Collected]) -> Value {
    let decision = &plan.decision;
    let pulls: Vec<Value> = decision
        .pulls
        .iter()
        .zip(&decision.subjects)
        .map(|(pull, subject)| {
            let id = |id: &Option<crate::model::commit_id::CommitId>| id.as_ref().map(ToString::to_string);
            json!({
                "pull": pull.to_string(),
                "base": id(&subject.revision.base),
                "head": id(&subject.revision.head),
                "merge_base": id(&subject.revision.merge_base),
                "diff_sha256_seen": subject.diff_digest,
                "findings_sha256": subject.findings_digest,
                "rules_sha256": subject.rules_digest,
            })
        })
        .collect();
    let files: Vec<Value> = files.iter().map(|file| json!({ "path": file.name, "source": file.source })).collect();
    json!({
        "schema": SCHEMA,
        "case": plan.case.0,
        "verb": decision.verb.word(),
        "tool": concat!("lazaret ", env!("CARGO_PKG_VERSION")),
        "operator": { "identity": decision.reviewer.identity, "established_by": decision.reviewer.by },
        "reason": decision.reason,
        "fetched_at": moment(decision.at),
        "clock_offset": Value::Null,
        "repository": repo.common.display().to_string(),
        "pulls": pulls,
        "files": files,
        "custody": [{
            "who": decision.reviewer.identity,
            "what": "collected from the repository",
            "when": moment(decision.at),
            "sha256_before": Value::Null,
            "sha256_after": Value::Null,
        }],
    })
}

/// Adds size and digest of every file and writes the manifest.
pub(super) fn write(folder: &Path, manifest: &Value) -> Result<(), ResponseError> {
    let mut manifest = manifest.clone();
    let mut bundle = Value::Null;
    if let Some(files) = manifest.get_mut("files").and_then(Value::as_array_mut) {
        for file in files {
            let path = file.get("path").and_then(Value::as_str).unwrap_or_default().to_owned();
            let (size, sha256) = collect::digest(&folder.join(&path))?;
            if path == "change.bundle" {
                bundle = json!(sha256);
            }
            if let Some(file) = file.as_object_mut() {
                file.insert("size".to_owned(), json!(size));
                file.insert("sha256".to_owned(), json!(sha256));
            }
        }
    }
    if let Some(after) = manifest.pointer_mut("/custody/0/sha256_after") {
        *after = bundle;
    }
    collect::put(&folder.join(NAME), format!("{manifest:#}\n").as_bytes())
}

/// The manifest as JSON.
pub(super) fn read(folder: &Path) -> Result<Value, ResponseError> {
    let path = folder.join(NAME);
    let bytes = std::fs::read(&path).map_err(|e| ResponseError::io(&path, &e))?;
    serde_json::from_slice(&bytes).map_err(|e| ResponseError::Evidence(format!("{} is damaged: {e}", path.display())))
}

/// The files a manifest describes, or what is wrong with it.
pub(super) fn described(manifest: &Value, case: &CaseId) -> Result<Vec<Described>, String> {
    if manifest.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
        return Err(format!("{NAME} is not of the shape {SCHEMA}"));
    }
    if manifest.get("case").and_then(Value::as_str) != Some(&case.0) {
        return Err(format!("{NAME} is of another case"));
    }
    let files = manifest.get("files").and_then(Value::as_array).ok_or(format!("{NAME} lists no files"))?;
    let one = |file: &Value| {
        let text = |key| file.get(key).and_then(Value::as_str).map(str::to_owned);
        let described = Described { path: text("path")?, size: file.get("size")?.as_u64()?, sha256: text("sha256")? };
        let plain = !described.path.is_empty() && !described.path.contains(['/', '\\', '\0']) && described.path != "..";
        plain.then_some(described)
    };
    files.iter().map(|file| one(file).ok_or(format!("{NAME} has an entry that names no file of its folder"))).collect()
}

/// What a listing shows of `folder`.
pub(super) fn summary(folder: &Path, case: CaseId) -> Summary {
    let read = read(folder);
    let value = read.as_ref().ok();
    let text = |pointer: &str| value.and_then(|value| value.pointer(pointer)?.as_str()).unwrap_or_default().to_owned();
    let pulls = value
        .and_then(|value| value.get("pulls")?.as_array())
        .map(|pulls| pulls.iter().filter_map(|pull| pull.get("pull")?.as_str()).map(str::to_owned).collect());
    let described = value.map(|value| described(value, &case));
    let problem = match (&read, &described) {
        (Err(why), _) => Some(why.to_string()),
        (_, Some(Err(why))) => Some(why.clone()),
        _ => None,
    };
    let files = described.and_then(Result::ok).map_or(0, |files| files.len());
    Summary {
        decided: text("/fetched_at"),
        operator: text("/operator/identity"),
        pulls: pulls.unwrap_or_default(),
        files,
        problem,
        folder: folder.to_owned(),
        case,
    }
}
