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
    /// Something that was said about the pull.
    Said(Box<Said>),
    /// A dependency, by its manifest and name.
    Dependency {
        /// The manifest or lock file.
        manifest: RepoPath,
        /// The package.
        name: String,
    },
}

/// How something was said about a pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Voice {
    /// In the conversation of the pull itself.
    Comment,
    /// In the words of a review.
    Review,
    /// In a conversation at a line.
    Thread,
    /// By a check, at a line.
    Check,
}

/// Something that was said about a pull. Names are outside text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Said {
    /// How.
    pub voice: Voice,
    /// Whose account, or the name of the check.
    pub by: String,
    /// The forge's numeric id; of what a check says, its place among all that checks said.
    pub id: u64,
    /// The line it is about, where it is about one.
    pub about: Option<Place>,
}

impl fmt::Display for Said {
    /// `a comment of dora`, `what the check lint says of src/a.py:3`, …; not yet safe to draw.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.voice {
            Voice::Comment => write!(f, "a comment of {}", self.by)?,
            Voice::Review => write!(f, "a review of {}", self.by)?,
            Voice::Thread => write!(f, "a remark of {}", self.by)?,
            Voice::Check => write!(f, "what the check {} says", self.by)?,
        }
        match &self.about {
            Some(place) if place.line > 0 => write!(f, " at {}:{}", place.path.text(), place.line),
            Some(place) => write!(f, " at {}", place.path.text()),
            None => Ok(()),
        }
    }
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
            Self::Said(_) => "said",
            Self::Dependency { .. } => "dependency",
        }
    }

    /// The file it concerns, if any.
    #[must_use]
    pub fn path(&self) -> Option<&RepoPath> {
        match self {
            Self::Line { place, .. } => Some(&place.path),
            Self::File(path) | Self::Name(path) | Self::Dependency { manifest: path, .. } => Some(path),
            Self::Message | Self::Commit(_) | Self::Branch | Self::Said(_) => None,
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
            Self::Said(said) => said.fmt(f),
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
