//! Switches of a repository that hold for everybody: how many open pulls one account may have, who may take part.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::model::forge::{ForgeError, Method};
use crate::model::forge_step::Act;
use crate::response::github::ask::Ask;
use crate::response::github::work::{State, Work};
use crate::response::words::one_line;

#[derive(Deserialize)]
struct Cap {
    enabled: bool,
    #[serde(default)]
    max_open_pull_requests: u32,
}

/// Empty where nothing is narrowed.
#[derive(Deserialize)]
struct Narrowed {
    #[serde(default)]
    limit: String,
    #[serde(default)]
    origin: String,
}

fn caps(repo: &str) -> String {
    format!("/repos/{repo}/interaction-limits/pulls/creation-cap")
}

fn limits(repo: &str) -> String {
    format!("/repos/{repo}/interaction-limits")
}

/// The most pulls that one account may have open now.
pub(crate) fn cap(ask: &Ask<'_>, repo: &str) -> Result<Option<u32>, ForgeError> {
    let cap: Cap = ask.read(&caps(repo))?;
    Ok(cap.enabled.then_some(cap.max_open_pull_requests))
}

/// Whether it is as wanted.
pub(super) fn look(work: &Work<'_>) -> Result<State, ForgeError> {
    Ok(if is_so(&work.ask, &work.step.spot.repo, &work.step.act)? { State::So(String::new()) } else { State::Not })
}

/// Whether `act` would change nothing. What somebody else set in the meantime is theirs, and an error.
pub(super) fn is_so(ask: &Ask<'_>, repo: &str, act: &Act) -> Result<bool, ForgeError> {
    match act {
        Act::PullCap { most, before } => match cap(ask, repo)? {
            now if now == *most => Ok(true),
            now if now == *before => Ok(false),
            now => {
                let says = now.map_or_else(|| "is off".to_owned(), |now| format!("is {now}"));
                Err(ForgeError::Invalid(format!("somebody changed the cap of open pulls of {repo}: it {says} now, and is left so")))
            }
        },
        Act::Narrow { limit, on } => {
            let now: Narrowed = ask.read(&limits(repo))?;
            let ours = now.limit == limit.circle.word() && now.origin == "repository";
            match (now.limit.is_empty(), ours) {
                (true, _) => Ok(!on),
                (_, true) => Ok(*on),
                _ => Err(ForgeError::Invalid(format!(
                    "taking part in {repo} is limited already, to {} by the {}; that is left so",
                    one_line(&now.limit),
                    one_line(&now.origin)
                ))),
            }
        }
        _ => Ok(false),
    }
}

/// Brings it about.
pub(super) fn write(work: &Work<'_>) -> Result<(), ForgeError> {
    let repo = &work.step.spot.repo;
    let (method, route, body): (_, _, Option<Value>) = match &work.step.act {
        Act::PullCap { most: Some(most), .. } => {
            (Method::Patch, caps(repo), Some(json!({ "enabled": true, "max_open_pull_requests": most })))
        }
        Act::PullCap { most: None, .. } => (Method::Patch, caps(repo), Some(json!({ "enabled": false }))),
        Act::Narrow { limit, on: true } => {
            (Method::Put, limits(repo), Some(json!({ "limit": limit.circle.word(), "expiry": limit.lasting.word() })))
        }
        Act::Narrow { on: false, .. } => (Method::Delete, limits(repo), None),
        act => return Err(ForgeError::Invalid(format!("{act:?} is no switch of a repository"))),
    };
    work.ask.write(method, route, body.as_ref()).map(drop)
}
