//! Who had the evidence in hand: an append-only log beside it, one JSON record on each line, each with the digest of the one
//! before. Its last record is also noted beside the folder, so that a shortened log is told. Never the evidence itself.
#![allow(clippy::disallowed_methods, reason = "writes and reads the custody log")]

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::model::person::Proof;
use crate::model::response::CaseId;
use crate::model::time::Timestamp;
use crate::response::case::moment;
use crate::response::error::ResponseError;
use crate::response::evidence::collect::private_folder;
use crate::response::user;

/// The log's own file.
pub(super) const NAME: &str = "custody.jsonl";
/// Where the last records are noted, below the folder of all evidence.
const ANCHORS: &str = ".custody";
/// What stands before the first record.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Something that was done with evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handling {
    /// Who did it.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

impl Handling {
    /// By the account that this program runs under.
    #[must_use]
    pub fn by_account(at: Timestamp) -> Self {
        let who = match user::account() {
            Some(Proof::User { name, machine, .. }) => format!("{name} on {machine}"),
            _ => "an account without a name".to_owned(),
        };
        Self { who, at }
    }
}

/// The log as it was found.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// How many records there are.
    pub(super) records: u64,
    /// The digest of the last one.
    pub(super) head: String,
    /// The manifest's digest as the first record has it.
    pub(super) manifest: Option<String>,
    /// What is wrong with it.
    pub(super) problems: Vec<String>,
}

/// Begins the log of `folder`, whose manifest has the digest `manifest`; returns the record's digest.
pub(super) fn begin(folder: &Path, by: &Handling, manifest: &str) -> Result<String, ResponseError> {
    let (line, head) = record((1, BEGINNING), by, "collected and written", (None, Some(manifest)));
    super::collect::put(&folder.join(NAME), line.as_bytes())?;
    Ok(head)
}

/// Adds what was done with the evidence of `case`; `after` is the digest of what came of it.
pub(super) fn add(
    root: &Path,
    case: &CaseId,
    by: &Handling,
    what: &str,
    digests: (Option<&str>, Option<&str>),
) -> Result<(), ResponseError> {
    let path = root.join(&case.0).join(NAME);
    let io = |e: std::io::Error| ResponseError::io(&path, &e);
    let mut file = File::options().read(true).append(true).open(&path).map_err(io)?;
    file.lock().map_err(io)?;
    let chain = read(root, case);
    if let Some(problem) = chain.problems.first() {
        return Err(ResponseError::Evidence(format!("nothing is added to {}: {problem}", path.display())));
    }
    let (line, head) = record((chain.records + 1, &chain.head), by, what, digests);
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
    anchor(root, case, chain.records + 1, &head)
}

/// Notes the last record beside the folder.
pub(super) fn anchor(root: &Path, case: &CaseId, records: u64, head: &str) -> Result<(), ResponseError> {
    let path = anchor_path(root, case);
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(root.join(ANCHORS))?;
        writeln!(file, "{records} {head}")?;
        file.as_file().sync_all()?;
        file.persist(&path).map(drop).map_err(|e| e.error)
    };
    private_folder(&root.join(ANCHORS))?;
    write().map_err(|e| ResponseError::io(&path, &e))
}

/// Reads the log of `case` below `root` and checks every link of it.
pub(super) fn read(root: &Path, case: &CaseId) -> Chain {
    let mut chain = Chain { head: BEGINNING.to_owned(), ..Chain::default() };
    let text = match std::fs::read_to_string(root.join(&case.0).join(NAME)) {
        Ok(text) => text,
        Err(e) => {
            chain.problems.push(format!("{NAME} is missing or cannot be read ({e})"));
            return chain;
        }
    };
    let noted = noted(root, case);
    let mut met = noted.is_none();
    for line in text.lines() {
        let at = chain.records + 1;
        let Some((head, after)) = link(line, at, &chain.head) else {
            chain.problems.push(format!("record {at} of {NAME} was changed, or one before it was taken out"));
            return chain;
        };
        (chain.records, chain.head) = (at, head);
        if at == 1 {
            chain.manifest = after;
        }
        met |= noted.as_ref().is_some_and(|(records, head)| (*records, head) == (at, &chain.head));
    }
    if !text.ends_with('\n') {
        chain.problems.push(format!("{NAME} ends in the middle of a record"));
    }
    if !met {
        chain.problems.push(format!("{NAME} was shortened: its last records are gone"));
    }
    chain
}

fn anchor_path(root: &Path, case: &CaseId) -> PathBuf {
    root.join(ANCHORS).join(&case.0)
}

fn noted(root: &Path, case: &CaseId) -> Option<(u64, String)> {
    let text = std::fs::read_to_string(anchor_path(root, case)).ok()?;
    let (records, head) = text.trim().split_once(' ')?;
    Some((records.parse().ok()?, head.to_owned()))
}

/// The line of a record and its digest.
fn record((seq, prev): (u64, &str), by: &Handling, what: &str, (before, after): (Option<&str>, Option<&str>)) -> (String, String) {
    let mut record = json!({
        "seq": seq,
        "who": by.who,
        "what": what,
        "when": moment(by.at),
        "sha256_before": before,
        "sha256_after": after,
        "prev_sha256": prev,
    });
    let digest = digest(&record);
    if let Some(record) = record.as_object_mut() {
        record.insert("sha256".to_owned(), json!(digest));
    }
    (format!("{record}\n"), digest)
}

/// The digest of the record in `line` and its `sha256_after`, when it is the record `seq` that follows `prev`.
fn link(line: &str, seq: u64, prev: &str) -> Option<(String, Option<String>)> {
    let record: Map<String, Value> = serde_json::from_str(line).ok()?;
    let text = |key: &str| record.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut bare = record.clone();
    let said = bare.shift_remove("sha256")?.as_str()?.to_owned();
    let digest = digest(&Value::Object(bare));
    let fits = said == digest && record.get("seq")?.as_u64()? == seq && text("prev_sha256")? == prev;
    fits.then(|| (digest, text("sha256_after")))
}

/// SHA-256 of the record without its own digest, as compact JSON.
fn digest(record: &Value) -> String {
    Sha256::digest(record.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}
