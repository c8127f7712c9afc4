//! Where the history in a repository ends: commits whose parents were not sent. Kept as git keeps it, and never longer than true.
#![allow(clippy::disallowed_methods, reason = "the cache folder of our own")]

use std::collections::BTreeSet;
use std::path::Path;

use git2::{Oid, Repository};

use super::fault::Fault;

/// Where git looks for it.
const NAME: &str = "shallow";

/// The ends as they are written.
pub(super) fn read(repository: &Path) -> BTreeSet<Oid> {
    let text = std::fs::read_to_string(repository.join(NAME)).unwrap_or_default();
    text.lines().filter_map(|line| Oid::from_str(line.trim()).ok()).collect()
}

/// Adds `ends`, before the commits themselves arrive: a history is rather too short than broken.
pub(super) fn add(repository: &Path, ends: &[Oid]) -> Result<(), Fault> {
    if ends.is_empty() {
        return Ok(());
    }
    let mut all = read(repository);
    all.extend(ends);
    write(repository, &all)
}

/// Forgets ends whose parents arrived meanwhile.
pub(super) fn prune(repository: &Path) -> Result<(), Fault> {
    let all = read(repository);
    let git = Repository::open_bare(repository)?;
    let odb = git.odb()?;
    let mut kept = BTreeSet::new();
    for end in &all {
        // Not through the commit, which has no parents while it is an end.
        let Ok(object) = odb.read(*end) else { continue };
        if parents(object.data()).iter().any(|parent| !odb.exists(*parent)) {
            kept.insert(*end);
        }
    }
    if kept == all { Ok(()) } else { write(repository, &kept) }
}

/// The parents that a commit's own bytes name.
pub(super) fn parents(commit: &[u8]) -> Vec<Oid> {
    let lines = commit.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    let parent = |line: &[u8]| Oid::from_str(std::str::from_utf8(line.strip_prefix(b"parent ")?).ok()?).ok();
    lines.filter_map(parent).collect()
}

fn write(repository: &Path, ends: &BTreeSet<Oid>) -> Result<(), Fault> {
    let path = repository.join(NAME);
    let told = |e: std::io::Error| Fault::io(&path, &e);
    if ends.is_empty() {
        return match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(told(e)),
            _ => Ok(()),
        };
    }
    let text: String = ends.iter().map(|end| format!("{end}\n")).collect();
    let file = tempfile::NamedTempFile::new_in(repository).map_err(told)?;
    std::fs::write(file.path(), text).map_err(told)?;
    file.persist(&path).map(drop).map_err(|e| told(e.error))
}
