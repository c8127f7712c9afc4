//! The manifest of an evidence folder: what lies there, where it came from, who collected it, when and why, and what is missing.
#![allow(clippy::disallowed_methods, reason = "reads the manifest")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::model::commit_id::CommitId;
use crate::model::response::{CaseId, Plan};
use crate::response::case::moment;
use crate::response::error::ResponseError;
use crate::response::evidence::collect::{self, Collected};
use crate::response::evidence::custody;
use crate::response::evidence::held_file;

/// The manifest's own file.
pub(super) const NAME: &str = "manifest.json";

/// The place of the sealed copy.
pub(super) const SEALED: &str = "sealed/raw.tar.gz";

/// What says that a file is kept in the archive alone.
const KEPT_IN: &str = "kept_in";

/// The shape's name and version.
const SCHEMA: &str = "lazaret/evidence/v2";

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
    /// Files besides the manifest and the custody log.
    pub files: usize,
    /// What is wrong with the manifest, if anything.
    pub problem: Option<String>,
}

/// Where evidence was collected, besides the plan.
#[derive(Debug, Default)]
pub(super) struct Ground {
    /// A repository's folder or a forge's host.
    pub(super) place: String,
    /// Seconds that the forge's clock is ahead of ours, when it said.
    pub(super) clock_offset: Option<i64>,
    /// git's objects.
    pub(super) objects: Vec<Stored>,
    /// What came of asking for audit logs.
    pub(super) audit: Vec<String>,
    /// What could not be collected, and why.
    pub(super) missing: Vec<String>,
    /// What was left where it is, and why.
    pub(super) notes: Vec<String>,
}

/// How git's objects are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A git bundle.
    Bundle,
    /// A pack, and the file that says where its history ends.
    Pack {
        /// The file with the ids of the commits whose parents are not there.
        shallow: String,
        /// Why the history is not whole.
        why: String,
    },
}

/// git's objects of one pull.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) form: Form,
    /// The bundle or the pack.
    pub(super) path: String,
    /// What points into them: names and commit ids.
    pub(super) refs: Vec<(String, CommitId)>,
}

impl Stored {
    /// The files it consists of.
    pub(super) fn files(&self) -> Vec<&str> {
        match &self.form {
            Form::Bundle => vec![&self.path],
            Form::Pack { shallow, .. } => vec![&self.path, shallow],
        }
    }

    fn write(&self) -> Value {
        let refs: serde_json::Map<String, Value> = self.refs.iter().map(|(name, id)| (name.clone(), json!(id.as_str()))).collect();
        match &self.form {
            Form::Bundle => json!({ "form": "bundle", "path": self.path, "refs": refs }),
            Form::Pack { shallow, why } => {
                json!({ "form": "pack", "path": self.path, "shallow": shallow, "not_whole_because": why, "refs": refs })
            }
        }
    }

    fn read(value: &Value, case: &CaseId) -> Option<Self> {
        let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        let form = match value.get("form")?.as_str()? {
            "bundle" => Form::Bundle,
            "pack" => Form::Pack { shallow: text("shallow").filter(|name| is_plain(name))?, why: text("not_whole_because")? },
            _ => return None,
        };
        let one =
            |(name, id): (&String, &Value)| Some((Some(name.clone()).filter(|name| is_own(name, case))?, CommitId::parse(id.as_str()?)?));
        let refs = value.get("refs")?.as_object()?.iter().map(one).collect::<Option<_>>()?;
        Some(Self { form, path: text("path").filter(|name| is_plain(name))?, refs })
    }
}

/// A file as the manifest describes it.
pub(super) struct Described {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) sha256: String,
    /// Whether it is kept in the sealed archive alone.
    pub(super) sealed: bool,
}

/// Everything a reader needs of a manifest.
pub(super) struct Contents {
    pub(super) files: Vec<Described>,
    pub(super) objects: Vec<Stored>,
    /// What the sealed archive holds.
    pub(super) sealed: Vec<String>,
}

/// Writes the manifest with size and digest of every file; returns its own digest.
pub(super) fn write(folder: &Path, plan: &Plan, ground: &Ground, files: &[Collected], sealed: &[String]) -> Result<String, ResponseError> {
    let describe = |file: &Collected| -> Result<Value, ResponseError> {
        let (size, sha256) = collect::digest(&folder.join(&file.name))?;
        let mut entry = json!({ "path": file.name, "size": size, "sha256": sha256, "source": file.source, "fetched_at": moment(file.at) });
        if let Some(entry) = entry.as_object_mut().filter(|_| file.sealed) {
            entry.insert(KEPT_IN.to_owned(), json!(SEALED));
        }
        Ok(entry)
    };
    let files = files.iter().map(describe).collect::<Result<Vec<_>, _>>()?;
    let decision = &plan.decision;
    let manifest = json!({
        "schema": SCHEMA,
        "case": plan.case.0,
        "verb": decision.verb.word(),
        "tool": concat!("lazaret ", env!("CARGO_PKG_VERSION")),
        "operator": { "identity": decision.reviewer.identity, "established_by": decision.reviewer.by },
        "reason": decision.reason,
        "fetched_at": moment(decision.at),
        "clock_offset": ground.clock_offset,
        "repository": ground.place,
        "rules_in_force_sha256": plan.decision.rules_in_force,
        "pulls": pulls(plan),
        "objects": ground.objects.iter().map(Stored::write).collect::<Vec<_>>(),
        "audit_logs": ground.audit,
        "missing": ground.missing,
        "left_there": ground.notes,
        "files": files,
        "sealed": sealed,
    });
    collect::put(&folder.join(NAME), format!("{manifest:#}\n").as_bytes())?;
    collect::digest(&folder.join(NAME)).map(|(_, sha256)| sha256)
}

fn pulls(plan: &Plan) -> Vec<Value> {
    let id = |id: &Option<CommitId>| id.as_ref().map(ToString::to_string);
    let one = |(pull, subject): (&crate::model::pull::PullRef, &crate::model::decision::Subject)| {
        json!({
            "pull": pull.to_string(),
            "base": id(&subject.revision.base),
            "head": id(&subject.revision.head),
            "merge_base": id(&subject.revision.merge_base),
            "diff_sha256_seen": subject.diff_digest,
            "findings_sha256": subject.findings_digest,
            "rules_sha256": subject.rules_digest,
        })
    };
    plan.decision.pulls.iter().zip(&plan.decision.subjects).map(one).collect()
}

/// The manifest as JSON.
pub(super) fn read(folder: &Path) -> Result<Value, ResponseError> {
    let place = || folder.join(NAME).display().to_string();
    let bytes = held_file::read(folder, NAME).map_err(|why| ResponseError::Evidence(format!("{} {why}", place())))?;
    serde_json::from_slice(&bytes).map_err(|e| ResponseError::Evidence(format!("{} is damaged: {e}", place())))
}

/// What a manifest says, or what is wrong with it.
pub(super) fn contents(manifest: &Value, case: &CaseId) -> Result<Contents, String> {
    if manifest.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
        return Err(format!("{NAME} is not of the shape {SCHEMA}"));
    }
    if manifest.get("case").and_then(Value::as_str) != Some(&case.0) {
        return Err(format!("{NAME} is of another case"));
    }
    let list = |key: &str| manifest.get(key).and_then(Value::as_array).ok_or(format!("{NAME} lists no {key}"));
    let one = |file: &Value| {
        let text = |key| file.get(key).and_then(Value::as_str).map(str::to_owned);
        let (path, size) = (text("path").filter(|path| is_plain(path))?, file.get("size")?.as_u64()?);
        Some(Described { path, size, sha256: text("sha256")?, sealed: text(KEPT_IN).is_some_and(|place| place == SEALED) })
    };
    let files = list("files")?.iter().map(|file| one(file).ok_or(format!("{NAME} has an entry that names no file of its folder")));
    let files: Vec<Described> = files.collect::<Result<_, _>>()?;
    let paths: BTreeSet<String> = files.iter().map(|file| file.path.to_ascii_lowercase()).collect();
    if paths.len() < files.len() || paths.contains(NAME) || paths.contains(custody::NAME) {
        return Err(format!("{NAME} names a file twice"));
    }
    let nonsense = || format!("{NAME} describes git objects that make no sense");
    let objects = list("objects")?.iter().map(|stored| Stored::read(stored, case).ok_or_else(nonsense));
    let objects: Vec<Stored> = objects.collect::<Result<_, _>>()?;
    let kept = |path: &&str| files.iter().any(|file| file.path == **path && !file.sealed);
    if !objects.iter().flat_map(Stored::files).all(|path| kept(&path)) {
        return Err(nonsense());
    }
    let sealed = list("sealed")?.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(|| format!("{NAME} lists no sealed")));
    let sealed = sealed.collect::<Result<_, _>>()?;
    Ok(Contents { files, objects, sealed })
}

/// The sentences that the manifest in `folder` has below `key`.
pub(super) fn sentences(folder: &Path, key: &str) -> Result<Vec<String>, ResponseError> {
    let manifest = read(folder)?;
    let list = manifest.get(key).and_then(Value::as_array);
    Ok(list.into_iter().flatten().filter_map(|sentence| sentence.as_str().map(str::to_owned)).collect())
}

/// Whether `path` names a file of the folder or of a folder in it, as lazaret names them: it cannot lead anywhere else, and nothing
/// in it acts when it is printed.
pub(super) fn is_plain(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let part = |part: &str| part.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric) && part.bytes().all(plain);
    path.len() <= 100 && path.split('/').count() <= 2 && path.split('/').all(part)
}

/// Whether a ref is one that evidence of `case` may bring back: never a branch, a tag, or what is checked out.
fn is_own(name: &str, case: &CaseId) -> bool {
    let below =
        |prefix: &str| name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(&case.0)).is_some_and(|rest| rest.starts_with('/'));
    (below("refs/quarantine/") || below("refs/lazaret/evidence/")) && git2::Reference::is_valid_name(name)
}

/// What a listing shows of `folder`.
pub(super) fn summary(folder: &Path, case: CaseId) -> Summary {
    let read = read(folder);
    let value = read.as_ref().ok();
    let text = |pointer: &str| value.and_then(|value| value.pointer(pointer)?.as_str()).unwrap_or_default().to_owned();
    let pulls = value
        .and_then(|value| value.get("pulls")?.as_array())
        .map(|pulls| pulls.iter().filter_map(|pull| pull.get("pull")?.as_str()).map(str::to_owned).collect());
    let contents = value.map(|value| contents(value, &case));
    let problem = match (&read, &contents) {
        (Err(why), _) => Some(why.to_string()),
        (_, Some(Err(why))) => Some(why.clone()),
        _ => None,
    };
    let files = contents.and_then(Result::ok).map_or(0, |contents| contents.files.len());
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
