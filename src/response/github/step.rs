//! One step at GitHub: looked whether it is so already, written once, looked again. What is said to be done was read.
//!
//! An answer that was lost is followed by a look: what can be repeated without harm is then sent once more, what would be there
//! twice is left open for a later start. Nothing is ever sent again without a look in between.

mod adding;
mod org;
mod review;
mod setting;
pub(crate) mod throttle;

use std::time::Duration;

use crate::model::forge::ForgeError;
use crate::model::forge_step::{Act, ForgeStep, Say, Spot};
use crate::model::response::{Strength, Trace};
use crate::model::time::Timestamp;
use crate::response::access::Access;
use crate::response::error::ResponseError;
use crate::response::github::ask::Ask;
use crate::response::github::work::{State, Work};
use crate::response::github::{look, revert};
use crate::response::responder::{Done, Turn};

/// How long the forge's copies are given to agree.
const MOMENT: Duration = Duration::from_millis(800);

/// How many seconds a decision that lets something in may wait for a later start.
const LASTS: u64 = 24 * 3600;

/// How the world is now.
fn look(work: &Work<'_>) -> Result<State, ForgeError> {
    match &work.step.act {
        Act::Review { .. } | Act::DismissReview { .. } => review::look(work),
        Act::Remark { .. } | Act::FileRemark { .. } | Act::Reply { .. } | Act::OpenPull { .. } | Act::RevertPull { .. } => {
            adding::look(work)
        }
        Act::PushRevert { onto, targets, branch } => revert::push::look(work, onto, targets, branch),
        Act::AgentAccess { .. } | Act::BlockAccount { .. } => org::look(work),
        Act::PullCap { .. } | Act::Narrow { .. } => throttle::look(work),
        _ => setting::look(work),
    }
}

/// Writes once.
fn write(work: &Work<'_>) -> Result<(), ForgeError> {
    match &work.step.act {
        Act::Review { .. } | Act::DismissReview { .. } => review::write(work),
        Act::Remark { .. } | Act::FileRemark { .. } | Act::Reply { .. } | Act::OpenPull { .. } | Act::RevertPull { .. } => {
            adding::write(work)
        }
        Act::PushRevert { onto, targets, branch } => revert::push::write(work, onto, targets, branch),
        Act::AgentAccess { .. } | Act::BlockAccount { .. } => org::write(work),
        Act::PullCap { .. } | Act::Narrow { .. } => throttle::write(work),
        _ => setting::write(work),
    }
}

/// Whether the switch `act` at `spot` would change nothing.
pub(crate) fn stands(ask: &Ask<'_>, spot: &Spot, act: &Act) -> Result<bool, ForgeError> {
    match act {
        Act::PullCap { .. } | Act::Narrow { .. } => throttle::is_so(ask, &spot.repo, act),
        _ => org::is_so(ask, act),
    }
}

/// Carries out `step`, or finds it done.
pub(crate) fn apply(ask: Ask<'_>, turn: &Turn<'_>, step: &ForgeStep, now: Timestamp) -> Result<Done, ResponseError> {
    let work = Work { ask, step, case: &turn.plan.case, index: turn.index };
    match look(&work) {
        Ok(State::So(made)) => return settled(&work, turn, Found(made), &turn.planned.says),
        Ok(State::Not) => {}
        Err(error) => return Err(unread(&error)),
    }
    unmoved(&work)?;
    if turn.again && lets_in(&step.act) && turn.plan.decision.at.until(now) > LASTS {
        return Err(ResponseError::Moved(
            "it was decided more than a day ago, so it is not done any more; look again and decide anew".to_owned(),
        ));
    }
    let tries = if step.act.adds() { 1 } else { 2 };
    let mut lost = String::new();
    for _ in 0..tries {
        let sent = write(&work);
        let says = &turn.planned.says;
        match (sent, look(&work)) {
            (Ok(()), Ok(State::So(made))) => return settled(&work, turn, Made(made), says),
            (Ok(()), Ok(State::Not)) => return accepted(&work, turn),
            (Ok(()), Err(error)) => return Err(ResponseError::Open(format!("it was sent, but could not be read again: {}", error.says()))),
            (Err(error), state) if error.is_open() => match state {
                Ok(State::So(made)) => return settled(&work, turn, Made(made), &format!("{says} (the answer was lost, but it is there)")),
                Ok(State::Not) => error.says().clone_into(&mut lost),
                Err(_) => return Err(ResponseError::Open(format!("whether it happened is not known: {}", error.says()))),
            },
            // Somebody else did it in between.
            (Err(_), Ok(State::So(made))) => return settled(&work, turn, Found(made), says),
            (Err(error @ (ForgeError::Limited { .. } | ForgeError::Offline(_))), _) => {
                return Err(ResponseError::Open(format!("not done yet: {}", error.says())));
            }
            (Err(error), _) => return Err(ResponseError::Forge(refused(&error, &step.act))),
        }
    }
    let says = format!("it is not there: {lost}");
    Err(if turn.again { ResponseError::Forge(says) } else { ResponseError::Open(says) })
}

use Origin::{Found, Made};

/// Whether a state was found or brought about.
enum Origin {
    Found(String),
    Made(String),
}

fn settled(work: &Work<'_>, turn: &Turn<'_>, origin: Origin, says: &str) -> Result<Done, ResponseError> {
    if let Act::Review { say: Say::Approve, .. } = work.step.act {
        review::still_there(work)?;
    }
    let strength = turn.planned.strength;
    let traced = |id: String| if id.is_empty() { Trace::Planned } else { Trace::Made(id) };
    Ok(match origin {
        Made(id) => Done { strength, says: says.to_owned(), trace: traced(id) },
        // An earlier try may have done it: the plan saw that it was not so.
        Found(id) if turn.again || work.step.act.adds() => Done { strength, says: format!("{says} (it is there)"), trace: traced(id) },
        Found(_) => Done { strength, says: format!("{says} (it was so already)"), trace: Trace::Found },
    })
}

/// The forge took it, and it does not show yet: its copies are sometimes a moment behind.
fn accepted(work: &Work<'_>, turn: &Turn<'_>) -> Result<Done, ResponseError> {
    std::thread::sleep(MOMENT);
    if let Ok(State::So(made)) = look(work) {
        return settled(work, turn, Made(made), &turn.planned.says);
    }
    match work.step.act {
        // A run ends when its machines notice.
        Act::CancelRun { run } => Ok(Done::new(
            Strength::Advisory.min(turn.planned.strength),
            format!("run {run} was told to stop; it had not stopped yet when read again"),
        )),
        _ => Err(ResponseError::Forge("the forge took it, but it does not show when read again; look there and try again".to_owned())),
    }
}

/// Whether it makes a pull enter its base, or lets it.
fn lets_in(act: &Act) -> bool {
    matches!(act, Act::Review { say: Say::Approve, .. } | Act::Merge { .. } | Act::Enqueue | Act::AutoMerge { on: true, .. })
}

/// What makes a pull enter its base is done only to the head that was seen.
fn unmoved(work: &Work<'_>) -> Result<(), ResponseError> {
    let pinned =
        matches!(work.step.act, Act::Review { say: Say::Approve, .. } | Act::Merge { .. } | Act::Enqueue | Act::AutoMerge { on: true, .. });
    if !pinned {
        return Ok(());
    }
    let spot = &work.step.spot;
    let (pull, _) = look::pull(&work.ask, &spot.repo, spot.pull).map_err(|error| unread(&error))?;
    let moved = pull.moved(spot.head.as_ref(), &spot.base, "since you looked");
    moved.map_or(Ok(()), |how| Err(ResponseError::Moved(format!("{how}; nothing was sent"))))
}

/// Reading did not work, so nothing was sent. What may work later stays open.
fn unread(error: &ForgeError) -> ResponseError {
    let says = format!("nothing was sent, because it could not be read first: {}", error.says());
    match error {
        ForgeError::Unauthorised(_) | ForgeError::Forbidden { .. } | ForgeError::NotFound(_) | ForgeError::Invalid(_) => {
            ResponseError::Forge(says)
        }
        _ => ResponseError::Open(says),
    }
}

/// The forge's refusal, with the permission by name where the forge leaves it out.
fn refused(error: &ForgeError, act: &Act) -> String {
    match error {
        ForgeError::Forbidden { permission, says } if permission.is_empty() => format!("{says} (it takes {})", Access::wanted(act)),
        error => error.says().to_owned(),
    }
}
