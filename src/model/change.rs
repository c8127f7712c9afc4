//! A change as it was read: the pull, its commits, its net diff, and the whole texts of the files a check asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::commit_id::CommitId;
use super::diff::{Omission, Patch, Side};
use super::habits::Habits;
use super::lookup::Lookups;
use super::mention::Mentions;
use super::path::RepoPath;
use super::pull::{Commit, Pull};
use super::talk::Talk;
use super::testimony::Testimony;
use super::time::Timestamp;

/// Everything read of one pull except whole files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The pull.
    pub pull: Pull,
    /// Its commits, oldest first; empty where the source has none.
    pub commits: Vec<Commit>,
    /// The net diff from merge-base to head.
    pub patch: Patch,
    /// Lower-case hexadecimal SHA-256 of the diff's bytes as git writes it, empty where the source has none.
    pub digest: String,
}

/// One file a check wants whole, on one side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextRequest {
    /// The path on that side.
    pub path: RepoPath,
    /// The side.
    pub side: Side,
}

/// Bytes of one file that is no text, of which more are not given to rules.
pub const MAX_BLOB_BYTES: u64 = 8 * 1024 * 1024;
/// Bytes of all files of one change that are no text.
pub const MAX_BLOBS_BYTES: u64 = 64 * 1024 * 1024;

/// Whole files by side and path, as far as the source could give them: texts, and the bytes of what is no text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    held: BTreeMap<TextRequest, Arc<str>>,
    blobs: BTreeMap<TextRequest, Arc<[u8]>>,
    unread: BTreeMap<TextRequest, String>,
}

impl Texts {
    /// Whether nothing was read, and nothing said about why.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.blobs.is_empty() && self.unread.is_empty()
    }

    /// Keeps `text` as the whole file at `request`.
    pub fn insert(&mut self, request: TextRequest, text: Arc<str>) {
        self.held.insert(request, text);
    }

    /// Keeps `bytes` as the file at `request`, which is no text or not only text. False when there is no room left for them.
    pub fn insert_bytes(&mut self, request: TextRequest, bytes: &[u8]) -> bool {
        let held: usize = self.blobs.values().map(|blob| blob.len()).sum();
        let fits = (held + bytes.len()) as u64 <= MAX_BLOBS_BYTES && bytes.len() as u64 <= MAX_BLOB_BYTES;
        if fits {
            self.blobs.insert(request, Arc::from(bytes));
        }
        fits
    }

    /// The bytes of the file at `path` on `side`, if it is no text, or not only text, and was read.
    #[must_use]
    pub fn bytes(&self, path: &RepoPath, side: Side) -> Option<&Arc<[u8]>> {
        self.blobs.get(&TextRequest { path: path.clone(), side })
    }

    /// Notes why the file at `request` could not be read, although it should be there.
    pub fn note_unread(&mut self, request: TextRequest, why: String) {
        self.unread.insert(request, why);
    }

    /// Why the whole file at `request` could not be read, when that went wrong.
    #[must_use]
    pub fn unread(&self, request: &TextRequest) -> Option<&str> {
        self.unread.get(request).map(String::as_str)
    }

    /// The whole file at `path` on `side`, if it was read.
    #[must_use]
    pub fn get(&self, path: &RepoPath, side: Side) -> Option<&Arc<str>> {
        self.held.get(&TextRequest { path: path.clone(), side })
    }

    /// Takes over everything `other` holds.
    pub fn extend(&mut self, other: Self) {
        self.held.extend(other.held);
        self.blobs.extend(other.blobs);
        self.unread.extend(other.unread);
    }

    /// Bytes held.
    #[must_use]
    pub fn size(&self) -> usize {
        self.held.values().map(|text| text.len()).chain(self.blobs.values().map(|blob| blob.len())).sum()
    }
}

/// What the commits of a change did on their way to its net diff, as far as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The commits, oldest first, each with the files that more than one of them touched: a file that one commit touched is in the
    /// net diff as it is there.
    pub steps: Vec<Step>,
    /// The files that each commit touched, by commit.
    pub touched: BTreeMap<CommitId, Vec<RepoPath>>,
    /// Those who made it, beside the commits before it.
    pub habits: Habits,
    /// What was not read.
    pub omissions: Vec<Omission>,
}

/// What was read of a change beside its net diff and the files it touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// Files that the change does not touch.
    pub texts: Texts,
    /// What its commits did on the way.
    pub history: History,
    /// What registries and advisories say of the packages it brings.
    pub lookups: Lookups,
    /// Where the names of packages it brings stand in the whole tree; `None` where nobody looked, or could.
    pub mentions: Option<Mentions>,
    /// What its forge says of what its message claims.
    pub testimony: Testimony,
    /// What was said about it.
    pub talk: Talk,
    /// The task it was made for, where somebody handed it in.
    pub task: Option<Arc<str>>,
    /// When it is judged, give or take the hours that a session lasts; `None` where nobody said.
    pub judged: Option<Timestamp>,
}

/// One commit against its first parent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The commit.
    pub commit: CommitId,
    /// What it did.
    pub patch: Patch,
}

impl History {
    /// Nothing, because of `why`.
    #[must_use]
    pub fn unread(why: &str) -> Self {
        let why = format!("what its commits added and took away again was not looked for: {why}");
        Self { omissions: vec![Omission { path: None, why }], ..Self::default() }
    }
}
