//! The message against the change: claims with their places, and facts the message leaves unsaid.
//!
//! Three-valued on purpose: only an exact fact contradicts, everything else is supported or cannot be checked.

pub mod claims;
pub mod facts;
pub mod flips;
pub mod issues;
pub mod message;
pub mod prose;
pub mod task;
pub mod undisclosed;

use self::facts::Facts;
use super::check::FileOutcome;
use crate::model::change::{Around, Change};
use crate::model::finding::Finding;
use crate::model::story::Story;

/// The story of `change`, given one outcome for each file, all findings, and what was read around it.
#[must_use]
pub fn tell(change: &Change, outcomes: &[FileOutcome], findings: &[Finding], around: &Around) -> Story {
    let facts = Facts::new(change, outcomes).with(findings).hearing(&around.testimony);
    let said = claims::judged(&facts).into_iter().map(|judged| judged.claim);
    let claims = said.chain(issues::claims(&facts)).chain(task::claims(&facts, around.task.as_deref())).collect();
    Story { claims, undisclosed: undisclosed::facts(&facts, findings), open: around.testimony.is_open() || !around.talk.unread.is_empty() }
}
