//! A decision that was made without the network and waits to be sent, as a list shows it. Never how it is kept.

use super::case_id::CaseId;
use super::decision::Verb;
use super::pull::PullRef;
use super::time::Timestamp;

/// A waiting decision. Before it is sent, head, findings and policy are looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its case.
    pub case: CaseId,
    /// The verb.
    pub verb: Verb,
    /// The pulls it is about.
    pub pulls: Vec<PullRef>,
    /// What it is about, for people.
    pub subject: String,
    /// Why, in the words of whoever decided.
    pub reason: String,
    /// When it was made.
    pub at: Timestamp,
    /// Why it could not be sent when that was last tried; empty when it was not.
    pub trouble: String,
}
