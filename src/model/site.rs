//! Where a finding sits and what names it. Never what was found.

use std::fmt;

use super::commit_id::CommitId;
use super::diff::{Place, Side};
use super::path::RepoPath;

/// Where a finding sits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Where {
    /// Lines `place.line..=end_line` of a file on one side.
    Line {
        /// The first line.
        place: Place,
        /// The last line.
        end_line: u32,
    },
    /// A file as a whole.
    File(RepoPath),
    /// The name of a file.
    Name(RepoPath),
    /// The title or description of the pull.
    Message,
    /// A commit's message or metadata.
    Commit(CommitId),
    /// The name of the branch.
    Branch,
    /// A dependency, by its manifest and name.
    Dependency {
        /// The manifest or lock file.
        manifest: RepoPath,
        /// The package.
        name: String,
    },
}

impl Where {
    /// The word of report v1.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Line { .. } => "line",
            Self::File(_) => "file",
            Self::Name(_) => "name",
            Self::Message => "message",
            Self::Commit(_) => "commit",
            Self::Branch => "branch",
            Self::Dependency { .. } => "dependency",
        }
    }

    /// The file it concerns, if any.
    #[must_use]
    pub fn path(&self) -> Option<&RepoPath> {
        match self {
            Self::Line { place, .. } => Some(&place.path),
            Self::File(path) | Self::Name(path) | Self::Dependency { manifest: path, .. } => Some(path),
            Self::Message | Self::Commit(_) | Self::Branch => None,
        }
    }

    /// The place of its first line, if it has one.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Line { place, .. } => Some(place),
            _ => None,
        }
    }
}

impl fmt::Display for Where {
    /// `src/a.py:12`, `src/a.py:12 (old)`, `the message`, `branch name`, …; not yet safe to draw.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { place, .. } => {
                write!(f, "{}:{}", place.path.text(), place.line)?;
                if place.side == Side::Old { f.write_str(" (old)") } else { Ok(()) }
            }
            Self::File(path) => write!(f, "{}", path.text()),
            Self::Name(path) => write!(f, "the name {}", path.text()),
            Self::Message => f.write_str("the message"),
            Self::Commit(id) => write!(f, "commit {}", id.short()),
            Self::Branch => f.write_str("the branch name"),
            Self::Dependency { manifest, name } => write!(f, "{name} in {}", manifest.text()),
        }
    }
}

/// What names a finding over rebases and reformatting of other lines: 16 hexadecimal digits over rule, path, normalised
/// evidence and the how-manieth such evidence it is in that file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub String);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
