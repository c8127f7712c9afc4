//! What became of changes by decisions made here, counted from the cases of the ledger: there is no second book.

use std::collections::{BTreeMap, BTreeSet};

use super::cases;
use super::error::StoreError;
use super::ledger::Ledger;
use crate::model::decision::Verb;
use crate::model::observed::Fate;
use crate::model::response::Strength;

/// The fate of every exact head that a case of `ledger` carried something out on. A hold that was released is none.
///
/// # Errors
/// When the ledger cannot be read, or a payload makes no sense.
pub fn of(ledger: &Ledger) -> Result<BTreeMap<String, Fate>, StoreError> {
    let mut fates: BTreeMap<String, Fate> = BTreeMap::new();
    let mut held: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for case in cases::all(ledger)? {
        let done = case.ended && case.outcomes.iter().any(|outcome| outcome.strength != Strength::Failed);
        let decision = &case.plan.decision;
        if !done {
            continue;
        }
        for (pull, subject) in decision.pulls.iter().zip(&decision.subjects) {
            let head = subject.revision.head.as_ref().map(|head| head.as_str().to_owned());
            let repository = &case.repository;
            match decision.verb {
                // It names what was held, or the case that held it.
                Verb::Release => {
                    let places = [pull.to_string(), pull.name.clone()].map(|name| (repository.clone(), name));
                    for head in places.iter().filter_map(|place| held.remove(place)).flatten() {
                        fates.entry(head).or_default().held = false;
                    }
                }
                Verb::Quarantine => {
                    for name in [pull.to_string(), case.plan.case.0.clone()] {
                        held.entry((repository.clone(), name)).or_default().extend(head.clone());
                    }
                    head.into_iter().for_each(|head| fates.entry(head).or_default().held = true);
                }
                Verb::Approve => head.into_iter().for_each(|head| fates.entry(head).or_default().approved = true),
                Verb::Revert => head.into_iter().for_each(|head| fates.entry(head).or_default().reverted = true),
                _ => {}
            }
        }
    }
    Ok(fates)
}
