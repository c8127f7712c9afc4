//! A list to choose from, over the screen.

use std::sync::Arc;

use crate::model::ban::{Ban, Banned};
use crate::model::behaviour::{By, Gallery};
use crate::model::pull::PullRef;
use crate::model::sweeping::EarlierSweep;
use crate::model::waiting::Waiting;

/// What is listed.
#[derive(Clone, Debug, PartialEq)]
pub enum Listed {
    /// The unsent remarks of the opened pull, which the session holds.
    Remarks,
    /// Decisions that wait to be sent, once they are read.
    Waiting(Option<Vec<Waiting>>),
    /// The pulls that are open, which the console holds.
    Opened,
    /// Whom lazaret's own list stops, once it is read; those that this pull meets first, and how many they are.
    Blocked(PullRef, Option<(Vec<Ban>, usize)>),
    /// What a sweep shall be of, and sweeps of which something is kept, once that is read.
    Sweeps(Option<Vec<EarlierSweep>>),
    /// What agents, models or authors did over time, once it is read.
    Agents(By, Option<Arc<Gallery>>),
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
