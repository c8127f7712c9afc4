//! Where words stand in a whole tree: every file of it is read once, within bounds. Beyond them nothing is said.

use std::path::Path;

use aho_corasick::AhoCorasick;
use git2::{ObjectType, Oid, Repository};

use super::blobs::{Content, Store};
use super::open;
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::mention::Mentions;
use crate::model::path::RepoPath;
use crate::sources::limits::MAX_DEPTH;

/// Files that are looked through.
const MOST_FILES: usize = 60_000;
/// Bytes of one file: larger ones are data, or what tools wrote.
const LARGEST: u64 = 2 * 1024 * 1024;
/// Bytes in all.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// Words at once, and bytes of them together.
const MOST_WORDS: usize = 200;
const LONGEST_WORDS: usize = 64 * 1024;
/// Places of words in all: names of a letter or two, or nested in each other, stand everywhere.
const MOST_PLACES: usize = 1_000_000;

/// Where `words` stand in the head of `change`; `None` where not all of it is here, or it is too large.
pub(super) fn of(folder: &Path, change: &Change, words: &[String], cancel: &Cancel) -> Option<Mentions> {
    if words.len() > MOST_WORDS || words.iter().map(String::len).sum::<usize>() > LONGEST_WORDS {
        return None;
    }
    let repo = open::open(folder).ok()?;
    let head = Oid::from_str(change.pull.revision.head.as_ref()?.as_str()).ok()?;
    let root = repo.find_commit(head).ok()?.tree_id();
    let searcher = AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()?;
    let store = Store::of(&repo).ok()?;
    let mut mentions = Mentions::default();
    let (mut left, mut places) = (MOST_BYTES, MOST_PLACES);
    for (path, id) in files(&repo, root)? {
        if cancel.is_cancelled() {
            return None;
        }
        let object = match store.read(Some(id), LARGEST) {
            Content::Bytes(object) => object,
            Content::Large(_) => continue,
            _ => return None,
        };
        left = left.checked_sub(object.data().len())?;
        let mut counts = vec![0; words.len()];
        for found in searcher.find_overlapping_iter(object.data()) {
            places = places.checked_sub(1)?;
            if let Some(count) = counts.get_mut(found.pattern().as_usize()) {
                *count += 1;
            }
        }
        for (word, count) in words.iter().zip(counts).filter(|(_, count)| *count > 0) {
            mentions.add(word, &path, count);
        }
    }
    Some(mentions)
}

/// The files below `root`; `None` where there are too many, or another repository is part of it.
fn files(repo: &Repository, root: Oid) -> Option<Vec<(RepoPath, Oid)>> {
    let (mut files, mut waiting) = (Vec::new(), vec![(Vec::new(), root, 0)]);
    let mut folders = 0;
    while let Some((above, id, depth)) = waiting.pop() {
        folders += 1;
        if depth > MAX_DEPTH || folders > MOST_FILES {
            return None;
        }
        let tree = repo.find_tree(id).ok()?;
        for entry in &tree {
            let path = [&above, entry.name_bytes()].concat();
            match entry.kind() {
                Some(ObjectType::Tree) => waiting.push(([path, b"/".to_vec()].concat(), entry.id(), depth + 1)),
                Some(ObjectType::Blob) => files.push((RepoPath::new(&path), entry.id())),
                _ => return None,
            }
            if files.len() > MOST_FILES {
                return None;
            }
        }
    }
    Some(files)
}
