//! YAML into a tree; anchors and merges are resolved within the budgets of the reader.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error, Options, Spanned};

use super::node::{Node, Value};

/// Why a text is not read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The line it stopped at, from 0.
    pub line: Option<usize>,
    /// What is wrong there.
    pub says: String,
    /// Whether it costs too much to read on: reading it again would cost as much.
    pub costly: bool,
}

/// Reads the first document of `text`.
pub(super) fn read(text: &str) -> Result<Node, String> {
    let documents = all(text).map_err(|unread| match unread.line {
        Some(line) => format!("line {}: {}", line + 1, unread.says),
        None => unread.says,
    })?;
    Ok(documents.into_iter().next().unwrap_or(Node { line: 0, key: 0, value: Value::Null }))
}

/// Reads every document of `text`.
///
/// # Errors
/// What is wrong first, with its line.
pub fn all(text: &str) -> Result<Vec<Node>, Unread> {
    let documents: Vec<Spanned<Raw>> =
        serde_saphyr::from_multiple_with_options(text, options(text.len())).map_err(|error| unread(&error))?;
    Ok(documents.into_iter().map(node).collect())
}

/// Levels below each other. Each takes about 35 KiB of stack in an unoptimised build, and threads have 2 MiB.
const DEEPEST: usize = 32;

/// Values of a text of any size; the lock file of a large project has one for each twenty bytes.
const LEAST_VALUES: usize = 250_000;

/// What aliases may repeat, in starts, ends and values: pipelines with anchors in every job repeat some thousand. Each check that reads a
/// file pays as much again.
const MOST_REPEATED: usize = 50_000;

/// Bounds for a text of `length` bytes: what it holds may grow with it, what its aliases repeat may not.
fn options(length: usize) -> Options {
    let values = LEAST_VALUES.max(length / 8);
    serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            flow_nesting_limit: DEEPEST,
            max_nodes: values,
            max_events: values.saturating_mul(4),
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_REPEATED,
        },
    }
}

fn unread(error: &Error) -> Unread {
    let line = error.location().and_then(|location| usize::try_from(location.line()).ok()).and_then(|line| line.checked_sub(1));
    let mut inner = error.without_snippet();
    while let Error::AliasError { error, .. } = inner {
        inner = error;
    }
    let costly =
        matches!(inner, Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } | Error::AliasReplayStackDepthExceeded { .. });
    let says = match inner {
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("`{key}` stands twice here"),
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => too_deep(),
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } | Error::AliasReplayStackDepthExceeded { .. } => {
            "its aliases grow it beyond what is read".to_owned()
        }
        other => sentence(&other.to_string()),
    };
    Unread { line, says, costly }
}

fn too_deep() -> String {
    format!("it is nested more than {DEEPEST} deep")
}

/// The first line of what the parser says, without the place: that is told beside it.
fn sentence(message: &str) -> String {
    let first = message.lines().next().unwrap_or("it is not YAML");
    if first.starts_with("recursion limit") {
        return too_deep();
    }
    if first.starts_with("recursive references") {
        return "an alias stands inside of what it repeats".to_owned();
    }
    format!("it is no YAML here: {}", first.split(" at line ").next().unwrap_or(first))
}

fn node(spanned: Spanned<Raw>) -> Node {
    let line = line_of(&spanned);
    Node { line, key: line, value: spanned.value.0 }
}

fn line_of<T>(spanned: &Spanned<T>) -> usize {
    usize::try_from(spanned.referenced.line()).unwrap_or(0).saturating_sub(1)
}

struct Raw(Value);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Raw)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of settings")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Raw::deserialize(deserializer).map(|raw| raw.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element::<Spanned<Raw>>()? {
            items.push(node(item));
        }
        items.shrink_to_fit();
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            let line = line_of(&key);
            entries.push((key.value, Node { key: line, ..node(access.next_value()?) }));
        }
        // A lock file has some hundred thousand maps of one entry, and a list begins with room for four.
        entries.shrink_to_fit();
        Ok(Value::Map(entries))
    }
}
