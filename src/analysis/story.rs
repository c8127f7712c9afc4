//! The message against the change: claims with their places, and facts the message leaves unsaid.
//!
//! Three-valued on purpose: only an exact fact contradicts, everything else is supported or cannot be checked.

pub mod claims;
pub mod facts;
pub mod flips;
pub mod message;
pub mod prose;
pub mod undisclosed;

use self::facts::Facts;
use super::check::FileOutcome;
use crate::model::change::Change;
use crate::model::finding::Finding;
use crate::model::story::Story;
use crate::model::testimony::Testimony;

/// The story of `change`, given one outcome for each file, all findings, and what its forge says.
#[must_use]
pub fn tell(change: &Change, outcomes: &[FileOutcome], findings: &[Finding], testimony: &Testimony) -> Story {
    let facts = Facts::new(change, outcomes).with(findings).hearing(testimony);
    let claims = claims::judged(&facts).into_iter().map(|judged| judged.claim).collect();
    Story { claims, undisclosed: undisclosed::facts(&facts, findings), open: testimony.is_open() }
}
