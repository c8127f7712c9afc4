//! A diff as data: patch and files, and the one address type for a place in it; lines and hunks are in `text`.
//!
//! Never unified-diff syntax: that is read and written by `sources/unified`.

use sha2::{Digest as _, Sha256};

use super::commit_id::CommitId;
use super::path::RepoPath;

mod text;

pub use text::{Hunk, Line, LineKind, Side, TextDiff, TextDiffBuilder, all_added};

/// A line of a file on one side of a diff.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's path on that side.
    pub path: RepoPath,
    /// The side.
    pub side: Side,
    /// The line, counted from 1.
    pub line: u32,
}

/// Something the diff does not hold, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Omission {
    /// The file, or `None` when the whole change is concerned.
    pub path: Option<RepoPath>,
    /// Why, in one plain sentence.
    pub why: String,
}

/// Every file a change touches, in the order its source gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// The files.
    pub files: Vec<FileDiff>,
    /// What could not be read or was left out.
    pub omissions: Vec<Omission>,
    /// How many parts should have been readable and were not: cut off, damaged, missing, forbidden, or beyond what one
    /// file or change may hold, where padding could hide anything. Every file that is [`Content::Omitted`] is one of them;
    /// binary files are not.
    pub unreadable: usize,
}

impl Patch {
    /// Added lines over all files.
    #[must_use]
    pub fn added(&self) -> usize {
        self.files.iter().map(FileDiff::added).sum()
    }

    /// Removed lines over all files.
    #[must_use]
    pub fn removed(&self) -> usize {
        self.files.iter().map(FileDiff::removed).sum()
    }
}

/// What happened to a file as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileStatus {
    /// It is new.
    Added,
    /// It is gone.
    Deleted,
    /// Its content or mode changed.
    Modified,
    /// It moved; similarity in percent where known.
    Renamed(Option<u8>),
    /// It is a copy; similarity in percent where known.
    Copied(Option<u8>),
}

impl FileStatus {
    /// git's status letter.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Added => 'A',
            Self::Deleted => 'D',
            Self::Modified => 'M',
            Self::Renamed(_) => 'R',
            Self::Copied(_) => 'C',
        }
    }
}

/// What git's mode bits say an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileMode {
    /// 100644
    Regular,
    /// 100755
    Executable,
    /// 120000: the content is a path.
    Symlink,
    /// 160000: the content is a commit of another repository.
    Submodule,
    /// Anything else, as written in octal.
    Other(u32),
}

impl FileMode {
    /// The mode written in octal bits.
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        match bits {
            0o100_644 => Self::Regular,
            0o100_755 => Self::Executable,
            0o120_000 => Self::Symlink,
            0o160_000 => Self::Submodule,
            other => Self::Other(other),
        }
    }

    /// The octal bits.
    #[must_use]
    pub fn bits(self) -> u32 {
        match self {
            Self::Regular => 0o100_644,
            Self::Executable => 0o100_755,
            Self::Symlink => 0o120_000,
            Self::Submodule => 0o160_000,
            Self::Other(bits) => bits,
        }
    }
}

/// One file of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileDiff {
    /// Its path before; `None` when added.
    pub old_path: Option<RepoPath>,
    /// Its path after; `None` when deleted.
    pub new_path: Option<RepoPath>,
    /// What happened to it.
    pub status: FileStatus,
    /// Its mode before, when known.
    pub old_mode: Option<FileMode>,
    /// Its mode after, when known.
    pub new_mode: Option<FileMode>,
    /// Its changed content.
    pub content: Content,
}

impl FileDiff {
    /// The path people know it by: the new one, or the old one of a deleted file.
    #[must_use]
    pub fn path(&self) -> &RepoPath {
        static NOWHERE: std::sync::LazyLock<RepoPath> = std::sync::LazyLock::new(|| RepoPath::from("(no path)"));
        self.new_path.as_ref().or(self.old_path.as_ref()).unwrap_or(&NOWHERE)
    }

    /// The path on `side`.
    #[must_use]
    pub fn path_on(&self, side: Side) -> Option<&RepoPath> {
        match side {
            Side::Old => self.old_path.as_ref(),
            Side::New => self.new_path.as_ref(),
        }
    }

    /// The changed text, when the content is text.
    #[must_use]
    pub fn text(&self) -> Option<&TextDiff> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What marks this change of this file as viewed: lower-case hexadecimal SHA-256 over path, modes and changed lines. Line
    /// numbers and context do not count, so a rebase keeps the mark and any edit ends it.
    #[must_use]
    pub fn mark(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.path().bytes());
        hash.update(format!("\0{:?}{:?}{:?}", self.status.letter(), self.old_mode, self.new_mode));
        match &self.content {
            Content::Text(text) => {
                for line in text.lines.iter().filter(|line| line.kind != LineKind::Context) {
                    hash.update([u8::from(line.kind == LineKind::Added), u8::from(line.no_newline)]);
                    hash.update(text.text(line));
                    hash.update([b'\n']);
                }
            }
            other => hash.update(format!("{other:?}")),
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Added lines.
    #[must_use]
    pub fn added(&self) -> usize {
        self.text().map_or(0, |text| text.count(LineKind::Added))
    }

    /// Removed lines.
    #[must_use]
    pub fn removed(&self) -> usize {
        self.text().map_or(0, |text| text.count(LineKind::Removed))
    }
}

/// What a file's change consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Hunks of lines; none when only the path or mode changed.
    Text(TextDiff),
    /// Bytes that git does not show as text. Sizes in bytes where known.
    Binary {
        /// Size before.
        old_size: Option<u64>,
        /// Size after.
        new_size: Option<u64>,
    },
    /// A submodule's commit, before and after.
    Submodule {
        /// Before.
        old: Option<CommitId>,
        /// After.
        new: Option<CommitId>,
    },
    /// Known to have changed, but not held here: why, in one sentence.
    Omitted(String),
}
