//! Whether one exchange over REST keeps GitHub's published description. Says what is wrong; never repairs it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::Value;

use super::contract::contract;

static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// What is wrong with a request to `operation`.
pub fn request(operation: &str, query: &BTreeMap<String, String>, body: Option<&Value>) -> Vec<String> {
    let described = &contract().operations[operation];
    let mut wrong = Vec::new();
    for (name, text) in query {
        match described["query"].get(name) {
            None => wrong.push(format!("{operation}: there is no query parameter {name:?}")),
            Some(schema) => wrong.extend(check(&format!("{operation} ?{name}"), schema, &parameter(schema, text))),
        }
    }
    match (body, &described["body"]) {
        (None, _) if described["body_required"] == true => wrong.push(format!("{operation}: a body is required")),
        (Some(_), Value::Null) => wrong.push(format!("{operation}: it takes no body")),
        (Some(body), schema) => wrong.extend(check(&format!("{operation} body"), schema, body)),
        (None, _) => {}
    }
    wrong
}

/// What is wrong with an answer of `operation`. Errors that the description does not list (401 above all) are held to its
/// ordinary form of errors.
pub fn answer(operation: &str, status: u16, body: Option<&Value>) -> Vec<String> {
    let described = &contract().operations[operation]["answers"];
    let place = format!("{operation} -> {status}");
    let told = body.filter(|_| status >= 400).cloned().map(without_status);
    let told = told.or_else(|| body.filter(|_| operation.ends_with("/audit-log")).cloned().map(without_agents));
    let body = told.as_ref().or(body);
    match (described.get(status.to_string()), body) {
        (None, Some(body)) if status >= 400 && body["message"].is_string() => Vec::new(),
        // Any read of a repository that was renamed is redirected, whatever its description lists.
        (None, _) if matches!(status, 301 | 304) => Vec::new(),
        (None, _) => vec![format!("{place}: GitHub does not answer so")],
        (Some(Value::Null), Some(body)) => vec![format!("{place}: there is no body, not {body}")],
        (Some(Value::Null), None) => Vec::new(),
        (Some(_), None) => vec![format!("{place}: a body is missing")],
        (Some(schema), Some(body)) => check(&place, schema, body),
    }
}

/// GitHub repeats the status inside errors where its description does not say so.
fn without_status(mut body: Value) -> Value {
    if let Some(body) = body.as_object_mut() {
        body.remove("status");
    }
    body
}

/// GitHub's page on agents' events names fields of the audit log that its description lacks.
fn without_agents(mut body: Value) -> Value {
    for event in body.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        event.retain(|name, _| !matches!(name.as_str(), "actor_is_agent" | "agent_session_id"));
    }
    body
}

fn check(place: &str, schema: &Value, value: &Value) -> Vec<String> {
    validator(place, schema)
        .iter_errors(value)
        .map(|error| (error.instance_path.to_string(), error))
        .filter(|(path, error)| !known(path, error.instance.as_ref()))
        .map(|(path, error)| {
            let mut said = error.to_string();
            if let Some((end, _)) = said.char_indices().nth(600) {
                said.truncate(end);
            }
            format!("{place}: {path}: {said}")
        })
        .collect()
}

/// Where GitHub is known to break its own description: the repository of a deleted fork is null.
fn known(path: &str, value: &Value) -> bool {
    value.is_null() && path.ends_with("/head/repo")
}

fn validator(place: &str, schema: &Value) -> Arc<Validator> {
    if let Some(made) = COMPILED.lock().unwrap().get(place) {
        return Arc::clone(made);
    }
    let made = Arc::new(jsonschema::validator_for(&contract().closed(schema)).expect("GitHub's schema compiles"));
    COMPILED.lock().unwrap().insert(place.to_owned(), Arc::clone(&made));
    made
}

/// A query parameter as the type its schema names.
fn parameter(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "number") => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
        Some("boolean") => text.parse::<bool>().map_or_else(|_| Value::from(text), Value::from),
        _ => Value::from(text),
    }
}
