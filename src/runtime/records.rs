//! What lazaret's own records say of pulls of a forge: whose agent is blocked, which wait for a second person. Never what the
//! first one said.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::model::ban::Ban;
use crate::model::policy::HOURS;
use crate::model::pull::Pull;
use crate::model::response::{CaseId, People};
use crate::model::standing::Refused;
use crate::model::time::Timestamp;
use crate::response::bans;
use crate::response::journal::{Case, Journal as _};
use crate::response::policy::named;
use crate::runtime::journal::LedgerJournal;
use crate::store::ledger::Ledger;

/// The records in a ledger.
#[derive(Clone, Debug)]
pub struct Records {
    ledger: PathBuf,
    clock: fn() -> Timestamp,
}

impl Records {
    /// Those of the ledger at this path, which need not be there yet.
    #[must_use]
    pub fn new(ledger: PathBuf, clock: fn() -> Timestamp) -> Self {
        Self { ledger, clock }
    }

    /// Notes at each of `pulls` what the records say of it.
    ///
    /// # Errors
    /// When the ledger is there and cannot be read: one sentence.
    pub fn mark(&self, pulls: &mut [Pull]) -> Result<(), String> {
        if !self.ledger.exists() || pulls.iter().all(|pull| pull.standing.is_none()) {
            return Ok(());
        }
        let ledger = Ledger::open(&self.ledger).map_err(|error| error.to_string())?;
        let cases = LedgerJournal::new(ledger, self.clock).cases().map_err(|error| error.to_string())?;
        note(&cases, &bans::standing(&cases), (self.clock)(), pulls);
        Ok(())
    }
}

fn note(cases: &[Case], bans: &[Ban], now: Timestamp, pulls: &mut [Pull]) {
    let halves = halves(cases, now);
    for pull in pulls {
        let blocked = Ban::meeting(bans, pull).map(|ban| Refused { what: ban.what.kind(), says: ban.says() });
        let second = halves.contains(&named(&pull.at));
        if let Some(standing) = &mut pull.standing {
            standing.blocked = blocked;
            standing.second = second;
        }
    }
}

/// What first halves of decisions are about that nobody completed, as long as such a half holds.
fn halves(cases: &[Case], now: Timestamp) -> BTreeSet<String> {
    let completed: BTreeSet<&CaseId> = cases
        .iter()
        .filter_map(|case| match &case.plan.people {
            People::Second(first) => Some(first),
            _ => None,
        })
        .collect();
    let holds = |case: &&Case| case.plan.decision.at.until(now) <= u64::from(HOURS) * 3_600 && !completed.contains(&case.plan.case);
    let about = cases.iter().filter(holds).filter_map(|case| match &case.plan.people {
        People::First(about) => Some(about),
        _ => None,
    });
    about.flatten().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::decision::{Decision, Reviewer, Verb};
    use crate::model::response::Plan;

    fn case(id: &str, people: People) -> Case {
        let decision = Decision {
            verb: Verb::Approve,
            pulls: Vec::new(),
            subjects: Vec::new(),
            reviewer: Reviewer::default(),
            reason: String::new(),
            dispositions: Vec::new(),
            rules: Default::default(),
            rules_in_force: String::new(),
            confirmed: Vec::new(),
            at: Timestamp(1_000),
            signature: None,
        };
        let plan = Plan { people, ..Plan::new(CaseId(id.to_owned()), decision) };
        Case { repository: String::new(), plan, outcomes: Vec::new(), ended: true }
    }

    #[test]
    fn a_first_half_waits_until_it_is_completed_or_too_old() {
        let first = case("Q-1", People::First(vec!["acme/api\n#7".to_owned()]));
        let waits = |cases: &[Case], now| !halves(cases, Timestamp(now)).is_empty();
        assert!(waits(std::slice::from_ref(&first), 2_000));
        assert!(!waits(std::slice::from_ref(&first), 2_000 + 25 * 3_600));
        assert!(!waits(&[first, case("Q-2", People::Second(CaseId("Q-1".to_owned())))], 2_000));
    }
}
