//! The texts a change comes with, and for what each of them speaks.

use crate::model::change::Change;
use crate::model::pull::Origin;

/// One text: title, body or a commit's message.
#[derive(Clone, Copy, Debug)]
pub struct Part<'c> {
    /// The text.
    pub text: &'c str,
    /// Whether its first line is a title.
    pub titled: bool,
    /// Whether it speaks for the whole change.
    pub whole: bool,
}

/// Title, body and commit messages. Of several commits each speaks for itself; a branch's title is only its last commit's.
#[must_use]
pub fn parts(change: &Change) -> Vec<Part<'_>> {
    let pull = &change.pull;
    let single = change.commits.len() <= 1;
    let own_title = single || change.commits.last().is_none_or(|last| last.subject() != pull.title);
    let mut parts =
        vec![Part { text: title(change), titled: true, whole: own_title }, Part { text: &pull.body, titled: false, whole: true }];
    parts.extend(change.commits.iter().map(|commit| Part { text: &commit.message, titled: true, whole: single }));
    parts
}

/// The title that somebody wrote; a diff without a message and a folder are only called by their file.
#[must_use]
pub fn title(change: &Change) -> &str {
    let named_by_file = change.commits.is_empty() && matches!(change.pull.at.origin, Origin::Patch | Origin::Tree);
    if named_by_file { "" } else { &change.pull.title }
}
