//! git2's errors as sentences.

use crate::sources::source::SourceError;

/// What libgit2 says, on one line and without its final stop.
pub(super) fn reason(error: &git2::Error) -> String {
    error.message().trim().trim_end_matches('.').replace('\n', " ")
}

/// `what` could not be read although it should be there.
pub(super) fn unreadable(what: &str) -> impl Fn(git2::Error) -> SourceError {
    move |e| SourceError::Unreadable(format!("{what} cannot be read ({}): `git fsck` tells more", reason(&e)))
}
