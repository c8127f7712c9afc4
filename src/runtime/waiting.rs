//! Decisions that wait for the network: kept as they were made, looked at again before they are sent, and given back when what
//! they were about is not what it was. Never sent on what was seen then.

use std::path::Path;

use crate::model::ban::Ban;
use crate::model::cancel::Cancel;
use crate::model::decision::{Decision, Reviewer, Subject, Verb};
use crate::model::person::{Alike, Proof, compare};
use crate::model::pull::PullRef;
use crate::model::response::{CaseId, People, Plan, Receipt};
use crate::model::waiting::Waiting;
use crate::response::git;
use crate::response::policy::still_holds;
use crate::response::request::{Request, Target};
use crate::response::signing;
use crate::runtime::case_decisions::{CaseDecisions, DecisionError};
use crate::runtime::judging::judged;
use crate::runtime::policy::UNREAD;
use crate::runtime::seen::{kept_report, readable, refused, target};
use crate::runtime::signing::Seat;
use crate::sources::source::{Source, SourceError};
use crate::store::waiting::{self, End, Held};

/// What became of a waiting decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// It held and was sent.
    Sent(Box<Receipt>),
    /// It holds no longer: why. It was not sent, and waits no more.
    Returned(String),
    /// It could not be looked at yet: why. It waits on.
    Waits(String),
}

/// What waits, oldest first.
///
/// # Errors
/// When the ledger cannot be read.
pub fn list(decisions: &CaseDecisions) -> Result<Vec<Waiting>, DecisionError> {
    Ok(decisions.waits()?.iter().map(|(case, held)| shown(case, held)).collect())
}

fn shown(case: &CaseId, held: &Held) -> Waiting {
    let decision = &held.decision;
    Waiting {
        case: case.clone(),
        verb: decision.verb,
        pulls: decision.pulls.clone(),
        subject: decision.pulls.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        reason: decision.reason.clone(),
        at: decision.at,
        trouble: String::new(),
    }
}

/// Takes back what waits under `case`.
///
/// # Errors
/// When nothing does, or the ledger cannot be written.
pub fn drop(decisions: &CaseDecisions, case: &CaseId, reason: &str) -> Result<(), DecisionError> {
    let held = found(decisions, case)?;
    let says = if reason.trim().is_empty() { "taken back" } else { reason.trim() };
    waiting::settle(&mut decisions.ledger()?, decisions.now(), (case, &held), End::Dropped, says)?;
    Ok(())
}

fn found(decisions: &CaseDecisions, case: &CaseId) -> Result<Held, DecisionError> {
    let held = decisions.waits()?.into_iter().find(|(known, _)| known == case);
    held.map(|(_, held)| held).ok_or_else(|| DecisionError::NotWaiting(case.clone()))
}

/// Looks again at what waits under `case` and sends it if it still holds.
///
/// # Errors
/// When nothing waits there, somebody else made it, or the ledger cannot be used.
pub fn send(decisions: &CaseDecisions, case: &CaseId, cancel: &Cancel) -> Result<Sending, DecisionError> {
    let held = found(decisions, case)?;
    if !decisions.is_of_here(&held) {
        return Ok(Sending::Waits(format!("it was decided elsewhere, and is looked at again there: lazaret waiting send {}", case.0)));
    }
    if let Err(why) = is_mine(decisions, case, &held) {
        return Ok(Sending::Waits(why));
    }
    let sending = match again(decisions, case, &held, cancel) {
        Ok((request, reports)) => go(decisions, (&request, &held.decision.reviewer), reports, cancel)?,
        Err(Moved::Away(why)) => Sending::Waits(why),
        Err(Moved::Gone(why)) => Sending::Returned(why),
        Err(Moved::Failed(error)) => return Err(error),
    };
    let (end, says) = match &sending {
        Sending::Sent(receipt) => (End::Sent, format!("sent as case {}: {}", receipt.case.0, receipt.strength.word())),
        Sending::Returned(why) => (End::Returned, why.clone()),
        Sending::Waits(_) => return Ok(sending),
    };
    waiting::settle(&mut decisions.ledger()?, decisions.now(), (case, &held), end, &says)?;
    Ok(sending)
}

/// Only who decided sends it, and only what they decided.
fn is_mine(decisions: &CaseDecisions, case: &CaseId, held: &Held) -> Result<(), String> {
    let place = Path::new(&held.place);
    let mut me: Reviewer = git::person(place);
    let Seat { signing, allowed, .. } = decisions.signing_at(place).map_err(|error| error.to_string())?;
    me.proofs.extend(signing.and_then(|signing| signing::proof(&signing).ok().flatten()));
    let theirs = &held.decision.reviewer;
    if compare(&theirs.proofs, &me.proofs) == Alike::Different || theirs.identity != me.identity {
        return Err(format!("{} made it, and only they can send it", theirs.identity));
    }
    let plan = Plan { people: People::One, ..Plan::new(case.clone(), held.decision.clone()) };
    signing::verify(&plan, allowed.as_deref())
}

/// Why a waiting decision is not sent.
enum Moved {
    /// The world cannot be looked at yet.
    Away(String),
    /// It is not what it was.
    Gone(String),
    /// Something of our own failed.
    Failed(DecisionError),
}

/// The request as it would be made today, if today is still what was decided on.
fn again(decisions: &CaseDecisions, case: &CaseId, held: &Held, cancel: &Cancel) -> Result<(Request, Vec<Vec<u8>>), Moved> {
    let decision = &held.decision;
    let (mut targets, mut reports) = (Vec::new(), Vec::new());
    for (pull, subject) in decision.pulls.iter().zip(&decision.subjects) {
        if decision.verb == Verb::Release {
            unmoved(decisions, (pull, subject), cancel)?;
            targets.push(Target { subject: subject.clone(), ..Target::unseen(pull.clone()) });
            reports.push(Vec::new());
            continue;
        }
        let source = decisions.source().ok_or(Moved::Failed(DecisionError::Homeless))?;
        let (mut target, report, bans) = look(source, decisions, (pull, decision), cancel)?;
        target.refused = bans;
        targets.push(target);
        reports.push(report);
    }
    let request = Request {
        merge: held.merge,
        method: held.method,
        comments: held.comments.clone(),
        confirmed: decision.confirmed.clone(),
        among: held.among.max(targets.len()),
        ..Request::new(decision.verb, targets, decision.reason.clone(), decision.at)
    };
    let mut today = Decision { at: decisions.now(), subjects: Vec::new(), ..decision.clone() };
    today.subjects = request.targets.iter().map(|target| target.subject.clone()).collect();
    let lasts = decisions.note_policy(&request, &mut today);
    if decision.verb == Verb::Quarantine {
        held_heads(decision, &today).map_err(Moved::Gone)?;
    } else if decision.verb != Verb::Release {
        still_holds(&informed(decision, &today), &today, lasts, today.at)
            .map_err(|why| Moved::Gone(format!("{} is not what it was: {why}", case.0)))?;
    } else if today.at.0 - decision.at.0 > lasts {
        return Err(Moved::Gone(format!("it was made more than {} hours ago", lasts / 3600)));
    }
    Ok((request, reports))
}

/// A decision made while the policy could not be read is judged by today's, as every plan is; it does not fail for not having known.
fn informed(then: &Decision, today: &Decision) -> Decision {
    let mut then = then.clone();
    for (subject, now) in then.subjects.iter_mut().zip(&today.subjects) {
        if subject.policy_digest == UNREAD {
            subject.policy_digest.clone_from(&now.policy_digest);
        }
    }
    then
}

/// What holds things asks only for the head: no policy, rule or hour may end a containment.
fn held_heads(then: &Decision, today: &Decision) -> Result<(), String> {
    let heads = |decision: &Decision| decision.subjects.iter().map(|subject| subject.revision.head.clone()).collect::<Vec<_>>();
    if heads(then) == heads(today) { Ok(()) } else { Err("its head moved since; look at it and hold what is there now".to_owned()) }
}

/// A release lets go what was held and seen: not what was pushed there since.
fn unmoved(decisions: &CaseDecisions, (pull, subject): (&PullRef, &Subject), cancel: &Cancel) -> Result<(), Moved> {
    let (Some(source), Some(seen)) = (decisions.source(), &subject.revision.head) else { return Ok(()) };
    let now = match source.pull(pull, cancel) {
        Ok(now) => now,
        Err(SourceError::NotFound(why)) => return Err(Moved::Gone(why)),
        Err(why) => return Err(Moved::Away(why.to_string())),
    };
    let Some(now) = now else { return Ok(()) };
    if now.standing.as_ref().is_some_and(|standing| standing.stale) {
        return Err(Moved::Away(format!("{pull} was read from what was kept: the forge cannot be reached yet")));
    }
    if now.revision.head.as_ref() == Some(seen) {
        Ok(())
    } else {
        Err(Moved::Gone(format!("the head of {pull} moved since; look at it before it is let go")))
    }
}

/// One pull as it is today.
fn look(
    source: &dyn Source,
    decisions: &CaseDecisions,
    (at, decision): (&PullRef, &Decision),
    cancel: &Cancel,
) -> Result<(Target, Vec<u8>, Vec<Ban>), Moved> {
    let change = match source.change(at, cancel) {
        Ok(change) => change,
        Err(SourceError::NotFound(why)) => return Err(Moved::Gone(why)),
        Err(why) => return Err(Moved::Away(why.to_string())),
    };
    if change.pull.standing.as_ref().is_some_and(|standing| standing.stale) {
        return Err(Moved::Away(format!("{at} was read from what was kept: the forge cannot be reached yet")));
    }
    readable(decision.verb, &change).map_err(|why| Moved::Gone(why.to_string()))?;
    let engine = decisions.engine();
    let report = judged(&engine, source, &change, cancel).map_err(|_| Moved::Away(format!("looking at {at} again was stopped")))?;
    let bans = refused(&change, &decisions.bans().map_err(Moved::Failed)?);
    Ok((target(&change, &report, &decision.dispositions), kept_report(&change, &report, &engine), bans))
}

/// Plans and carries out.
fn go(
    decisions: &CaseDecisions,
    (request, reviewer): (&Request, &Reviewer),
    reports: Vec<Vec<u8>>,
    cancel: &Cancel,
) -> Result<Sending, DecisionError> {
    let plan = match decisions.plan_request(request, reports) {
        Ok(plan) => plan,
        Err(error) if error.is_away() => return Ok(Sending::Waits(error.to_string())),
        Err(error) => return Err(error),
    };
    if compare(&accounts(reviewer), &accounts(&plan.decision.reviewer)) == Alike::Different {
        let made = accounts(reviewer).first().map(Proof::words).unwrap_or_default();
        return Ok(Sending::Waits(format!("{made} made it, and this token is another's: only they can send it")));
    }
    if let Some(refusal) = plan.refusals.first() {
        return Ok(Sending::Returned(refusal.clone()));
    }
    if let Some(conflict) = plan.conflicts.first() {
        return Ok(Sending::Returned(format!("{} conflicts with what is there now", conflict.commit.short())));
    }
    if let Some(word) = plan.unconfirmed().first() {
        return Ok(Sending::Returned(format!("the policy asks to type the name {word}; decide again")));
    }
    match decisions.carry_out_plan(&plan, cancel) {
        Ok(receipt) => Ok(Sending::Sent(Box::new(receipt))),
        Err(error) if error.is_away() => Ok(Sending::Waits(error.to_string())),
        Err(error) => Err(error),
    }
}

/// The accounts that show who somebody is.
fn accounts(reviewer: &Reviewer) -> Vec<Proof> {
    reviewer.proofs.iter().filter(|proof| matches!(proof, Proof::Account { .. })).cloned().collect()
}
