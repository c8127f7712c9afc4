//! GraphQL: any valid document over the objects that the loopback knows, executed generically; a field it does not know fails
//! the test instead of being made up. One file for each noun.

mod account;
mod commit;
pub mod cost;
mod mutation;
mod pull;
mod query;
mod repository;
mod review;
pub mod search;
mod shipped;

use std::cell::RefCell;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::resolvers::{Execution, FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonMap;
use serde_json::{Value, json};

use super::rest::Reply;
use super::schema;
use super::world::World;

/// An object of the graph, by its place in the world.
#[derive(Clone, Debug)]
pub enum Thing {
    Query,
    Mutation,
    Account(u64),
    Repo(u64),
    /// Repository and number.
    Pull(u64, u64),
    /// Repository and full name.
    Ref(u64, String),
    /// Repository and commit id.
    Commit(u64, String),
    /// Anything small: its type and all its fields.
    Plain(&'static str, Vec<(&'static str, Field)>),
    /// Some of a list.
    Some(Shown),
}

/// A page of a connection.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The connection's type.
    kind: String,
    items: Vec<Thing>,
    /// How many there are in all.
    total: usize,
    /// The place of the first one shown.
    first: usize,
    /// Whether there are some before and after.
    more: (bool, bool),
}

/// What a field holds.
#[derive(Clone, Debug)]
pub enum Field {
    Leaf(Value),
    One(Thing),
    List(Vec<Thing>),
    /// A connection of all these; the arguments choose.
    All(Vec<Thing>),
    /// The same where more exist than can ever be listed.
    Counted(Vec<Thing>, usize),
}

/// GitHub's error: type and message.
pub type Refused = (&'static str, String);

pub type Found = Result<Field, Refused>;

/// One execution.
pub struct Run<'w> {
    pub world: RefCell<&'w mut World>,
    pub base: String,
    pub token: Option<usize>,
    pub viewer: u64,
    wrong: RefCell<Vec<String>>,
}

struct Node<'r, 'w> {
    run: &'r Run<'w>,
    thing: Thing,
}

pub fn leaf(value: impl Into<Value>) -> Found {
    Ok(Field::Leaf(value.into()))
}

pub fn one(thing: Thing) -> Found {
    Ok(Field::One(thing))
}

pub fn maybe(thing: Option<Thing>) -> Found {
    Ok(thing.map_or(Field::Leaf(Value::Null), Field::One))
}

pub fn all(things: Vec<Thing>) -> Found {
    Ok(Field::All(things))
}

/// The refusal of a field the loopback does not know; the executor turns it into a failure of the test.
pub fn unknown() -> Found {
    Err((UNKNOWN, String::new()))
}

const UNKNOWN: &str = "LOOPBACK_DOES_NOT_KNOW";

/// Answers one request: the reply, its price in points, what broke the contract.
pub fn answer(world: &mut World, base: &str, token: Option<usize>, body: &Value) -> (Reply, u64, Vec<String>) {
    let Some(viewer) = token.map(|place| world.tokens[place].account) else {
        return (Reply::error(401, "Requires authentication"), 0, Vec::new());
    };
    let (text, place) = (body["query"].as_str().unwrap_or_default(), schema::operation_name(body));
    let broken = |message: String| {
        let reply = Reply::json(200, json!({ "errors": [{ "message": message }] }));
        (reply, 0, vec![format!("POST /graphql {place}: {message}")])
    };
    let known = |name: &String| matches!(name.as_str(), "query" | "variables" | "operationName");
    if let Some(name) = body.as_object().and_then(|body| body.keys().find(|name| !known(name))) {
        return broken(format!("a GraphQL request has no {name:?}"));
    }
    let document = match schema::document(text) {
        Ok(document) => document,
        Err(why) => return broken(why),
    };
    let Ok(operation) = document.operations.get(body["operationName"].as_str()) else { return broken("which operation?".to_owned()) };
    let variables: JsonMap = serde_json::from_value(body["variables"].clone()).unwrap_or_default();
    let coerced = match coerce_variable_values(schema::schema(), operation, &variables) {
        Ok(coerced) => coerced,
        Err(wrong) => return broken(format!("variables: {}", wrong.message())),
    };
    let declared = |name: &str| operation.variables.iter().any(|variable| variable.name == name);
    if let Some(name) = body["variables"].as_object().and_then(|given| given.keys().find(|name| !declared(name))) {
        return broken(format!("the document declares no variable ${name}"));
    }
    let (points, nodes) = cost::of(&document, operation, &serde_json::to_value(&*coerced).unwrap_or_default());
    if nodes > 500_000 {
        return broken(format!("{nodes} nodes are above the limit of 500000"));
    }
    let root = if operation.is_mutation() { Thing::Mutation } else { Thing::Query };
    let run = Run { world: RefCell::new(world), base: base.to_owned(), token, viewer, wrong: RefCell::default() };
    let execution = Execution::new(schema::schema(), &document).operation(operation).coerced_variable_values(&coerced);
    let outcome = execution.execute_sync(&Node { run: &run, thing: root });
    let wrong = run.wrong.take().into_iter().map(|why| format!("POST /graphql {place}: {why}")).collect();
    match outcome {
        Ok(response) => (Reply::json(200, typed(serde_json::to_value(&response).unwrap_or_default())), points, wrong),
        Err(_) => broken("it cannot be executed".to_owned()),
    }
}

/// GitHub puts a `type` beside the message of an error; the executor knows only messages.
fn typed(mut response: Value) -> Value {
    for error in response.get_mut("errors").and_then(Value::as_array_mut).into_iter().flatten() {
        let message = error["message"].as_str().unwrap_or_default().trim_start_matches("resolver error: ").to_owned();
        if let Some((kind, said)) = message.split_once('\u{1}') {
            error["message"] = said.into();
            error["type"] = kind.into();
        }
        if let Some(error) = error.as_object_mut() {
            error.retain(|name, _| matches!(name.as_str(), "message" | "type" | "path" | "locations"));
        }
    }
    response
}

impl ObjectValue for Node<'_, '_> {
    fn type_name(&self) -> &str {
        match &self.thing {
            Thing::Query => "Query",
            Thing::Mutation => "Mutation",
            Thing::Account(id) => self.run.world.borrow().accounts[id].kind.word(),
            Thing::Repo(_) => "Repository",
            Thing::Pull(..) => "PullRequest",
            Thing::Ref(..) => "Ref",
            Thing::Commit(..) => "Commit",
            Thing::Plain(kind, _) => kind,
            Thing::Some(shown) => &shown.kind,
        }
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let name = info.field_name();
        let arguments = serde_json::to_value(info.arguments()).unwrap_or_default();
        let found = self.run.field(&self.thing, name, &arguments);
        let inner = info.field_definition().ty.inner_named_type().as_str();
        match found.and_then(|field| self.run.choose(field, &arguments, inner, name)) {
            Ok(field) => Ok(self.wrap(field)),
            Err((UNKNOWN, _)) => {
                let why = format!("the loopback does not know {}.{name}: add it to tests/suite/github/graph", self.type_name());
                self.run.wrong.borrow_mut().push(why.clone());
                Err(FieldError { message: why })
            }
            Err((kind, message)) => Err(FieldError { message: format!("{kind}\u{1}{message}") }),
        }
    }
}

impl<'r> Node<'r, '_> {
    fn wrap(&self, field: Field) -> ResolvedValue<'r> {
        let run = self.run;
        match field {
            Field::Leaf(Value::Array(values)) => ResolvedValue::list(values.into_iter().map(ResolvedValue::leaf)),
            Field::Leaf(value) => ResolvedValue::leaf(value),
            Field::One(thing) => ResolvedValue::object(Node { run, thing }),
            Field::List(things) | Field::All(things) | Field::Counted(things, _) => {
                ResolvedValue::list(things.into_iter().map(move |thing| ResolvedValue::object(Node { run, thing })))
            }
        }
    }
}

impl Run<'_> {
    fn field(&self, thing: &Thing, name: &str, arguments: &Value) -> Found {
        match thing {
            Thing::Query => self.query(name, arguments),
            Thing::Mutation => self.mutation(name, arguments),
            Thing::Account(id) => self.account(*id, name),
            Thing::Repo(id) => self.repository(*id, name, arguments),
            Thing::Pull(repo, number) => self.pull(*repo, *number, name, arguments),
            Thing::Ref(repo, full) => self.reference(*repo, full, name, arguments),
            Thing::Commit(repo, sha) => self.commit(*repo, sha, name, arguments),
            Thing::Plain(_, fields) => match fields.iter().find(|(known, _)| *known == name) {
                Some((_, field)) => Ok(field.clone()),
                None => unknown(),
            },
            Thing::Some(shown) => shown.field(name),
        }
    }

    /// Cuts a connection down to what the arguments ask for.
    fn choose(&self, field: Field, arguments: &Value, kind: &str, name: &str) -> Found {
        let (items, total) = match field {
            Field::All(items) => {
                let total = items.len();
                (items, total)
            }
            Field::Counted(items, total) => (items, total),
            other => return Ok(other),
        };
        let bound = |name: &str| arguments[name].as_u64().map(|count| count as usize);
        let cursor = |name: &str| arguments[name].as_str().and_then(|cursor| cursor.strip_prefix('c')?.parse::<usize>().ok());
        let (from, to) = (cursor("after").map_or(0, |at| at + 1), cursor("before").unwrap_or(items.len()).min(items.len()));
        let (from, to) = match (bound("first"), bound("last")) {
            (Some(count), _) if count <= 100 => (from.min(to), to.min(from + count)),
            (_, Some(count)) if count <= 100 => (from.max(to.saturating_sub(count)).min(to), to),
            (None, None) => {
                let why = format!("You must provide a `first` or `last` value to properly paginate the `{name}` connection.");
                self.wrong.borrow_mut().push(why.clone());
                return Err(("MISSING_PAGINATION_BOUNDARIES", why));
            }
            _ => {
                let why = format!("Requesting more than 100 records on the `{name}` connection exceeds the `first` limit of 100 records.");
                self.wrong.borrow_mut().push(why.clone());
                return Err(("EXCESSIVE_PAGINATION", why));
            }
        };
        let more = (from > 0, to < items.len());
        let shown = items.into_iter().skip(from).take(to.saturating_sub(from)).collect();
        Ok(Field::One(Thing::Some(Shown { kind: kind.to_owned(), items: shown, total, first: from, more })))
    }
}

impl Shown {
    fn field(&self, name: &str) -> Found {
        let Self { items, first, .. } = self;
        match name {
            "totalCount" | "issueCount" => leaf(self.total),
            "nodes" => Ok(Field::List(items.clone())),
            "edges" => {
                let edge = schema::edge_of(&self.kind);
                let made = items.iter().enumerate().map(|(place, item)| {
                    let cursor = Field::Leaf(format!("c{}", first + place).into());
                    Thing::Plain(edge, vec![("node", Field::One(item.clone())), ("cursor", cursor)])
                });
                Ok(Field::List(made.collect()))
            }
            "pageInfo" => {
                let cursor = |place: Option<usize>| Field::Leaf(place.map_or(Value::Null, |place| format!("c{place}").into()));
                one(Thing::Plain(
                    "PageInfo",
                    vec![
                        ("hasNextPage", Field::Leaf(self.more.1.into())),
                        ("hasPreviousPage", Field::Leaf(self.more.0.into())),
                        ("startCursor", cursor((!items.is_empty()).then_some(*first))),
                        ("endCursor", cursor((!items.is_empty()).then(|| first + items.len() - 1))),
                    ],
                ))
            }
            _ => unknown(),
        }
    }
}
