//! Hashes that lists of a change claim for files, and hashes that files really have. Whether they agree is a rule's business.
//!
//! A list is a file of `sha256sum`, or settings in which a file's name stands beside a hash or over one.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::blob::kind;
use super::document::node::{Node, Value};
use super::role::{Role, fold};
use super::view::FileView;
use crate::model::change::{Change, TextRequest};
use crate::model::diff::{FileStatus, Side};
use crate::model::path::RepoPath;

/// Claims that are kept of one list.
const MOST_CLAIMS: usize = 2_000;
/// Files beside the change that are read to compare with.
const MOST_BESIDE: usize = 24;
/// Lists that stand beside data, by their names.
const LISTS: [&str; 6] = ["SHA256SUMS", "sha256sums.txt", "checksums.txt", "manifest.json", "manifest.yaml", "dataset_manifest.json"];
const POINTER: &str = "version https://git-lfs.github.com/spec/";

/// What one file says and is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// What it hashes to, or what it points to, when it is a file that lists name.
    pub own: Option<Sum>,
    /// What it claims of others, when it is a list.
    pub claims: Vec<Claim>,
}

/// The SHA-256 of a file, lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Of the file after the change, or of what it points to.
    pub now: String,
    /// The same with CR LF in place of LF, as a checkout may have it; only of text.
    pub other_ends: Option<String>,
}

impl Sum {
    /// Of `bytes`, or of what they point to as Git LFS has it.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if let Some(oid) = pointed(bytes) {
            return Self { now: oid, other_ends: None };
        }
        let is_text = bytes.len() < 4 * 1024 * 1024 && !bytes.contains(&0) && !bytes.contains(&b'\r');
        let ends = || {
            bytes
                .split_inclusive(|byte| *byte == b'\n')
                .flat_map(|line| line.strip_suffix(b"\n").map_or(vec![line], |bare| vec![bare, b"\r\n"]))
        };
        let other_ends = is_text.then(|| hexadecimal(&ends().flatten().copied().collect::<Vec<u8>>()));
        Self { now: hexadecimal(bytes), other_ends }
    }

    /// Whether `claimed` is it.
    #[must_use]
    pub fn is(&self, claimed: &str) -> bool {
        self.now == claimed || self.other_ends.as_deref() == Some(claimed)
    }
}

/// What a list says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The file's name as it stands there.
    pub file: String,
    /// Lower-case hexadecimal SHA-256.
    pub sha256: String,
    /// Its line, from 1.
    pub line: u32,
}

impl Claim {
    /// The places in the repository that its name may mean: beside `list`, and from the root.
    #[must_use]
    pub fn places(&self, list: &RepoPath) -> Vec<RepoPath> {
        let name = self.file.trim_start_matches("./");
        let beside = match list.bytes().iter().rposition(|byte| *byte == b'/') {
            Some(end) => [list.bytes().get(..=end).unwrap_or(&[]), name.as_bytes()].concat(),
            None => name.as_bytes().to_vec(),
        };
        let all = [RepoPath::new(&beside), RepoPath::from(name)];
        all.into_iter().filter(|path| !path.is_hostile()).collect()
    }
}

/// The object that a pointer of Git LFS names.
#[must_use]
pub fn pointed(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes.get(..bytes.len().min(1024))?).ok()?;
    let oid = text.strip_prefix(POINTER)?.lines().find_map(|line| line.strip_prefix("oid sha256:"))?.trim();
    is_sha256(oid).then(|| oid.to_owned())
}

/// What `file` says and is.
#[must_use]
pub fn of(file: &FileView<'_>) -> Sums {
    if file.diff.status == FileStatus::Deleted {
        return Sums::default();
    }
    let is_list = is_list(file);
    let own = (!is_list && is_listed(file)).then(|| file.bytes(Side::New)).flatten().map(|bytes| Sum::of(&bytes));
    let claims = if is_list { file.new_side().map(|side| claims(side.text(), side.document().ok())) } else { None };
    Sums { own, claims: claims.unwrap_or_default() }
}

/// Whether lists name such files.
fn is_listed(file: &FileView<'_>) -> bool {
    let path = format!("/{}", fold(&file.path));
    let kept = ["/data/", "/dataset", "/corpus", "/corpora/", "/weights/", "/models/", "/checkpoints/", "/artifacts/"];
    file.diff.text().is_none() || file.role == Role::Data || kind::is_model(&file.path) || kept.iter().any(|part| path.contains(part))
}

/// Whether it may be a list, by its name.
fn is_list(file: &FileView<'_>) -> bool {
    let name = fold(file.name());
    if matches!(file.role, Role::Lock | Role::Manifest) || file.diff.text().is_none() {
        return false;
    }
    ["sha256", "checksum", "manifest", "dataset", "datasheet", "provenance", "corpus", "corpora", "weights", "models."]
        .iter()
        .any(|part| name.contains(part))
        && [".json", ".yml", ".yaml", ".toml", ".txt", ".sha256", ".sum", "sha256sums", "checksums"].iter().any(|end| name.ends_with(end))
}

/// What the list `text` claims; `root` is its shape, where it has one.
#[must_use]
pub fn claims(text: &str, root: Option<&Node>) -> Vec<Claim> {
    let mut all = Vec::new();
    match root {
        Some(root) => in_settings(root, None, &mut all),
        None => in_lines(text, &mut all),
    }
    all.truncate(MOST_CLAIMS);
    all
}

/// `<hash>  <name>`, as sha256sum writes it.
fn in_lines(text: &str, all: &mut Vec<Claim>) {
    for (index, line) in text.lines().enumerate().take(MOST_CLAIMS) {
        let Some((hash, name)) = line.trim().split_once(char::is_whitespace) else { continue };
        let name = name.trim().trim_start_matches('*');
        if is_sha256(hash) && !name.is_empty() {
            let line = u32::try_from(index + 1).unwrap_or(u32::MAX);
            all.push(Claim { file: name.to_owned(), sha256: hash.to_lowercase(), line });
        }
    }
}

fn in_settings(node: &Node, key: Option<&str>, all: &mut Vec<Claim>) {
    if all.len() >= MOST_CLAIMS {
        return;
    }
    let claim = |file: &str, hash: &Node| {
        let sha256 = hash_in(hash)?;
        Some(Claim { file: file.to_owned(), sha256, line: u32::try_from(hash.line + 1).unwrap_or(u32::MAX) })
    };
    if let Value::Map(entries) = &node.value {
        let hash = ["sha256", "hash", "checksum", "digest", "sha256sum"]
            .iter()
            .find_map(|name| node.get(name).filter(|hash| hash_in(hash).is_some()));
        let named = ["path", "file", "filename", "file_name", "name"].iter().find_map(|name| node.get(name).and_then(Node::text));
        let named = named.or_else(|| key.filter(|key| key.contains('.')));
        all.extend(hash.zip(named).and_then(|(hash, name)| claim(name, hash)));
        for (name, inner) in entries {
            if name.contains('.') || name.contains('/') {
                all.extend(claim(name, inner));
            }
            in_settings(inner, Some(name), all);
        }
    }
    node.items().iter().for_each(|item| in_settings(item, None, all));
}

fn hash_in(node: &Node) -> Option<String> {
    let text = node.text()?.trim();
    let hash = text.strip_prefix("sha256:").or_else(|| text.strip_prefix("sha256-")).unwrap_or(text);
    is_sha256(hash).then(|| hash.to_lowercase())
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hexadecimal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What stands beside the change and must be read to compare: files that its lists name, and lists that may name its files.
#[must_use]
pub fn beside<'s>(change: &Change, sums: impl Iterator<Item = &'s Sums>) -> Vec<TextRequest> {
    let files = &change.patch.files;
    let changed: BTreeSet<&RepoPath> = files.iter().filter_map(|file| file.new_path.as_ref()).collect();
    let mut wanted = Vec::new();
    for (file, sums) in files.iter().zip(sums) {
        let claimed = sums.claims.iter().flat_map(|claim| claim.places(file.path()));
        wanted.extend(claimed.take(MOST_BESIDE));
        if sums.own.is_some() && file.status != FileStatus::Added {
            wanted.extend(lists_for(file.path()));
        }
    }
    let beside: BTreeSet<RepoPath> = wanted.into_iter().filter(|path| !changed.contains(path)).take(MOST_BESIDE * 2).collect();
    beside.into_iter().take(MOST_BESIDE).map(|path| TextRequest { path, side: Side::New }).collect()
}

/// Where a list would stand that names the file at `path`.
fn lists_for(path: &RepoPath) -> Vec<RepoPath> {
    let own = RepoPath::new(&[path.bytes(), b".sha256"].concat());
    let folder = path.bytes().iter().rposition(|byte| *byte == b'/').map_or(0, |end| end + 1);
    let folder = path.bytes().get(..folder).unwrap_or(&[]);
    std::iter::once(own).chain(LISTS.iter().map(|name| RepoPath::new(&[folder, name.as_bytes()].concat()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::document;
    use crate::analysis::language::Language;

    const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn lists_of_every_kind_are_read() {
        let settings = |text: &str| {
            let root = document::read(text, Language::Json).unwrap();
            claims(text, Some(&root)).into_iter().map(|claim| (claim.file, claim.sha256)).collect::<Vec<_>>()
        };
        let one = vec![("a.csv".to_owned(), HASH.to_owned())];
        assert_eq!(settings(&format!("{{\"files\": [{{\"path\": \"a.csv\", \"sha256\": \"{HASH}\"}}]}}")), one);
        assert_eq!(settings(&format!("{{\"a.csv\": \"sha256:{HASH}\"}}")), one);
        assert_eq!(settings(&format!("{{\"a.csv\": {{\"sha256\": \"{HASH}\"}}}}")), one);
        let lines = claims(&format!("{HASH}  *a.csv\nnot a line\n"), None);
        assert_eq!((lines.len(), &*lines[0].file, lines[0].line), (1, "a.csv", 1));
    }

    #[test]
    fn a_pointer_stands_for_what_it_points_to() {
        let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{HASH}\nsize 4\n");
        assert!(Sum::of(pointer.as_bytes()).is(HASH) && Sum::of(b"test").is(HASH));
    }

    #[test]
    fn ends_of_lines_do_not_matter() {
        let windows = hexadecimal(b"a,b\r\n1,2\r\n");
        assert!(Sum::of(b"a,b\n1,2\n").is(&windows));
        assert!(!Sum::of(b"a,b\n1,3\n").is(&windows));
    }

    #[test]
    fn names_lead_nowhere_else() {
        let claim = |file: &str| Claim { file: file.to_owned(), sha256: String::new(), line: 1 };
        let list = RepoPath::from("data/manifest.json");
        assert_eq!(claim("a.csv").places(&list), [RepoPath::from("data/a.csv"), RepoPath::from("a.csv")]);
        assert!(claim("../../etc/passwd").places(&list).is_empty());
    }
}
