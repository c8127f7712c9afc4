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
    let mut parts = vec![
        Part { text: title(change), titled: true, whole: own_title },
        Part { text: &pull.body, titled: false, whole: !is_squashed(&pull.body) },
    ];
    let one = |message: &str| single && !is_squashed(message);
    parts.extend(change.commits.iter().map(|commit| Part { text: &commit.message, titled: true, whole: one(&commit.message) }));
    parts
}

/// The title that somebody wrote; a diff without a message and a folder are only called by their file.
#[must_use]
pub fn title(change: &Change) -> &str {
    let named_by_file = change.commits.is_empty() && matches!(change.pull.at.origin, Origin::Patch | Origin::Tree);
    if named_by_file { "" } else { &change.pull.title }
}

/// Whether a text strings together the messages of several commits, each behind a star, as a forge writes them when it squashes: then
/// none of them speaks for all.
fn is_squashed(text: &str) -> bool {
    let mut bare = true;
    let mut stars = 0;
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let alone = bare && lines.peek().is_none_or(|next| next.is_empty());
        stars += usize::from(alone && line.strip_prefix("* ").is_some_and(|subject| !subject.is_empty()));
        bare = line.is_empty();
    }
    stars > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squashed_messages_are_told_from_lists() {
        assert!(is_squashed("Split it (#12)\n\n* Split it\n\nAdds tests.\n\n* Fix lint\n\n* Again\n"));
        assert!(!is_squashed("Split it\n\n* one thing\n* another\n") && !is_squashed("Split it\n\n* alone\n\nWords.\n"));
    }
}
