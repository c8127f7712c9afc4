//! One question to the forge, and its answer as a shape of ours. Never what is asked.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::cancel::Cancel;
use crate::model::forge::{Answer, Call, Forge, ForgeError, GraphError, Query};
use crate::model::time::Timestamp;

/// Why an answer that was kept is none, where only the newest will do.
pub(super) const STALE: &str = "the forge could not be asked, and what was kept of it may be old";

/// A GraphQL answer that holds data.
pub(super) struct Reply<T> {
    /// The data.
    pub(super) data: T,
    /// What went wrong in parts of it.
    pub(super) errors: Vec<GraphError>,
    /// When it was read.
    pub(super) read: Timestamp,
    /// Whether it comes from the cache because the forge could not be asked.
    pub(super) stale: bool,
}

/// Asks by GraphQL. `what` names the thing asked for, for people.
///
/// # Errors
/// When there is no answer, or its `data` is `null` or of another shape: then with GitHub's own first error.
pub(super) fn graph<T: DeserializeOwned>(
    forge: &dyn Forge,
    document: &'static str,
    variables: &Value,
    what: &str,
    cancel: &Cancel,
) -> Result<Reply<T>, ForgeError> {
    let answer = forge.query(&Query { document, variables: variables.to_string(), mutation: false }, cancel)?;
    match serde_json::from_slice::<Option<T>>(&answer.data) {
        Ok(Some(data)) => Ok(Reply { data, errors: answer.errors, read: answer.read, stale: answer.stale }),
        _ if !answer.errors.is_empty() => Err(refused(&answer.errors, what)),
        Ok(None) => Err(ForgeError::Garbled(format!("{} answered nothing about {what}: try again", forge.host()))),
        Err(why) => Err(garbled(forge, what, &why)),
    }
}

/// GitHub's first error, as the error of a request.
pub(super) fn refused(errors: &[GraphError], what: &str) -> ForgeError {
    let Some(first) = errors.first() else { return ForgeError::NotFound(format!("{what} is not there")) };
    let says = || format!("{what} cannot be read: GitHub says {:?}", first.message);
    match first.kind.as_str() {
        "NOT_FOUND" => ForgeError::NotFound(format!("there is no {what} that this token can see: check the name and the token's access")),
        "FORBIDDEN" | "INSUFFICIENT_SCOPES" => ForgeError::Forbidden { permission: String::new(), says: says() },
        _ => ForgeError::Invalid(says()),
    }
}

/// Reads one page of REST.
///
/// # Errors
/// When there is no answer, or it has another shape.
pub(super) fn rest<T: DeserializeOwned>(forge: &dyn Forge, route: &str, what: &str, cancel: &Cancel) -> Result<(T, Answer), ForgeError> {
    let answer = forge.call(&Call::get(route), cancel)?;
    let data = serde_json::from_slice(&answer.body).map_err(|why| garbled(forge, what, &why))?;
    Ok((data, answer))
}

/// A list that GitHub sends bare, or inside an object with its count.
#[derive(Deserialize)]
#[serde(untagged)]
enum Page<T> {
    Bare(Vec<T>),
    Runs { workflow_runs: Vec<T> },
    Tasks { tasks: Vec<T> },
}

/// A list read to its end, or to `most` pages; whether there was more.
pub(super) struct Pages<T> {
    /// The entries, in GitHub's order.
    pub(super) items: Vec<T>,
    /// Whether pages were left unread.
    pub(super) cut: bool,
}

/// Reads a list of REST by its `Link` headers, at most `most` pages of it.
///
/// # Errors
/// When a page has no answer or another shape.
pub(super) fn pages<T: DeserializeOwned>(
    forge: &dyn Forge,
    route: String,
    what: &str,
    most: usize,
    cancel: &Cancel,
) -> Result<Pages<T>, ForgeError> {
    let mut items = Vec::new();
    let mut next = Some(route);
    for _ in 0..most {
        let Some(route) = next.take() else { break };
        let (page, answer) = rest::<Page<T>>(forge, &route, what, cancel)?;
        match page {
            Page::Bare(list) | Page::Runs { workflow_runs: list } | Page::Tasks { tasks: list } => items.extend(list),
        }
        next = answer.next;
    }
    Ok(Pages { items, cut: next.is_some() })
}

fn garbled(forge: &dyn Forge, what: &str, why: &serde_json::Error) -> ForgeError {
    // Only the position: the text around it is not ours to repeat.
    let place = format!("line {}, column {}", why.line(), why.column());
    ForgeError::Garbled(format!("the answer of {} about {what} has another shape than GitHub's ({place}): try again", forge.host()))
}
