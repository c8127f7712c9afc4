//! GraphQL: documents posted, envelopes opened, parts of an answer kept beside its errors. Knows no document by name.

use serde::Deserialize;
use serde_json::Value;

use super::limit::Limit;
use super::line::Line;
use super::refusal::{self, Refusal};
use super::transport::{Ask, Reply};
use super::words::{self, About};
use super::{clock, kept, limit};
use crate::model::forge::{ForgeError, GraphAnswer, GraphError, JSON, Kept, Query};

const RESOURCE: &str = "graphql";

/// What GitHub wraps around an answer.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    data: Value,
    #[serde(default)]
    errors: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    path: Option<Vec<Value>>,
    #[serde(default)]
    message: String,
}

/// Asks `query`.
pub(super) async fn query(line: &Line, query: &Query) -> Result<GraphAnswer, ForgeError> {
    let variables: Value = match serde_json::from_str(&query.variables) {
        Ok(object @ Value::Object(_)) => object,
        _ if query.variables.trim().is_empty() => Value::Object(serde_json::Map::new()),
        _ => return Err(ForgeError::Invalid("the variables of a query are no JSON object; nothing was sent".to_owned())),
    };
    let about = line.about(words::graph_place(&line.address.host, query, &variables), query.mutation);
    let body = serde_json::json!({ "query": query.document, "variables": variables }).to_string();
    if query.mutation { write(line, &about, &body).await } else { read(line, &about, &body).await }
}

async fn write(line: &Line, about: &About<'_>, body: &str) -> Result<GraphAnswer, ForgeError> {
    let ask = ask(line, body)?;
    line.write(about, RESOURCE, async || open(&line.exchange(&ask, about).await?, about)).await
}

async fn read(line: &Line, about: &About<'_>, body: &str) -> Result<GraphAnswer, ForgeError> {
    let ask = ask(line, body)?;
    let key = kept::graph_key(&ask.uri, body, line.token.as_ref());
    let find = || line.store.as_ref().and_then(|store| store.find(&key));
    if line.offline {
        let missing =
            || ForgeError::Offline(format!("nothing is kept of {}, and --offline was given; leave that out to read it", about.place));
        return find().and_then(|kept| stale(line, &kept, about)).ok_or_else(missing);
    }
    let asked = line
        .read(about, RESOURCE, line.effort(find().is_some()), async || {
            let reply = line.exchange(&ask, about).await?;
            open(&reply, about).map(|answer| (answer, reply.body))
        })
        .await;
    match asked {
        Ok((answer, body)) => {
            if let Some(store) = line.store.as_ref().filter(|_| answer.data != b"null") {
                store.keep(&key, &Kept { status: 200, body, read: answer.read, ..Kept::default() });
            }
            Ok(answer)
        }
        Err(ForgeError::Unreachable(says)) => find().and_then(|kept| stale(line, &kept, about)).ok_or(ForgeError::Unreachable(says)),
        Err(error) => Err(error),
    }
}

fn ask<'a>(line: &Line, body: &'a str) -> Result<Ask<'a>, ForgeError> {
    let uri = line.address.graph().map_err(ForgeError::Invalid)?;
    Ok(Ask { method: http::Method::POST, uri, resource: RESOURCE, accept: JSON, body: Some(body), known: (None, None), hands_on: false })
}

fn stale(line: &Line, kept: &Kept, about: &About<'_>) -> Option<GraphAnswer> {
    let envelope: Envelope = serde_json::from_slice(&kept.body).ok()?;
    line.tally.stale(kept.read);
    Some(GraphAnswer { read: kept.read, stale: true, ..answer(envelope, about) })
}

/// Opens the envelope; a limit or a failure of the whole query inside a 200 is one all the same.
fn open(reply: &Reply, about: &About<'_>) -> Result<GraphAnswer, Refusal> {
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&reply.body) else { return Err(refusal::garbled(&reply.body, about)) };
    if envelope.data.is_null() && envelope.errors.is_empty() {
        return Err(refusal::garbled(&reply.body, about));
    }
    if let Some(limit) = limited(&envelope, reply) {
        return Err(Refusal::Limited(limit));
    }
    let broke = |entry: &Entry| entry.kind.is_none() && entry.message.starts_with("Something went wrong while executing your query");
    if envelope.data.is_null() && envelope.errors.iter().any(broke) {
        let open = if about.write { ", so it is not known whether it was done" } else { "" };
        let says = format!("{} could not finish {} in its time{open}; try again in a while", about.host, about.place);
        return Err(Refusal::Again(ForgeError::Server(says)));
    }
    Ok(answer(envelope, about))
}

fn limited(envelope: &Envelope, reply: &Reply) -> Option<Limit> {
    let now = clock::now();
    let typed = envelope.errors.iter().any(|entry| entry.kind.as_deref() == Some("RATE_LIMITED"));
    let said = envelope.errors.iter().find_map(|entry| {
        let whole = envelope.data.is_null() || entry.kind.as_deref() == Some("RATE_LIMITED");
        whole.then(|| limit::of(reply.status, &reply.headers, &entry.message, now)).flatten()
    });
    // Named a limit without words or headers that say until when.
    said.or_else(|| typed.then(|| limit::meter(&reply.headers, now).map_or(Limit::Secondary(None), |meter| Limit::Primary(meter.reset))))
}

fn answer(envelope: Envelope, about: &About<'_>) -> GraphAnswer {
    let errors = envelope.errors.into_iter().map(|entry| GraphError {
        kind: entry.kind.map(|kind| about.said(&kind)).unwrap_or_default(),
        path: entry
            .path
            .unwrap_or_default()
            .iter()
            .map(|part| about.said(&part.as_str().map_or_else(|| part.to_string(), str::to_owned)))
            .collect::<Vec<_>>()
            .join("."),
        message: about.said(&entry.message),
    });
    let about = about.place.clone();
    GraphAnswer { data: envelope.data.to_string().into_bytes(), errors: errors.collect(), read: clock::now(), stale: false, about }
}
