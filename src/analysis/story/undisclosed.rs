//! Weighty facts of a change that no word of its message speaks of.
//!
//! The facts are exact, and so is their weight; that they are unsaid is a hint. Words are looked for anywhere in the message but its trailers.

mod added;
mod binaries;
mod configuration;
mod defaults;
mod hosts;
mod kinds;
mod mention;
mod tools;

use self::mention::Mentioned;
use super::facts::{Facts, MOST_PLACES};
use crate::model::finding::Finding;
use crate::model::rule::Severity;
use crate::model::story::Undisclosed;

/// What the message does not mention.
#[must_use]
pub fn facts(facts: &Facts<'_>, findings: &[Finding]) -> Vec<Undisclosed> {
    let mentioned = Mentioned::of(facts.change);
    let mut unsaid = kinds::facts(&mentioned, findings);
    let told = unsaid.iter().any(|one| one.fact == kinds::CONFIGURATION);
    unsaid.extend(configuration::fact(facts, &mentioned).filter(|_| !told));
    unsaid.extend(hosts::fact(&mentioned, findings));
    unsaid.extend(binaries::fact(facts, &mentioned));
    unsaid.extend(defaults::fact(facts, &mentioned));
    unsaid.extend(added::fact(facts, &mentioned));
    unsaid.extend(tools::facts(facts, &mentioned));
    unsaid
}

/// A fact with some of its places, when there are any.
fn unsaid(fact: String, severity: Severity, mut places: Vec<String>) -> Option<Undisclosed> {
    places.truncate(MOST_PLACES);
    (!places.is_empty()).then_some(Undisclosed { fact, severity, places })
}

/// The first few of `names`, each once, joined.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut known: Vec<&str> = Vec::new();
    for name in names {
        if !known.contains(&name) && known.len() < MOST_PLACES {
            known.push(name);
        }
    }
    known.join(", ")
}
