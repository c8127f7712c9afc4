//! The deny list: `<git folder>/lazaret/deny`, one line for each refused change, read by the hook too.
//!
//! `denied <commit> <patch-id or -> <case>`; a lifted entry keeps its line with `lifted` as its first word.

use std::path::{Path, PathBuf};

use crate::model::commit_id::CommitId;
use crate::model::response::{CaseId, DenyEntry};
use crate::response::error::ResponseError;
use crate::response::git::own_file;
use crate::response::git::repo::Repo;

const HEADER: &str = "# lazaret: changes refused on protected branches. Lifted entries stay. Written by lazaret quarantine and release.\n";

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) lifted: bool,
    pub(crate) entry: DenyEntry,
    pub(crate) case: CaseId,
}

/// The whole list; empty when there is no file.
pub(crate) fn read(repo: &Repo) -> Result<Vec<Line>, ResponseError> {
    let path = place(repo);
    let Some(text) = own_file::read(&path)? else { return Ok(Vec::new()) };
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(|(n, line)| parse(line).ok_or_else(|| odd(&path, n + 1))).collect()
}

/// Adds entries for `case`; those that are there stay as they are.
pub(crate) fn add(repo: &Repo, case: &CaseId, entries: &[DenyEntry]) -> Result<(), ResponseError> {
    let mut lines = read(repo)?;
    for entry in entries {
        if !lines.iter().any(|line| line.entry == *entry && line.case == *case) {
            lines.push(Line { lifted: false, entry: entry.clone(), case: case.clone() });
        }
    }
    write(repo, &lines)
}

/// Marks entries of `case` as lifted.
pub(crate) fn lift(repo: &Repo, case: &CaseId, entries: &[DenyEntry]) -> Result<(), ResponseError> {
    let mut lines = read(repo)?;
    for line in lines.iter_mut().filter(|line| line.case == *case && entries.contains(&line.entry)) {
        line.lifted = true;
    }
    write(repo, &lines)
}

fn place(repo: &Repo) -> PathBuf {
    repo.own_folder().join("deny")
}

fn parse(line: &str) -> Option<Line> {
    let mut words = line.split_whitespace();
    let lifted = match words.next()? {
        "denied" => false,
        "lifted" => true,
        _ => return None,
    };
    let commit = CommitId::parse(words.next()?)?;
    let patch_id = match words.next()? {
        "-" => None,
        hex if CommitId::parse(hex).is_some() => Some(hex.to_owned()),
        _ => return None,
    };
    let case = CaseId(words.next()?.to_owned());
    words.next().is_none().then_some(Line { lifted, entry: DenyEntry { commit, patch_id }, case })
}

fn odd(path: &Path, line: usize) -> ResponseError {
    let path = path.display();
    ResponseError::Repository(format!("{path}, line {line}, is not an entry of a deny list; mend or remove that line and try again"))
}

/// Replaces the file in one step, so that the hook never reads half of it.
fn write(repo: &Repo, lines: &[Line]) -> Result<(), ResponseError> {
    let mut text = HEADER.to_owned();
    for line in lines {
        let word = if line.lifted { "lifted" } else { "denied" };
        let patch = line.entry.patch_id.as_deref().unwrap_or("-");
        text.push_str(&format!("{word} {} {patch} {}\n", line.entry.commit, line.case.0));
    }
    own_file::put(&place(repo), &text, 0o644)
}
