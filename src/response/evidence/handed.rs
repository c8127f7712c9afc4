//! Whether a redacted copy is still what was handed on: what its list says, what its manifest and custody log say, and no more.
//! Nothing of it is written anywhere. It bears no signature: its own digest has to come from whoever handed it on.
#![allow(clippy::disallowed_methods, reason = "reads the archive that was named")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;
use tar::Archive;

use crate::model::response::CaseId;
use crate::response::case::is_case_id;
use crate::response::error::ResponseError;
use crate::response::evidence::export::{LIST, SCHEMA};
use crate::response::evidence::held_file::{digest, digest_of};
use crate::response::evidence::{custody, manifest};

/// The most that an archive is unpacked to.
const LARGEST: u64 = 4 << 30;
/// The most of one file that is looked into.
const LARGEST_LIST: u64 = 64 << 20;

/// What a check of a redacted copy found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handed {
    /// Its case, when it says one.
    pub case: Option<CaseId>,
    /// Files besides its list.
    pub files: usize,
    /// SHA-256 of the archive: the sender's custody log has it.
    pub digest: String,
    /// What does not fit together; empty when all is well.
    pub problems: Vec<String>,
}

/// Checks the redacted copy at `path`.
///
/// # Errors
/// When it cannot be read at all.
pub fn verify_handed(path: &Path) -> Result<Handed, ResponseError> {
    let io = |e: std::io::Error| ResponseError::io(path, &e);
    let mut file = File::open(path).map_err(io)?;
    if !file.metadata().map_err(io)?.is_file() {
        return Err(ResponseError::Usage(format!("{} is no file; name an archive that `lazaret evidence export` wrote", path.display())));
    }
    let (_, digest) = digest(&mut file).map_err(io)?;
    let mut handed = Handed { digest, ..Handed::default() };
    let file = File::open(path).map_err(io)?;
    match unpacked(file).map_err(|e| e.to_string()).and_then(|unpacked| unpacked) {
        Ok(Unpacked { case, found, texts }) => {
            handed.files = found.len().saturating_sub(1);
            handed.problems = differs(&case, &found, &texts);
            handed.case = Some(case);
        }
        Err(why) => handed.problems.push(format!("it is no redacted copy: {why}")),
    }
    Ok(handed)
}

/// What is in an archive.
struct Unpacked {
    case: CaseId,
    /// Path to digest.
    found: BTreeMap<String, String>,
    /// The files that are looked into.
    texts: BTreeMap<String, Vec<u8>>,
}

/// Reads all of it; the outer error is the archive's, the inner one says what does not belong there.
fn unpacked(file: File) -> std::io::Result<Result<Unpacked, String>> {
    let mut archive = Archive::new(GzDecoder::new(file).take(LARGEST));
    let (mut case, mut found, mut texts) = (None, BTreeMap::new(), BTreeMap::new());
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let parts = name.split_once('/').filter(|(case, path)| is_case_id(case) && manifest::is_plain(path));
        let Some((own, path)) = parts.filter(|_| entry.header().entry_type().is_file()) else {
            return Ok(Err(format!("{name} is no file of a case")));
        };
        if case.get_or_insert_with(|| own.to_owned()) != own {
            return Ok(Err("it holds more than one case".to_owned()));
        }
        let sha256 = if [LIST, manifest::NAME, custody::NAME].contains(&path) {
            let mut text = Vec::new();
            (&mut entry).take(LARGEST_LIST).read_to_end(&mut text)?;
            let sha256 = digest_of(&text);
            texts.insert(path.to_owned(), text);
            sha256
        } else {
            digest(&mut entry)?.1
        };
        if found.insert(path.to_owned(), sha256).is_some() {
            return Ok(Err(format!("{path} is in it twice")));
        }
    }
    Ok(case.map(|case| Unpacked { case: CaseId(case), found, texts }).ok_or_else(|| "nothing is in it".to_owned()))
}

/// An entry of the list.
struct Listed<'a> {
    path: &'a str,
    sha256: &'a str,
    raw: &'a str,
    redacted: bool,
}

fn differs(case: &CaseId, found: &BTreeMap<String, String>, texts: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let json = |name: &str| texts.get(name).and_then(|text| serde_json::from_slice::<Value>(text).ok()).unwrap_or_default();
    let list = json(LIST);
    let text = |key: &str| list.get(key).and_then(Value::as_str);
    if text("schema") != Some(SCHEMA) || text("case") != Some(&case.0) {
        return vec![format!("{LIST} is missing, damaged, or of another case")];
    }
    let entry = |value: &'_ Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let rows = list.get("files").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let away = list.get("not_here").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut problems = Vec::new();
    let mut unlisted: Vec<&String> = found.keys().filter(|path| *path != LIST).collect();
    let mut raw: BTreeMap<String, String> = BTreeMap::new();
    for row in rows {
        let Some(listed) = listed(row) else { return vec![format!("{LIST} has an entry that is none")] };
        unlisted.retain(|path| *path != listed.path);
        if found.get(listed.path).map(String::as_str) != Some(listed.sha256) || (!listed.redacted && listed.sha256 != listed.raw) {
            problems.push(format!("{} was changed or is missing", listed.path));
        }
        raw.insert(listed.path.to_owned(), listed.raw.to_owned());
    }
    problems.extend(unlisted.into_iter().map(|path| format!("{path} was added")));
    raw.extend(away.iter().filter_map(|row| Some((entry(row, "path")?, entry(row, "sha256")?))));
    problems.extend(described(&json(manifest::NAME), case, &raw));
    problems.extend(chained(rows, texts, raw.get(manifest::NAME)));
    problems
}

fn listed(row: &Value) -> Option<Listed<'_>> {
    let text = |key: &str| row.get(key).and_then(Value::as_str);
    Some(Listed { path: text("path")?, sha256: text("sha256")?, raw: text("sha256_raw")?, redacted: row.get("redacted")?.as_bool()? })
}

/// What the manifest says otherwise of the raw files.
fn described(value: &Value, case: &CaseId, raw: &BTreeMap<String, String>) -> Vec<String> {
    let contents = match manifest::contents(value, case) {
        Ok(contents) => contents,
        Err(why) => return vec![why],
    };
    let other = contents.files.iter().filter(|file| raw.get(&file.path) != Some(&file.sha256));
    let mut problems: Vec<String> = other.map(|file| format!("{} is not what {} describes", file.path, manifest::NAME)).collect();
    if contents.files.len() + 2 != raw.len() {
        problems.push(format!("{LIST} and {} do not name the same files", manifest::NAME));
    }
    problems
}

/// What is wrong with the custody log, as far as redaction left it what it was.
fn chained(rows: &[Value], texts: &BTreeMap<String, Vec<u8>>, raw: Option<&String>) -> Vec<String> {
    let whole = rows.iter().filter_map(listed).any(|row| row.path == custody::NAME && !row.redacted);
    let Some(text) = texts.get(custody::NAME) else { return vec![format!("{} is missing", custody::NAME)] };
    if !whole {
        return Vec::new();
    }
    let chain = custody::follow(&String::from_utf8_lossy(text), None);
    let mut problems = chain.problems;
    if problems.is_empty() && chain.manifest.as_ref() != raw {
        problems.push(format!("{} has another digest of {}", custody::NAME, manifest::NAME));
    }
    problems
}
