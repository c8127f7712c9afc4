//! How the program ends: four codes, and which error means which.

use std::io;
use std::process::ExitCode;

use crate::response::error::ResponseError;
use crate::runtime::case_decisions::DecisionError;
use crate::sources::source::SourceError;

/// The answer to the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Nothing at or above `--fail-on`, or the verb succeeded.
    Done,
    /// Findings at or above `--fail-on`, or the verb was refused.
    Found,
    /// The work could not be done: usage, files, bad input.
    Failed,
    /// Ctrl-C.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Found => 1,
            Exit::Failed => 2,
            Exit::Interrupted => 130,
        })
    }
}

impl Exit {
    /// The code for `error`.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        if is_closed_pipe(error) {
            return Self::Done;
        }
        error.chain().find_map(kind).unwrap_or(Self::Failed)
    }
}

/// The code of one cause, where it means something else than a failure.
fn kind(cause: &(dyn std::error::Error + 'static)) -> Option<Exit> {
    let response = match cause.downcast_ref() {
        Some(DecisionError::Response(error)) => Some(error),
        _ => cause.downcast_ref(),
    };
    match (response, cause.downcast_ref()) {
        (Some(ResponseError::Cancelled | ResponseError::Interrupted { .. }), _) | (_, Some(SourceError::Cancelled)) => {
            Some(Exit::Interrupted)
        }
        (Some(ResponseError::Refused(_)), _) => Some(Exit::Found),
        _ => None,
    }
}

/// Whether whoever read our output went away. That is their right and no mistake.
#[must_use]
pub fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
