//! A decision for when the network is there: planned as one that waits, and kept in the ledger. Never sent from here.

use std::path::Path;

use crate::model::person::Proof;
use crate::model::pull::Origin;
use crate::model::response::{Plan, PlannedStep, Receipt, Step, StepOutcome, Strength, Trace};
use crate::model::time::Timestamp;
use crate::response::case::case_id;
use crate::response::error::ResponseError;
use crate::response::git;
use crate::response::request::Request;
use crate::response::signing::{self, Signing};
use crate::store::error::StoreError;
use crate::store::ledger::Ledger;
use crate::store::waiting::{self, Held};

/// A plan that keeps `request` until the forge can be reached, made by whom git's configuration at `place` names. `why` it waits
/// now, under which policy it was made, and by which account as far as that is known.
#[must_use]
pub fn plan(place: &Path, request: &Request, why: &str, policy_digest: &str, known: Option<Proof>) -> Plan {
    let targets = &request.targets;
    let mut decision = request.decided_by(git::person(place));
    let is_known = known.is_some();
    decision.reviewer.proofs.extend(known);
    for subject in &mut decision.subjects {
        policy_digest.clone_into(&mut subject.policy_digest);
    }
    let says = "keep this decision until the forge can be reached; head, findings and policy are looked at again before it is sent";
    let mut plan = Plan::new(case_id(&decision), decision);
    plan.steps = vec![PlannedStep::new(Step::Record, says, Strength::Advisory)];
    plan.warnings.push(why.to_owned());
    if !is_known && targets.iter().any(|target| target.pull.origin == Origin::Github) {
        plan.warnings.push("which account it is sent as is not known now: that of the token then".to_owned());
    }
    plan
}

/// Keeps the decision of `plan`, with what goes along in `request`. Signed now, by who decides now.
///
/// # Errors
/// When it cannot be signed by a person who signs, or the ledger cannot be written: then nothing waits.
pub fn keep(
    ledger: &mut Ledger,
    (place, signing): (&Path, Option<&Signing>),
    plan: &Plan,
    request: &Request,
    now: Timestamp,
) -> Result<Receipt, Refused> {
    let mut plan = Plan { warnings: Vec::new(), ..plan.clone() };
    let case = plan.case.clone();
    if let Some(signing) = signing {
        plan.decision.reviewer.proofs.extend(signing::proof(signing)?);
        plan = signing::seal(&plan, signing)?;
    }
    let held = Held {
        place: std::path::absolute(place).unwrap_or_else(|_| place.to_owned()).display().to_string(),
        decision: plan.decision,
        merge: request.merge,
        method: request.method,
        comments: request.comments.clone(),
        among: request.among,
    };
    let record = waiting::keep(ledger, now, &case, &held)?;
    let says = format!("it waits as {}; send it with: lazaret waiting send {}", case.0, case.0);
    Ok(Receipt {
        strength: Strength::Advisory,
        why: "the forge knows nothing of it yet".to_owned(),
        outcomes: vec![StepOutcome { index: 0, strength: Strength::Advisory, says, trace: Trace::Planned }],
        evidence: None,
        undo: Some(format!("lazaret waiting drop {}", case.0)),
        ledger_head: Some((record.seq, record.hash)),
        case,
    })
}

/// Why a decision could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// By the key.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// By the ledger.
    #[error(transparent)]
    Store(#[from] StoreError),
}
