//! What a change brings in that other code can pick up, and what its findings name.
//!
//! Read from the diff alone, so that a change is compared with any other without its repository. Whether two changes or two
//! places belong together is said by `links` and `across`.

pub mod hosts;
pub mod introduced;
pub mod mentions;
pub mod names;

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::check::FileOutcome;
use super::formats::secrets::veil::Veil;
use crate::model::change::Change;
use crate::model::finding::{Finding, Fingerprint};
use crate::model::rule::Severity;
use crate::model::thread::{Mention, Threads};

/// Findings of one change of which names are kept, the most serious first.
const MOST_MENTIONS: usize = 400;

/// The threads of `change` with these `findings`, of which `outcomes` know what they name; what `veil` hides is in none of them.
#[must_use]
pub fn of(change: &Change, outcomes: &mut [FileOutcome], findings: &[Finding], veil: &Veil) -> Threads {
    let telling: HashMap<&Fingerprint, Severity> = telling(findings).map(|(_, finding)| (&finding.id, finding.severity)).collect();
    let mut mentions: Vec<Mention> = outcomes.iter_mut().flat_map(|outcome| std::mem::take(&mut outcome.mentions)).collect();
    mentions.retain(|mention| telling.contains_key(&mention.finding));
    let known: HashSet<&Fingerprint> = mentions.iter().map(|mention| &mention.finding).collect();
    let others = findings.iter().filter(|finding| telling.contains_key(&finding.id) && !known.contains(&finding.id));
    let others = mentions::of_evidence(others);
    mentions.extend(others);
    mentions.sort_by_key(|mention| Reverse(telling.get(&mention.finding).copied()));
    mentions.truncate(MOST_MENTIONS);
    let introduced = introduced::of(change, outcomes, &mentions, veil);
    Threads { introduced, mentions }
}

/// Findings that are more than notes, each with its position.
pub fn telling(findings: &[Finding]) -> impl Iterator<Item = (usize, &Finding)> {
    findings.iter().enumerate().filter(|(_, finding)| finding.severity > Severity::Info)
}
