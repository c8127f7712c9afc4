//! A forge's refusal as a source's. Never a new sentence: the forge's own says place and next step.

use crate::model::forge::ForgeError;
use crate::sources::source::SourceError;

/// What a reader of the source is told.
pub(super) fn told(error: ForgeError) -> SourceError {
    match error {
        ForgeError::Cancelled => SourceError::Cancelled,
        ForgeError::NotFound(says) => SourceError::NotFound(says),
        other => SourceError::Unreadable(other.says().to_owned()),
    }
}
