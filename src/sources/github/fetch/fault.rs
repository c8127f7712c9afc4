//! Why a fetch did not bring what was wanted, and how that reads as an error of a source or of a forge.

use crate::model::forge::ForgeError;
use crate::model::inert;
use crate::sources::source::SourceError;

/// Why a fetch did not bring what was wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// The host was not reached, or did not answer the request.
    #[error("{0}")]
    Forge(ForgeError),
    /// The host does not have an object that was asked for.
    #[error("the host does not have {0} any more: the branch was force-pushed or deleted, or the repository is gone; open the pull again")]
    Gone(String),
    /// The host refuses in its own words.
    #[error("the git host refuses: {0}")]
    Refused(String),
    /// The answer is no answer of git's, or is cut off or damaged.
    #[error("the git host's answer cannot be used ({0}); try again")]
    Garbled(String),
    /// It would be more than may be taken.
    #[error("it is larger than the {0} bytes that may be fetched at once")]
    TooLarge(u64),
    /// The cache cannot be used.
    #[error("{0}")]
    Cache(String),
    /// Nobody waits any more.
    #[error("cancelled")]
    Cancelled,
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Self::Garbled(why)
    }
}

impl From<git2::Error> for Fault {
    fn from(error: git2::Error) -> Self {
        Self::Cache(format!("the cache of git objects cannot be read ({})", inert::line(error.message().trim())))
    }
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Cancelled => Self::Cancelled,
            error => Self::Cache(error.to_string()),
        }
    }
}

impl From<ForgeError> for Fault {
    fn from(error: ForgeError) -> Self {
        match error {
            ForgeError::Cancelled => Self::Cancelled,
            error => Self::Forge(error),
        }
    }
}

impl Fault {
    /// The refusal `says`: of an object that is not there, or of something else.
    pub(super) fn refused(says: &str) -> Self {
        let says = inert::line(says.trim()).into_owned();
        let missing = says.split_once("not our ref ").map(|(_, id)| id.split(' ').next().unwrap_or_default().to_owned());
        missing.map_or(Self::Refused(says), Self::Gone)
    }

    /// The system's refusal of something of the cache.
    pub(super) fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Cache(format!("{} cannot be used as cache: {error}", path.display()))
    }
}

impl From<Fault> for SourceError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Cancelled => Self::Cancelled,
            Fault::Gone(_) | Fault::Forge(ForgeError::NotFound(_)) => Self::NotFound(fault.to_string()),
            fault => Self::Unreadable(fault.to_string()),
        }
    }
}

impl From<Fault> for ForgeError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Cancelled => Self::Cancelled,
            Fault::Forge(error) => error,
            Fault::Gone(_) => Self::NotFound(fault.to_string()),
            fault => Self::Garbled(fault.to_string()),
        }
    }
}
