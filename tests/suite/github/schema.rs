//! GitHub's published GraphQL schema, and whether a document keeps it. Never executes anything.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};

type Document = Arc<Valid<ExecutableDocument>>;

static SCHEMA: LazyLock<Result<Valid<Schema>, String>> = LazyLock::new(|| {
    let text = super::contract::file("schema.graphql")?;
    // GitHub's own text defines two fields twice: what could be read of it is all of it.
    let schema = Schema::parse(text, "schema.graphql").unwrap_or_else(|wrong| wrong.partial);
    Ok(Valid::assume_valid(schema))
});

static DOCUMENTS: LazyLock<Mutex<HashMap<String, Result<Document, String>>>> = LazyLock::new(Mutex::default);

/// The schema; fails the test with one sentence when `./check` has not fetched it yet.
pub fn schema() -> &'static Valid<Schema> {
    match &*SCHEMA {
        Ok(schema) => schema,
        Err(why) => panic!("{why}"),
    }
}

/// `text` as a valid document, or what is wrong with it.
pub fn document(text: &str) -> Result<Document, String> {
    if let Some(known) = DOCUMENTS.lock().unwrap().get(text) {
        return known.clone();
    }
    let made =
        ExecutableDocument::parse_and_validate(schema(), text, "document.graphql").map(Arc::new).map_err(|wrong| wrong.errors.to_string());
    DOCUMENTS.lock().unwrap().insert(text.to_owned(), made.clone());
    made
}

/// The type of the edges of a connection's type.
pub fn edge_of(connection: &str) -> &'static str {
    let found = schema().get_object(connection).and_then(|object| object.fields.get("edges"));
    found.map_or("", |field| field.ty.inner_named_type().as_str())
}

/// What a request calls its operation, for messages.
pub fn operation_name(body: &serde_json::Value) -> String {
    let text = body["query"].as_str().unwrap_or_default();
    text.trim_start().split(['{', '(']).next().unwrap_or_default().trim().chars().take(80).collect()
}

/// The type a mutation answers with.
pub fn payload_of(mutation: &str) -> &'static str {
    let found = schema().get_object("Mutation").and_then(|object| object.fields.get(mutation));
    found.map_or("", |field| field.ty.inner_named_type().as_str())
}
