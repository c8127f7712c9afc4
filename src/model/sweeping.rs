//! What is asked of a sweep before it is one, what is kept of earlier ones, and how far one has come. Never what it finds.

use super::sweep::{Wanted, Window};
use super::time::Timestamp;

/// A sweep as somebody wants it, in the words of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepOrder {
    /// Clones, folders of clones, repositories, organisations, searches; separated by spaces, with quotes around what holds some.
    pub targets: String,
    /// From when: a span or a date.
    pub since: String,
    /// What became of it.
    pub wanted: Wanted,
    /// Whether the changes of people are wanted too.
    pub everyone: bool,
}

impl Default for SweepOrder {
    fn default() -> Self {
        Self { targets: String::new(), since: "24h".to_owned(), wanted: Wanted::All, everyone: false }
    }
}

/// Which sweep is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepWish {
    /// This one: begun, or continued when it was cut short a while ago.
    Begin(SweepOrder),
    /// The earlier one of this name, with its window: what was kept of it is not asked again.
    Again(String),
}

/// A sweep of which something is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierSweep {
    /// Its name.
    pub id: String,
    /// What was asked for; outside text.
    pub targets: Vec<String>,
    /// Its window.
    pub window: Window,
    /// When it was begun.
    pub at: Timestamp,
    /// Whether it came to its end.
    pub ended: bool,
}

/// How far a sweep has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SweepProgress {
    /// Places that answered.
    pub listed: usize,
    /// Places known so far.
    pub places: usize,
    /// Changes that were judged or kept.
    pub judged: usize,
    /// Changes known so far.
    pub changes: usize,
    /// Seconds left, by the pace so far, once there is one.
    pub left: Option<u64>,
    /// What was worked on last; outside text.
    pub current: String,
}
