//! Who had the evidence in hand: an append-only log beside it, one JSON record on each line, each with the digest of the one
//! before. Its last record is also noted beside the folder, so that a shortened log is told. Never the evidence itself.
#![allow(clippy::disallowed_methods, reason = "writes and reads the custody log")]

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::model::person::Proof;
use crate::model::response::CaseId;
use crate::model::time::Timestamp;
use crate::response::case::moment;
use crate::response::error::ResponseError;
use crate::response::evidence::collect::private_folder;
use crate::response::evidence::held_file::{self, digest_of};
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

/// With which record the log ends, or ends soon: how many there are, and the digest of the last.
pub(super) type Ends = Vec<(u64, String)>;

/// The log as it was found.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// How many records there are.
    pub(super) records: u64,
    /// The digest of the last one.
    pub(super) head: String,
    /// The manifest's digest as the first record has it.
    pub(super) manifest: Option<String>,
    /// Whether the last record is noted beside the folder.
    pub(super) anchored: bool,
    /// The digests of everything that came of it.
    pub(super) digests: Vec<String>,
    /// What is wrong with it.
    pub(super) problems: Vec<String>,
}

/// Begins the log of `folder`, whose manifest has the digest `manifest`, and what there is to say `besides`; returns the record's digest.
pub(super) fn begin(folder: &Path, by: &Handling, besides: &[String], manifest: &str) -> Result<String, ResponseError> {
    let what = std::iter::once("collected and written").chain(besides.iter().map(String::as_str)).collect::<Vec<_>>().join("; ");
    let (line, head) = record((1, BEGINNING), by, &what, (None, Some(manifest)));
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
    // Whenever this is cut off, the log ends with one of the two.
    anchor(root, case, &[(chain.records, &chain.head), (chain.records + 1, &head)])?;
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
    anchor(root, case, &[(chain.records + 1, &head)])
}

/// Notes beside the folder with which record the log ends, or ends soon.
pub(super) fn anchor(root: &Path, case: &CaseId, ends: &[(u64, &str)]) -> Result<(), ResponseError> {
    let path = root.join(ANCHORS).join(&case.0);
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(root.join(ANCHORS))?;
        ends.iter().try_for_each(|(records, head)| writeln!(file, "{records} {head}"))?;
        file.as_file().sync_all()?;
        file.persist(&path).map(drop).map_err(|e| e.error)
    };
    private_folder(&root.join(ANCHORS))?;
    write().map_err(|e| ResponseError::io(&path, &e))
}

/// Reads the log of `case` below `root` and checks every link of it, and that it ends where it is noted to end.
pub(super) fn read(root: &Path, case: &CaseId) -> Chain {
    let wrong = |why: String| Chain { head: BEGINNING.to_owned(), ..Chain::default() }.with(why);
    let text = match held_file::read(&root.join(&case.0), NAME).map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => return wrong(format!("{NAME} was changed: it is no text")),
        Err(why) => return wrong(format!("{NAME} {why}")),
    };
    match noted(root, case) {
        Ok(noted) => follow(&text, noted.as_ref()),
        Err(why) => wrong(why),
    }
}

/// Follows the records of `text`, which has to end as is `noted`, when that is.
pub(super) fn follow(text: &str, noted: Option<&Ends>) -> Chain {
    let mut chain = Chain { head: BEGINNING.to_owned(), anchored: noted.is_some(), ..Chain::default() };
    let mut met = false;
    for line in text.split_inclusive('\n') {
        let at = chain.records + 1;
        let Some(line) = line.strip_suffix('\n') else { return chain.with(format!("{NAME} ends in the middle of a record")) };
        let Some((head, after)) = link(line, at, &chain.head) else {
            return chain.with(format!("record {at} of {NAME} was changed, or one before it was taken out"));
        };
        (chain.records, chain.head) = (at, head);
        chain.digests.extend(after.clone());
        if at == 1 {
            chain.manifest = after;
        }
        met |= is_noted(noted, &chain);
    }
    match noted {
        _ if chain.records == 0 => chain.with(format!("{NAME} is empty")),
        Some(_) if is_noted(noted, &chain) => chain,
        Some(_) if met => chain.with(format!("{NAME} has records that lazaret did not add")),
        Some(_) => chain.with(format!("{NAME} was shortened or written anew: it does not end as is noted beside the folder")),
        None => chain,
    }
}

impl Chain {
    fn with(mut self, problem: String) -> Self {
        self.problems.push(problem);
        self
    }
}

fn is_noted(noted: Option<&Ends>, chain: &Chain) -> bool {
    noted.is_some_and(|ends| ends.iter().any(|(records, head)| (*records, head) == (chain.records, &chain.head)))
}

/// With which record the log ends; `None` when nothing is noted here.
fn noted(root: &Path, case: &CaseId) -> Result<Option<Ends>, String> {
    let place = root.join(ANCHORS);
    if place.join(&case.0).symlink_metadata().is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound) {
        return Ok(None);
    }
    let changed = |why: &str| format!("the note of where {NAME} ends, {ANCHORS}/{}, {why}", case.0);
    let bytes = held_file::read(&place, &case.0).map_err(|why| changed(&why))?;
    let text = String::from_utf8(bytes).map_err(|_| changed("was changed"))?;
    let one = |line: &str| {
        let (records, head) = line.split_once(' ')?;
        Some((records.parse().ok()?, head.to_owned()))
    };
    let ends: Option<Ends> = text.lines().map(one).collect();
    let again = |ends: &Ends| ends.iter().map(|(records, head)| format!("{records} {head}\n")).collect::<String>();
    ends.filter(|ends| !ends.is_empty() && again(ends) == text).map(Some).ok_or_else(|| changed("was changed"))
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
    // One record is written in one way only; what is written otherwise was written by somebody else.
    let again = Value::Object(record.clone()).to_string();
    if again != line {
        return None;
    }
    let said = bare.shift_remove("sha256")?.as_str()?.to_owned();
    let digest = digest(&Value::Object(bare));
    let fits = said == digest && record.get("seq")?.as_u64()? == seq && text("prev_sha256")? == prev;
    fits.then(|| (digest, text("sha256_after")))
}

/// SHA-256 of the record without its own digest, as compact JSON.
fn digest(record: &Value) -> String {
    digest_of(record.to_string().as_bytes())
}
