//! What every source can do, and how it fails. Never a source itself.

use std::path::PathBuf;
use std::sync::Arc;

use crate::model::agent::Provenance;
use crate::model::asking::Take;
use crate::model::cancel::Cancel;
use crate::model::change::{Change, History, TextRequest, Texts};
use crate::model::commit_id::CommitId;
use crate::model::diff::Omission;
use crate::model::dossier::Dossier;
use crate::model::forge::Account;
use crate::model::lookup::{Reviewed, Told};
use crate::model::mention::Mentions;
use crate::model::policy::PolicyText;
use crate::model::pull::{Commit, Pull, PullRef};
use crate::model::talk::Talk;
use crate::model::testimony::{Question, Testimony};

/// Why a source could not answer: one sentence with the place and the next step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// What was named does not exist or is not what it should be.
    #[error("{0}")]
    NotFound(String),
    /// It exists but cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// What was asked does not make sense.
    #[error("{0}")]
    Usage(String),
    /// Nobody waits for the answer any more.
    #[error("cancelled")]
    Cancelled,
}

/// Judges who wrote a pull from its facts and its own commits; `pull.provenance` is empty then. Knowledge of agents lives
/// above the sources, so whoever opens one hands it in.
pub type Recognise = Arc<dyn Fn(&Pull, &[Commit]) -> Provenance + Send + Sync>;

/// A queue as its source sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The pulls, latest first.
    pub pulls: Vec<Pull>,
    /// What was left out, and why.
    pub omissions: Vec<Omission>,
    /// How many of those are pulls that should have been readable and were not.
    pub unreadable: usize,
}

/// A part of a queue, as soon as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// How many pulls were read so far.
    pub read: usize,
    /// Of how many, as far as is known.
    pub of: usize,
    /// Those that this page added and the queue will show.
    pub pulls: &'a [Pull],
}

/// Hears of each page of a queue.
pub type Tell<'a> = &'a (dyn Fn(&Page<'_>) + Sync);

/// A place changes come from. Calls block; whoever calls runs them where blocking is allowed.
pub trait Source: Send + Sync {
    /// What it is, for the console's header: a repository's folder, `demo`, a file's name.
    fn title(&self) -> String;

    /// The git repository that verbs act on: its folder, or `None` where decisions can only be recorded.
    fn repository(&self) -> Option<PathBuf>;

    /// The pulls it holds. Cheap: no diffs.
    ///
    /// # Errors
    /// When the place cannot be read at all; single unreadable pulls are omissions.
    fn list(&self, cancel: &Cancel) -> Result<Listing, SourceError>;

    /// As [`Self::list`], for a queue that takes its time: `tell` hears of each page as soon as it is there.
    ///
    /// # Errors
    /// As [`Self::list`].
    fn list_telling(&self, _tell: Tell<'_>, cancel: &Cancel) -> Result<Listing, SourceError> {
        self.list(cancel)
    }

    /// Reads the change at `at` ahead, for a reader who is likely to open it next; [`Self::change`] then checks that it is still
    /// so. Nothing is said when it cannot be read. Does nothing where reading is quick anyway.
    fn prefetch(&self, _at: &PullRef, _cancel: &Cancel) {}

    /// One pull with its commits and net diff.
    ///
    /// # Errors
    /// When the pull is not there or cannot be read.
    fn change(&self, at: &PullRef, cancel: &Cancel) -> Result<Change, SourceError>;

    /// The pull at `at` as it stands now, without commits and diff: what a console asks once a minute. `None` where a source has
    /// nothing cheaper than [`Self::change`].
    ///
    /// # Errors
    /// When the pull is not there any more or cannot be read.
    fn pull(&self, _at: &PullRef, _cancel: &Cancel) -> Result<Option<Pull>, SourceError> {
        Ok(None)
    }

    /// What a forge keeps around the pull at `at`, for a console that shows the diff first. `None` where there is no forge.
    ///
    /// # Errors
    /// When nothing of it can be read; single parts that could not be are its omissions.
    fn dossier(&self, _at: &PullRef, _cancel: &Cancel) -> Result<Option<Dossier>, SourceError> {
        Ok(None)
    }

    /// What the forge of `change` says of what its message claims; nothing where there is no forge. In few requests, whatever is claimed.
    fn testimony(&self, _change: &Change, _question: &Question, _cancel: &Cancel) -> Testimony {
        Testimony::default()
    }

    /// What was said about the pull of `change`; nothing where there is no forge. What cannot be read of it is in the answer.
    fn talk(&self, _change: &Change, _cancel: &Cancel) -> Talk {
        Talk::default()
    }

    /// Who belongs to a team that a policy names; nobody where there is no forge.
    ///
    /// # Errors
    /// When it cannot be read: then nobody is shown to be one of them.
    fn members(&self, _organisation: &str, _team: &str, _cancel: &Cancel) -> Result<Vec<Account>, SourceError> {
        Ok(Vec::new())
    }

    /// The policies that judge a change of the pull at `at` onto `base`: the repository's own, of its default branch and of the
    /// base, and its organisation's. Never the change's. Every source says so itself: one that forgot would have no policy.
    ///
    /// # Errors
    /// When one is there, or may be there, and cannot be read: then nobody can tell what it demands.
    fn policies(&self, at: &PullRef, base: Option<&CommitId>, cancel: &Cancel) -> Result<Vec<PolicyText>, SourceError>;

    /// Whom the base of the pull at `at` says its paths belong to: its CODEOWNERS, where it has one. Never the change's. Every source
    /// says so itself.
    ///
    /// # Errors
    /// When it is there, or may be there, and cannot be read.
    fn owners(&self, at: &PullRef, base: Option<&CommitId>, cancel: &Cancel) -> Result<Option<PolicyText>, SourceError>;

    /// Policies that may exist for the pull at `at` where this token may not look, in sentences.
    fn hidden_policies(&self, _at: &PullRef, _cancel: &Cancel) -> Vec<String> {
        Vec::new()
    }

    /// What single commits of `change` did that its net diff does not show. A change of one commit has nothing of the kind.
    fn history(&self, change: &Change, _cancel: &Cancel) -> History {
        if change.commits.len() > 1 { History::unread("its commits cannot be read one by one here") } else { History::default() }
    }

    /// What its host says of the packages that `change` moves; each request is taken out of what the change may cost. `None` where there is
    /// no host that could say.
    fn packages(&self, _change: &Change, _take: Take<'_>, _cancel: &Cancel) -> Option<Told<Vec<Reviewed>>> {
        None
    }

    /// Where `words`, in small letters, stand in the whole tree of the head of `change`, capitals or not; `None` where not all of it can be
    /// looked through.
    fn mentions(&self, _change: &Change, _words: &[String], _cancel: &Cancel) -> Option<Mentions> {
        None
    }

    /// Whole files, as far as they can be given; what is missing or too large is simply not in the answer.
    fn texts(&self, change: &Change, wanted: &[TextRequest], cancel: &Cancel) -> Texts;
}
