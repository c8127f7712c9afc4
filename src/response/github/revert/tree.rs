//! The three-way merge of one change backwards, path by path. Text is merged by `diffy`; what does not merge is a conflict and
//! nothing else.

use std::collections::BTreeMap;

use sha1::{Digest as _, Sha1};

use crate::model::forge::ForgeError;
use crate::response::github::ask::Ask;
use crate::response::github::shapes::Blob;

/// A larger file is not merged by content.
const LARGEST: usize = 4 << 20;

/// An entry of a tree: a file, or a folder that stands where a file is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) mode: String,
    pub(super) kind: String,
    pub(super) sha: String,
    /// Its content where it is new, so that the forge does not have it yet.
    pub(super) made: Option<Vec<u8>>,
}

/// A path that a change touched: the entry before it and after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) path: String,
    pub(super) was: Option<Entry>,
    pub(super) became: Option<Entry>,
}

/// What taking one change back came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Back {
    /// The paths that change on top of the tip; `None` goes away.
    pub(super) changes: BTreeMap<String, Option<Entry>>,
    /// The paths where both sides changed the same.
    pub(super) conflicts: Vec<String>,
}

/// Takes `changes` back on a tip; `now` says what stands there at a path, `blob` reads contents.
pub(super) fn back(
    changes: &[Changed],
    now: &dyn Fn(&str) -> Result<Option<Entry>, ForgeError>,
    blob: &dyn Fn(&Entry) -> Result<Vec<u8>, ForgeError>,
) -> Result<Back, ForgeError> {
    let mut done = Back::default();
    for Changed { path, was, became } in changes {
        let is = now(path)?;
        let (is, was, became) = (is.as_ref(), was.as_ref(), became.as_ref());
        if same(is, became) {
            done.changes.insert(path.clone(), was.cloned());
        } else if !same(is, was) {
            match merged(is, was, became, blob)? {
                Some(entry) => drop(done.changes.insert(path.clone(), Some(entry))),
                None => done.conflicts.push(path.clone()),
            }
        }
    }
    Ok(done)
}

/// Whether both are the same file, or both none.
pub(super) fn same(one: Option<&Entry>, other: Option<&Entry>) -> bool {
    let key = |entry: &Entry| (entry.mode.clone(), entry.sha.clone());
    one.map(key) == other.map(key)
}

/// The file with the later changes and without the one that is taken back, when both fit together.
fn merged(
    is: Option<&Entry>,
    was: Option<&Entry>,
    became: Option<&Entry>,
    blob: &dyn Fn(&Entry) -> Result<Vec<u8>, ForgeError>,
) -> Result<Option<Entry>, ForgeError> {
    let (Some(is), Some(was), Some(became)) = (is, was, became) else { return Ok(None) };
    let plain = [is, was, became].iter().all(|entry| entry.kind == "blob" && entry.mode.starts_with("100"));
    if !plain {
        return Ok(None);
    }
    let (ours, theirs, base) = (blob(is)?, blob(was)?, blob(became)?);
    if [&ours, &theirs, &base].iter().any(|text| text.len() > LARGEST || text.contains(&0)) {
        return Ok(None);
    }
    let Ok(text) = diffy::merge_bytes(&base, &ours, &theirs) else { return Ok(None) };
    let mode = if is.mode == became.mode { was.mode.clone() } else { is.mode.clone() };
    Ok(Some(Entry { mode, kind: "blob".to_owned(), sha: name(&text), made: Some(text) }))
}

/// What git calls a file of these bytes.
fn name(bytes: &[u8]) -> String {
    let mut sha = Sha1::new();
    sha.update(format!("blob {}\0", bytes.len()));
    sha.update(bytes);
    sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The content of an entry, from here or from the forge.
pub(super) fn content(ask: &Ask<'_>, repo: &str, entry: &Entry) -> Result<Vec<u8>, ForgeError> {
    if let Some(made) = &entry.made {
        return Ok(made.clone());
    }
    let blob: Blob = ask.read(&format!("/repos/{repo}/git/blobs/{}", entry.sha))?;
    decoded(&blob.content).ok_or_else(|| ForgeError::Garbled(format!("the forge sent file {} in a form that is not base64", entry.sha)))
}

/// Base64 with line breaks, as the forge sends it.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for c in text.bytes().filter(|c| !c.is_ascii_whitespace() && *c != b'=') {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, count) = ((bits << 6 | u32::from(value)) & 0xFF_FFFF, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        let bytes = text.as_bytes().to_vec();
        Entry { mode: "100644".to_owned(), kind: "blob".to_owned(), sha: name(&bytes), made: Some(bytes) }
    }

    fn take(tip: &[(&str, &str)], before: &[(&str, &str)], after: &[(&str, &str)]) -> Back {
        let find = |files: &[(&str, &str)], path: &str| files.iter().find(|(name, _)| *name == path).map(|(_, text)| entry(text));
        let paths: std::collections::BTreeSet<&str> = before.iter().chain(after).map(|(path, _)| *path).collect();
        let all = paths.into_iter().map(|path| Changed { path: path.to_owned(), was: find(before, path), became: find(after, path) });
        let changes: Vec<Changed> = all.filter(|changed| !same(changed.was.as_ref(), changed.became.as_ref())).collect();
        let read = |entry: &Entry| Ok(entry.made.clone().unwrap_or_default());
        back(&changes, &|path| Ok(find(tip, path)), &read).unwrap()
    }

    #[test]
    fn what_nobody_touched_since_goes_back_and_comes_back() {
        let done = take(
            &[("a", "2"), ("new", "x"), ("c", "3")],
            &[("a", "1"), ("gone", "y"), ("c", "3")],
            &[("a", "2"), ("new", "x"), ("c", "3")],
        );
        assert!(done.conflicts.is_empty());
        let change = |path: &str| done.changes.get(path).map(|entry| entry.as_ref().map(|entry| entry.made.clone().unwrap()));
        assert_eq!(change("a"), Some(Some(b"1".to_vec())));
        assert_eq!(change("new"), Some(None));
        assert_eq!(change("gone"), Some(Some(b"y".to_vec())));
        assert_eq!(change("c"), None);
    }

    #[test]
    fn later_changes_elsewhere_in_the_file_stay_and_the_same_lines_conflict() {
        let (before, after) = ("a\nb\nc\nd\ne\n", "a\nB\nc\nd\ne\n");
        let done = take(&[("f", "a\nB\nc\nd\nE\n")], &[("f", before)], &[("f", after)]);
        assert_eq!(done.changes["f"].as_ref().unwrap().made.as_deref(), Some(b"a\nb\nc\nd\nE\n".as_slice()));
        let done = take(&[("f", "a\nX\nc\nd\ne\n")], &[("f", before)], &[("f", after)]);
        assert_eq!(done.conflicts, ["f"]);
        assert_eq!(take(&[("f", before)], &[("f", before)], &[("f", after)]), Back::default(), "gone already");
    }

    #[test]
    fn names_and_contents_are_gits() {
        assert_eq!(name(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(decoded("aGVs\nbG8K").as_deref(), Some(b"hello\n".as_slice()));
        assert_eq!(decoded("/+8=").as_deref(), Some([0xFF, 0xEF].as_slice()));
        assert_eq!(decoded("a*"), None);
    }
}
