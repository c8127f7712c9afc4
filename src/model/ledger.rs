//! A record of the ledger as people read it. Its stored shape is `store/schema`'s.

use super::decision::Verb;
use super::response::CaseId;
use super::time::Timestamp;

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// A plan is about to be carried out.
    Intent,
    /// One step was carried out, or failed.
    Outcome,
    /// All steps are done and were re-read.
    Closed,
    /// A plan that was cut short was finished or undone at a later start.
    Resumed,
    /// A decision was made without the network and waits to be sent.
    Waiting,
    /// A waiting decision held when it was looked at again, and was sent.
    Sent,
    /// A waiting decision held no longer and was given back to its person.
    Returned,
    /// A waiting decision was taken back by its person.
    Dropped,
}

impl RecordKind {
    /// All, in the order they happen.
    pub const ALL: [Self; 8] =
        [Self::Intent, Self::Outcome, Self::Closed, Self::Resumed, Self::Waiting, Self::Sent, Self::Returned, Self::Dropped];

    /// The word of listings and the stored shape.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Intent => "intent",
            Self::Outcome => "outcome",
            Self::Closed => "closed",
            Self::Resumed => "resumed",
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Returned => "returned",
            Self::Dropped => "dropped",
        }
    }

    /// The kind called `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One link of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The case it belongs to.
    pub case: CaseId,
    /// What it says.
    pub kind: RecordKind,
    /// The verb of its case.
    pub verb: Verb,
    /// Who acted.
    pub actor: String,
    /// The repository and pulls it is about, for people.
    pub subject: String,
    /// What happened, in one sentence.
    pub says: String,
    /// Lower-case hexadecimal SHA-256 over this record and the one before it.
    pub hash: String,
}

/// What a walk along the chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainState {
    /// Every link holds: how many, and the hash of the last, to be anchored elsewhere if truncation matters.
    Whole {
        /// Records.
        records: u64,
        /// Hash of the last; empty without records.
        head: String,
    },
    /// The first link that does not hold.
    Broken {
        /// Its number.
        seq: u64,
        /// Why, in one sentence.
        why: String,
    },
}
