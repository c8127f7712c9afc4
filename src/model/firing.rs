//! That a rule which only correlations count fired: when, where, and what it is told apart by. Never whether that means anything.

use std::collections::BTreeMap;

use super::finding::Where;
use super::time::Timestamp;

/// One time that a rule fired.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Firing {
    /// When, as far as anybody says.
    pub at: Timestamp,
    /// The id of the rule, as its file has it.
    pub rule: String,
    /// Where; a second time at the same place is the same.
    pub place: Where,
    /// What stands there, secrets already redacted; outside text.
    pub shows: String,
    /// The fields that correlations group and count by; outside text.
    pub values: BTreeMap<String, String>,
}
