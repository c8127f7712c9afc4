//! Steps that bring a pull into a state: label, draft, lock, auto-merge, queue, status, run, merge. Done twice, they are done once.

use std::time::Duration;

use serde_json::json;

use crate::model::forge::{ForgeError, Method};
use crate::model::forge_step::{Act, HOLD_CONTEXT};
use crate::response::facts::forge::{Phase, PullFacts};
use crate::response::github::look;
use crate::response::github::shapes::{Run, Thread, ThreadAnswer};
use crate::response::github::work::{State, Work};

const AUTO_MERGE_ON: &str = include_str!("../queries/auto_merge_on.graphql");
const AUTO_MERGE_OFF: &str = include_str!("../queries/auto_merge_off.graphql");
const ENQUEUE: &str = include_str!("../queries/enqueue.graphql");
const DEQUEUE: &str = include_str!("../queries/dequeue.graphql");
const DRAFT: &str = include_str!("../queries/draft.graphql");
const READY: &str = include_str!("../queries/ready.graphql");
const RESOLVE: &str = include_str!("../queries/resolve.graphql");
const UNRESOLVE: &str = include_str!("../queries/unresolve.graphql");
const THREAD: &str = include_str!("../queries/thread.graphql");

/// How often and how long a run is given to stop.
const STOPS: (u32, Duration) = (3, Duration::from_millis(700));

/// The colour and the words of a label that lazaret makes.
const LABEL: (&str, &str) = ("b60205", "Held by lazaret: not to be merged or run");

/// Whether it is so.
pub(super) fn look(work: &Work<'_>) -> Result<State, ForgeError> {
    let so = match &work.step.act {
        Act::Status { pass, .. } => {
            let status = look::status(&work.ask, &work.step.spot.repo, &work.head())?;
            status.is_some_and(|(passes, _)| passes == *pass)
        }
        Act::CancelRun { run } => stopped(work, *run)?,
        Act::Settle { thread, on } => {
            let answer: ThreadAnswer = work.ask.query(THREAD, &json!({ "id": thread }))?;
            let Some(Thread { is_resolved: Some(resolved) }) = answer.node else {
                return Err(ForgeError::NotFound("the thread is not there, or the token may not see it".to_owned()));
            };
            resolved == *on
        }
        act => {
            let (pull, _) = look::pull(&work.ask, &work.step.spot.repo, work.step.spot.pull)?;
            holds(act, &pull)
        }
    };
    Ok(if so { State::So(String::new()) } else { State::Not })
}

/// Whether `pull` is as `act` wants it.
fn holds(act: &Act, pull: &PullFacts) -> bool {
    match act {
        Act::Label { name, on } => pull.labels.iter().any(|label| label.eq_ignore_ascii_case(name)) == *on,
        Act::MakeLabel { .. } => pull.label_known,
        Act::Draft { on } => pull.draft == *on,
        Act::Lock { on } => pull.locked == *on,
        Act::AutoMerge { on, .. } => pull.auto_merge.is_some() == *on,
        Act::Enqueue => pull.queued || matches!(pull.phase, Phase::Merged(_)),
        Act::Dequeue => !pull.queued,
        Act::Merge { .. } => matches!(pull.phase, Phase::Merged(_)),
        _ => false,
    }
}

/// Whether the run is over, given a moment.
fn stopped(work: &Work<'_>, run: u64) -> Result<bool, ForgeError> {
    let state: Run = work.ask.read(&work.route(&format!("actions/runs/{run}")))?;
    Ok(state.status.as_deref() == Some("completed"))
}

/// Brings it about.
pub(super) fn write(work: &Work<'_>) -> Result<(), ForgeError> {
    let (ask, id) = (&work.ask, json!({ "id": work.step.spot.node }));
    match &work.step.act {
        Act::AutoMerge { on: true, method } => {
            let variables = json!({ "id": work.step.spot.node, "head": work.head(), "method": method.word().to_ascii_uppercase() });
            ask.mutate(AUTO_MERGE_ON, &variables).map(drop)
        }
        Act::AutoMerge { on: false, .. } => ask.mutate(AUTO_MERGE_OFF, &id).map(drop),
        Act::Enqueue => ask.mutate(ENQUEUE, &json!({ "id": work.step.spot.node, "head": work.head() })).map(drop),
        Act::Dequeue => ask.mutate(DEQUEUE, &id).map(drop),
        Act::Draft { on } => ask.mutate(if *on { DRAFT } else { READY }, &id).map(drop),
        Act::Settle { thread, on } => ask.mutate(if *on { RESOLVE } else { UNRESOLVE }, &json!({ "id": thread })).map(drop),
        _ => rest(work),
    }
}

fn rest(work: &Work<'_>) -> Result<(), ForgeError> {
    let (method, route, body) = match &work.step.act {
        Act::Merge { method } => {
            (Method::Put, work.below("pulls", "merge"), Some(json!({ "sha": work.head(), "merge_method": method.word() })))
        }
        Act::CancelRun { run } => return cancel(work, *run),
        Act::Status { pass, says } => {
            let state = if *pass { "success" } else { "failure" };
            let body = json!({ "state": state, "context": HOLD_CONTEXT, "description": says });
            (Method::Post, work.route(&format!("statuses/{}", work.head())), Some(body))
        }
        Act::Label { name, on: true } => (Method::Post, work.below("issues", "labels"), Some(json!({ "labels": [name] }))),
        Act::Label { name, on: false } => (Method::Delete, look::label_route(&work.step.spot, name), None),
        Act::MakeLabel { name } => {
            let (color, description) = LABEL;
            (Method::Post, work.route("labels"), Some(json!({ "name": name, "color": color, "description": description })))
        }
        Act::Lock { on: true } => (Method::Put, work.below("issues", "lock"), Some(json!({}))),
        Act::Lock { on: false } => (Method::Delete, work.below("issues", "lock"), None),
        act => return Err(ForgeError::Invalid(format!("{act:?} is no state of a pull"))),
    };
    work.ask.write(method, route, body.as_ref()).map(drop)
}

/// Tells a run to stop and gives it a moment to do so.
fn cancel(work: &Work<'_>, run: u64) -> Result<(), ForgeError> {
    work.ask.write(Method::Post, work.route(&format!("actions/runs/{run}/cancel")), None)?;
    let (times, pause) = STOPS;
    for _ in 0..times {
        // The forge took it: a look that fails is no failure of the write, and the step looks once more itself.
        match stopped(work, run) {
            Ok(false) => std::thread::sleep(pause),
            Ok(true) | Err(_) => break,
        }
    }
    Ok(())
}
