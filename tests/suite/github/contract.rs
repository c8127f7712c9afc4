//! GitHub's published contract: where its files lie, and the part of its OpenAPI description that the loopback serves, with the
//! peculiarities of OpenAPI 3.0 turned into JSON Schema. Never fetched here: `./check` does that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// The operations the loopback serves, keyed by `GET /repos/{owner}/{repo}`, and the components they need.
pub struct Contract {
    pub operations: Map<String, Value>,
    pub schemas: Map<String, Value>,
}

static CONTRACT: LazyLock<Result<Contract, String>> = LazyLock::new(|| Contract::load(&super::rest::operations()));

/// The contract; fails the test with one sentence when `./check` has not fetched it yet.
pub fn contract() -> &'static Contract {
    match &*CONTRACT {
        Ok(contract) => contract,
        Err(why) => panic!("{why}"),
    }
}

/// A file that `./check` fetched.
pub fn file(name: &str) -> Result<String, String> {
    let path = folder().join(name);
    std::fs::read_to_string(&path).map_err(|_| format!("{name} is not in {}: run tests/contract.sh once, it fetches it", path.display()))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/contract")
}

impl Contract {
    /// Reads the reduced description, making it first when it is missing or made for other operations.
    fn load(operations: &BTreeSet<String>) -> Result<Self, String> {
        let key = json!([operations, LAYOUT]);
        let kept = folder().join("openapi.used.json");
        let reduced = std::fs::read(&kept).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        let reduced = match reduced.filter(|value| value["key"] == key) {
            Some(value) => value,
            None => {
                let whole = |name: &str| serde_json::from_str::<Value>(&file(name)?).map_err(|error| error.to_string());
                let made = reduce(&whole("openapi.json")?, &whole("ghec.json")?, operations, &key)?;
                let part = kept.with_extension(format!("{}.part", std::process::id()));
                std::fs::write(&part, made.to_string()).and_then(|()| std::fs::rename(&part, &kept)).map_err(|error| error.to_string())?;
                made
            }
        };
        let part = |name: &str| reduced[name].as_object().cloned().unwrap_or_default();
        Ok(Self { operations: part("operations"), schemas: part("schemas") })
    }

    /// `schema` as a document of its own, with every component it reaches.
    pub fn closed(&self, schema: &Value) -> Value {
        let mut reached = BTreeMap::new();
        let mut pending = references(schema);
        while let Some(name) = pending.pop() {
            if let Some(component) = self.schemas.get(&name).filter(|_| !reached.contains_key(&name)) {
                pending.extend(references(component));
                reached.insert(name, component.clone());
            }
        }
        json!({ "allOf": [schema], "components": { "schemas": reached } })
    }
}

/// Raised when the shape of the reduced file changes.
const LAYOUT: u32 = 5;

/// What GitHub.com's description lacks is taken from that of Enterprise Cloud.
fn reduce(whole: &Value, enterprise: &Value, operations: &BTreeSet<String>, key: &Value) -> Result<Value, String> {
    let (mut used, mut schemas) = (Map::new(), Map::new());
    for name in operations {
        let (method, path) = name.split_once(' ').ok_or("an operation is METHOD PATH")?;
        let describes = |whole: &&Value| !whole["paths"][path][method.to_lowercase()].is_null();
        let Some(described) = [whole, enterprise].into_iter().find(describes) else {
            return Err(format!("GitHub's OpenAPI does not describe {name}: the loopback may not serve it"));
        };
        let place = &described["paths"][path];
        let operation = operation_of(described, place, &place[method.to_lowercase()]);
        components(described, &operation, &mut schemas);
        used.insert(name.clone(), operation);
    }
    Ok(json!({ "key": key, "operations": used, "schemas": schemas }))
}

/// Adds every component that `operation` reaches.
fn components(whole: &Value, operation: &Value, schemas: &mut Map<String, Value>) {
    let mut pending = references(operation);
    let mixed = mixed_in(&whole["components"]["schemas"]);
    while let Some(name) = pending.pop() {
        if !schemas.contains_key(&name) {
            let schema = plain(&whole["components"]["schemas"][&name], !mixed.contains(&name));
            pending.extend(references(&schema));
            schemas.insert(name, schema);
        }
    }
}

/// Parameters, request body and answers of one operation, all references to anything but schemas followed.
fn operation_of(whole: &Value, path: &Value, operation: &Value) -> Value {
    let follow = |value: &Value| match value["$ref"].as_str() {
        Some(reference) => whole.pointer(reference.trim_start_matches('#')).cloned().unwrap_or_default(),
        None => value.clone(),
    };
    let listed = path["parameters"].as_array().into_iter().chain(operation["parameters"].as_array()).flatten();
    let query: Map<String, Value> = listed
        .map(follow)
        .filter(|parameter| parameter["in"] == "query")
        .map(|parameter| (parameter["name"].as_str().unwrap_or_default().to_owned(), plain(&parameter["schema"], true)))
        .collect();
    let body = follow(&operation["requestBody"]);
    let schema = plain(&body["content"]["application/json"]["schema"], true);
    let mut answers = Map::new();
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let answer = follow(answer);
        let json = answer["content"].as_object().and_then(|content| content.iter().find(|(kind, _)| kind.ends_with("json")));
        answers.insert(status.clone(), json.map_or(Value::Null, |(_, content)| plain(&content["schema"], true)));
    }
    json!({ "query": query, "body": schema, "body_required": body["required"] == true, "answers": answers })
}

/// Components that stand in an `allOf` beside others, where "nothing else" would forbid the others.
fn mixed_in(schemas: &Value) -> BTreeSet<String> {
    let mut mixed = BTreeSet::new();
    let mut pending = vec![schemas];
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(object) => {
                if let Some(Value::Array(parts)) = object.get("allOf").filter(|parts| parts.as_array().is_some_and(|parts| parts.len() > 1))
                {
                    mixed.extend(parts.iter().flat_map(references));
                }
                pending.extend(object.values());
            }
            Value::Array(items) => pending.extend(items),
            _ => {}
        }
    }
    mixed
}

/// OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, prose goes, and an object that lists its fields has no others.
fn plain(schema: &Value, closed: bool) -> Value {
    let Value::Object(object) = schema else {
        return match schema {
            Value::Array(items) => Value::Array(items.iter().map(|item| plain(item, closed)).collect()),
            other => other.clone(),
        };
    };
    let mut made = Map::new();
    for (name, value) in object {
        match name.as_str() {
            "description" | "example" | "examples" | "externalDocs" | "discriminator" | "nullable" | "title" | "default" | "format"
            | "readOnly" | "deprecated" => {}
            "properties" => {
                let fields = value.as_object().into_iter().flatten().map(|(field, inner)| (field.clone(), plain(inner, closed)));
                made.insert(name.clone(), Value::Object(fields.collect()));
            }
            "enum" | "required" => {
                made.insert(name.clone(), value.clone());
            }
            "allOf" => {
                let alone = value.as_array().is_some_and(|parts| parts.len() == 1);
                made.insert(name.clone(), plain(value, closed && alone));
            }
            _ => {
                made.insert(name.clone(), plain(value, closed));
            }
        }
    }
    if closed
        && made.contains_key("properties")
        && !made.keys().any(|key| matches!(key.as_str(), "allOf" | "anyOf" | "oneOf" | "additionalProperties"))
    {
        made.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    if object.get("nullable") != Some(&Value::Bool(true)) {
        return Value::Object(made);
    }
    json!({ "anyOf": [{ "type": "null" }, made] })
}

/// The names of the components that `value` refers to.
fn references(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![value];
    while let Some(next) = pending.pop() {
        match next {
            Value::Object(object) => {
                if let Some(Value::String(reference)) = object.get("$ref") {
                    found.extend(reference.strip_prefix("#/components/schemas/").map(str::to_owned));
                }
                pending.extend(object.values());
            }
            Value::Array(items) => pending.extend(items),
            _ => {}
        }
    }
    found
}
