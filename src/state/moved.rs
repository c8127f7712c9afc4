//! What moved at an opened pull since it was read. The diff on screen stays what was read.

use crate::model::change::Change;
use crate::model::pull::{Pull, PullState};

/// What moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// So many commits were added.
    Commits(usize),
    /// Its branch was rewritten.
    Rewritten,
    /// Its base moved; its own commits are the same.
    Base,
    /// It is in another state now.
    State(PullState),
}

impl Moved {
    /// What moved between what was opened and `now`.
    #[must_use]
    pub fn between(opened: &Change, now: &Pull) -> Option<Self> {
        let then = &opened.pull;
        if then.state != now.state {
            return Some(Self::State(now.state));
        }
        if then.revision.head != now.revision.head && now.revision.head.is_some() {
            let count = now.commit_count.unwrap_or(0);
            return Some(match count.checked_sub(opened.commits.len()) {
                Some(new) if new > 0 => Self::Commits(new),
                _ => Self::Rewritten,
            });
        }
        let rebased = then.revision.base != now.revision.base && now.revision.base.is_some() && then.revision.base.is_some();
        rebased.then_some(Self::Base)
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Commits(1) => "1 new commit since you opened it".to_owned(),
            Self::Commits(count) => format!("{count} new commits since you opened it"),
            Self::Rewritten => "its branch was rewritten since you opened it".to_owned(),
            Self::Base => "its base branch moved since you opened it".to_owned(),
            Self::State(state) => format!("it is {} now", state.word()),
        }
    }
}
