//! What somebody asks for, before the world was looked at.

use crate::model::decision::{Subject, Verb};
use crate::model::finding::Fingerprint;
use crate::model::pull::PullRef;
use crate::model::review::Disposition;
use crate::model::time::Timestamp;

/// One verb on one or several pulls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The verb.
    pub verb: Verb,
    /// What it is about, in the order given.
    pub targets: Vec<Target>,
    /// Why, in the reviewer's words; required by every verb but approve.
    pub reason: String,
    /// For approve: also merge.
    pub merge: bool,
    /// Names the reviewer typed to confirm them.
    pub confirmed: Vec<String>,
    /// When it was asked.
    pub at: Timestamp,
}

/// One pull as the reviewer saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its address. For a release, the name may be a case id or a branch, and the rest may be empty.
    pub pull: PullRef,
    /// The branch it comes from, short; empty where there is none.
    pub branch: String,
    /// The branch it would merge into or was merged into, short; empty where there is none.
    pub base: String,
    /// The exact bytes that were seen.
    pub subject: Subject,
    /// Findings that must be judged before approval.
    pub hard: Vec<Fingerprint>,
    /// How they were judged.
    pub dispositions: Vec<(Fingerprint, Disposition)>,
}
