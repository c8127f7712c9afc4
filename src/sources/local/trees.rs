//! Which files differ between two trees. Never what is in them.
//!
//! git2's own tree diff panics on modes it does not know and has no end on trees that contain themselves many times over, so
//! the two trees are walked here: side by side, with an end.

use std::cmp::Ordering;

use git2::{Oid, Repository, Tree};
use sha2::{Digest as _, Sha256};

use super::failure::unreadable;
use super::loose;
use crate::model::cancel::Cancel;
use crate::model::diff::{FileMode, Omission};
use crate::model::path::RepoPath;
use crate::sources::limits::{MAX_DEPTH, MAX_FILES};
use crate::sources::source::SourceError;

/// A file on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sources) struct Entry {
    /// Its mode as git understands it.
    pub(in crate::sources) mode: FileMode,
    /// Its blob, or the submodule's commit.
    pub(in crate::sources) id: Oid,
}

/// A path that is not the same on both sides.
#[derive(Clone, Debug)]
pub(in crate::sources) struct Difference {
    /// The path.
    pub(in crate::sources) path: RepoPath,
    /// Before.
    pub(in crate::sources) old: Option<Entry>,
    /// After.
    pub(in crate::sources) new: Option<Entry>,
}

/// What differs, in git's order.
#[derive(Debug, Default)]
pub(in crate::sources) struct Differences {
    pub(in crate::sources) files: Vec<Difference>,
    pub(in crate::sources) omissions: Vec<Omission>,
}

impl Differences {
    /// SHA-256 of what `git diff --raw -z --no-abbrev --no-renames OLD NEW` prints, so that anybody can check it. When files
    /// were left out, both trees' ids follow.
    pub(super) fn digest(&self, old: Option<Oid>, new: Oid) -> String {
        let mut hash = Sha256::new();
        for file in &self.files {
            let side = |entry: Option<Entry>| entry.map_or((0, Oid::ZERO_SHA1), |entry| (entry.mode.bits(), entry.id));
            let ((old_mode, old_id), (new_mode, new_id)) = (side(file.old), side(file.new));
            let letter = match (file.old, file.new) {
                (None, _) => 'A',
                (_, None) => 'D',
                (Some(old), Some(new)) if kind(old.mode) != kind(new.mode) => 'T',
                _ => 'M',
            };
            hash.update(format!(":{old_mode:06o} {new_mode:06o} {old_id} {new_id} {letter}\0"));
            hash.update(file.path.bytes());
            hash.update([0]);
        }
        if !self.omissions.is_empty() {
            hash.update(format!("{} {new}", old.unwrap_or(Oid::ZERO_SHA1)));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Whether a file, a link or a submodule.
pub(super) fn kind(mode: FileMode) -> u32 {
    mode.bits() & 0o170_000
}

/// Two folders side by side.
struct Level<'repo> {
    folder: Vec<u8>,
    old: Option<Tree<'repo>>,
    new: Option<Tree<'repo>>,
    at: (usize, usize),
}

/// Walks both trees; `None` is the empty tree.
pub(in crate::sources) fn differences(
    repo: &Repository,
    old: Option<Oid>,
    new: Option<Oid>,
    cancel: &Cancel,
) -> Result<Differences, SourceError> {
    let mut found = Differences::default();
    let mut levels = vec![level(repo, Vec::new(), old, new)?];
    while let Some(top) = levels.last_mut() {
        if cancel.is_cancelled() {
            return Err(SourceError::Cancelled);
        }
        let Some((name, old, new)) = step(top) else {
            levels.pop();
            continue;
        };
        if old == new {
            continue;
        }
        let path = [top.folder.as_slice(), &name].concat();
        for (old, new) in apart(old, new) {
            if found.files.len() == MAX_FILES {
                let why = format!("more than {MAX_FILES} files differ; the rest was not read");
                found.omissions.push(Omission { path: None, why });
                return Ok(found);
            }
            if !is_tree(old) && !is_tree(new) {
                found.files.push(Difference { path: RepoPath::new(&path), old: old.map(Raw::entry), new: new.map(Raw::entry) });
            } else if levels.len() == MAX_DEPTH {
                let why = format!("folders are nested deeper than {MAX_DEPTH}; what is below was not read");
                found.omissions.push(Omission { path: Some(RepoPath::new(&path)), why });
            } else {
                let folder = [path.as_slice(), b"/"].concat();
                levels.push(level(repo, folder, old.map(|raw| raw.id), new.map(|raw| raw.id))?);
            }
        }
    }
    Ok(found)
}

/// A tree entry as stored.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Raw {
    mode: u32,
    id: Oid,
}

impl Raw {
    fn entry(self) -> Entry {
        Entry { mode: FileMode::from_bits(self.mode), id: self.id }
    }
}

fn is_tree(side: Option<Raw>) -> bool {
    side.is_some_and(|raw| raw.mode == TREE)
}

const TREE: u32 = 0o040_000;

/// The mode git makes of any stored mode.
pub(super) fn canonical(mode: i32) -> u32 {
    let mode = u32::try_from(mode).unwrap_or(0);
    match mode & 0o170_000 {
        0o100_000 if mode & 0o100 != 0 => 0o100_755,
        0o100_000 => 0o100_644,
        0o120_000 => 0o120_000,
        TREE => TREE,
        _ => 0o160_000,
    }
}

/// A file on one side and a folder of its name on the other are two differences.
fn apart(old: Option<Raw>, new: Option<Raw>) -> Vec<(Option<Raw>, Option<Raw>)> {
    if old.is_some() && new.is_some() && is_tree(old) != is_tree(new) { vec![(old, None), (None, new)] } else { vec![(old, new)] }
}

fn level<'repo>(repo: &'repo Repository, folder: Vec<u8>, old: Option<Oid>, new: Option<Oid>) -> Result<Level<'repo>, SourceError> {
    let read = |id: Option<Oid>| {
        let what = format!("folder `{}`", RepoPath::new(&folder).text());
        let tree = |id| if loose::is_whole(repo, id) { repo.find_tree(id) } else { Err(loose::cut_off()) };
        id.map(tree).transpose().map_err(unreadable(&what))
    };
    Ok(Level { old: read(old)?, new: read(new)?, at: (0, 0), folder })
}

/// The next name in git's order with what each side has under it.
fn step(level: &mut Level<'_>) -> Option<(Vec<u8>, Option<Raw>, Option<Raw>)> {
    let entry = |tree: &Option<Tree<'_>>, at: usize| {
        let tree = tree.as_ref()?;
        let entry = tree.get(at)?;
        Some((entry.name_bytes().to_vec(), Raw { mode: canonical(entry.filemode_raw()), id: entry.id() }))
    };
    let (old, new) = (entry(&level.old, level.at.0), entry(&level.new, level.at.1));
    let order = match (&old, &new) {
        (None, None) => return None,
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some((a, x)), Some((b, y))) => sorted_name(a, x.mode).cmp(sorted_name(b, y.mode)),
    };
    level.at.0 += usize::from(order.is_le());
    level.at.1 += usize::from(order.is_ge());
    let old = old.filter(|_| order.is_le());
    let new = new.filter(|_| order.is_ge());
    let name = old.as_ref().or(new.as_ref()).map(|(name, _)| name.clone())?;
    Some((name, old.map(|(_, raw)| raw), new.map(|(_, raw)| raw)))
}

/// git sorts a folder as if its name ended in a slash.
fn sorted_name(name: &[u8], mode: u32) -> impl Iterator<Item = &u8> {
    name.iter().chain((mode == TREE).then_some(&b'/'))
}
