//! Whether what the ledger's decisions claim can be shown: their signatures, and that two people were two.

use std::path::Path;

use crate::model::person::{Alike, compare};
use crate::model::response::{CaseId, People};
use crate::response::case::is_case_id;
use crate::response::journal::Case;
use crate::response::policy::still_holds;
use crate::response::signing;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Signatures that hold.
    pub signed: usize,
    /// Decisions of two people that are shown to be two.
    pub pairs: usize,
    /// What does not hold, each with its case.
    pub problems: Vec<(CaseId, String)>,
}

/// Looks at every decision among `cases`; `allowed` is the file of allowed signers.
#[must_use]
pub fn check(cases: &[Case], allowed: Option<&Path>) -> Checked {
    let mut checked = Checked::default();
    for case in cases {
        let plan = &case.plan;
        let mut problem = |why: String| checked.problems.push((plan.case.clone(), why));
        match signing::verify(plan, allowed) {
            Err(why) => problem(why),
            Ok(()) => checked.signed += usize::from(plan.decision.signature.is_some()),
        }
        if let People::Second(first) = &plan.people
            && is_case_id(&first.0)
        {
            match pair(cases, case, first) {
                Ok(()) => checked.pairs += 1,
                Err(why) => checked.problems.push((plan.case.clone(), why)),
            }
        }
    }
    checked
}

/// Whether `second` came after a first decision of another person about the same.
fn pair(cases: &[Case], second: &Case, first: &CaseId) -> Result<(), String> {
    let found = cases.iter().find(|case| case.plan.case == *first);
    let first = found.ok_or_else(|| format!("the first decision {} that it completes is not in this ledger", first.0))?;
    if !matches!(first.plan.people, People::First(_)) || first.plan.decision.verb != second.plan.decision.verb {
        return Err(format!("{} is no first decision of two that it could complete", first.plan.case.0));
    }
    let (one, two) = (&first.plan.decision, &second.plan.decision);
    if compare(&one.reviewer.proofs, &two.reviewer.proofs) != Alike::Different {
        return Err(format!("nothing shows that whoever decided {} was another person", first.plan.case.0));
    }
    // How long a first decision holds was the policy's to say then; what it was about is not.
    still_holds(one, two, i64::MAX, two.at).map_err(|why| format!("{} was about something else: {why}", first.plan.case.0))
}
