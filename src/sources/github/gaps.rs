//! What GitHub's API leaves out of a change, and who fills it in: patches of large files, files beyond its list, commits beyond
//! its list, whole texts. Never the API itself.

use crate::model::cancel::Cancel;
use crate::model::change::{History, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::Patch;
use crate::model::pull::{Commit, Revision};
use crate::sources::source::SourceError;

/// A pull whose change GitHub told in part.
#[derive(Clone, Debug)]
pub struct Gaps<'a> {
    /// `owner/name` of the repository that the pull is in, also when its branch lives in a fork.
    pub repository: &'a str,
    /// The pull's number.
    pub number: u64,
    /// Its commits as GitHub names them; a merge-base that is not known is found.
    pub revision: &'a Revision,
    /// Whether `patch` names every file that changed. If it does, its files and their pairs are the truth, and only files of
    /// [`crate::model::diff::Content::Omitted`] are filled.
    pub every_file: bool,
    /// Whether the pull's commits are wanted too, because GitHub listed only some.
    pub commits: bool,
}

/// What is known once the gaps are filled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The change: the same files in the same order, those beyond GitHub's list behind them. What is still missing is an
    /// omission and counts as unreadable.
    pub patch: Patch,
    /// Where the diff starts; `None` when the two sides share no history.
    pub merge_base: Option<CommitId>,
    /// The pull's own commits, oldest first, when they were wanted.
    pub commits: Option<Vec<Commit>>,
}

/// Fills what GitHub's API leaves out, from git's own objects.
pub trait Fill: Send + Sync {
    /// Fills the gaps of `patch`, which comes from GitHub's list of files.
    ///
    /// # Errors
    /// When nothing could be fetched; the sentence belongs into an omission of the change, and what is missing counts as
    /// unreadable.
    fn fill(&self, gaps: &Gaps<'_>, patch: Patch, cancel: &Cancel) -> Result<Filled, SourceError>;

    /// What each of `commits`, oldest first, did that the net diff does not show.
    ///
    /// # Errors
    /// When it could not be fetched.
    fn history(&self, repository: &str, commits: &[Commit], cancel: &Cancel) -> Result<History, SourceError>;

    /// Whole files of either side; what is missing or too large is not in the answer.
    fn texts(&self, repository: &str, revision: &Revision, wanted: &[TextRequest], cancel: &Cancel) -> Texts;
}
