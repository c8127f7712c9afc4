//! What earlier commits of a repository show of those who made them: addresses, dates, the offsets of their clocks, messages. All of it is claimed.

use std::collections::BTreeMap;

use super::commit_id::CommitId;
use super::time::Timestamp;

/// One earlier commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Habit {
    /// Who wrote it: an address in lower case.
    pub author: String,
    /// Who committed it: an address in lower case.
    pub committer: String,
    /// When it was written.
    pub authored: Timestamp,
    /// By how many minutes its author's clock was ahead of UTC.
    pub zone: i32,
    /// What it says, cut short; outside text.
    pub message: String,
}

/// The commits of a change beside earlier ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// By how many minutes the author's clock was ahead of UTC, for commits of the change.
    pub zones: BTreeMap<CommitId, i32>,
    /// Commits before the change, the latest first, merges left out; empty where they were not read.
    pub before: Vec<Habit>,
}
