//! Why a verb could not be planned or carried out: one sentence with the place and the next step.

/// Why a response could not do its work. A refusal that belongs to a plan is in the plan, not here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// The place is no git repository, or not one that can be written.
    #[error("{0}")]
    Repository(String),
    /// What was asked does not make sense.
    #[error("{0}")]
    Usage(String),
    /// The plan refuses; nothing was done.
    #[error("refused: {0}")]
    Refused(String),
    /// The world is not what the plan saw; this step did nothing.
    #[error("{0}")]
    Moved(String),
    /// Another lazaret works on the same repository.
    #[error("another lazaret is at work on {0}; wait for it to finish and try again")]
    Busy(String),
    /// git could not do something.
    #[error("{what}: {why}")]
    Git {
        /// What was tried.
        what: String,
        /// git's words.
        why: String,
    },
    /// The forge refused, or could not be read.
    #[error("{0}")]
    Forge(String),
    /// The forge cannot be reached; nothing was asked of it and nothing was done.
    #[error("{0}")]
    Away(String),
    /// Evidence could not be written, or is not what was written.
    #[error("{0}")]
    Evidence(String),
    /// The file system refused.
    #[error("{path}: {why}")]
    Io {
        /// The file or folder.
        path: String,
        /// The system's words.
        why: String,
    },
    /// The ledger could not be written; what was done before is in it.
    #[error("the ledger could not be used, so nothing further was done: {0}")]
    Journal(String),
    /// Whether a step happened is not known; a later start looks again.
    #[error("{0}")]
    Open(String),
    /// Stopped between two steps; the case is open and a later start goes on with it.
    #[error("interrupted before step {step} of case {case}; `lazaret` goes on with it at its next start there")]
    Interrupted {
        /// The case.
        case: String,
        /// The step that was not begun, from 1.
        step: usize,
    },
    /// Nobody waits for it any more; nothing was done.
    #[error("cancelled before anything was done")]
    Cancelled,
}

impl ResponseError {
    /// The system's refusal of something at `path`.
    pub(crate) fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), why: error.to_string() }
    }
}
