//! A list to choose from, over the screen.

use crate::model::ban::Banned;
use crate::model::pull::PullRef;
use crate::model::waiting::Waiting;

/// What is listed.
#[derive(Clone, Debug, PartialEq)]
pub enum Listed {
    /// The unsent remarks of the opened pull, which the session holds.
    Remarks,
    /// Decisions that wait to be sent, once they are read.
    Waiting(Option<Vec<Waiting>>),
    /// Whom a block of this pull's kind can stop.
    Whom(PullRef, Vec<Banned>),
}

/// A list with the row the cursor is on.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// What is listed.
    pub of: Listed,
    /// The row the cursor is on.
    pub at: usize,
}
