//! TOML into a tree.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{Node, Value, line_at, line_starts};

/// Reads the whole of `text`.
pub(super) fn read(text: &str) -> Result<Node, String> {
    let starts = line_starts(text);
    let table = DeTable::parse(text).map_err(|error| match error.span() {
        Some(span) => format!("line {}: {}", line_at(&starts, span.start) + 1, error.message()),
        None => error.message().to_owned(),
    })?;
    Ok(Node { line: 0, key: 0, value: map(table.into_inner(), &starts) })
}

/// What was read is given back piece by piece as the tree grows: both of a large lock file at once would be its size many times.
fn map(table: DeTable<'_>, starts: &[usize]) -> Value {
    let mut entries: Vec<(usize, String, Node)> = table
        .into_iter()
        .map(|(key, value)| {
            let at = key.span().start;
            (at, key.into_inner().into_owned(), Node { key: line_at(starts, at), ..node(value, starts) })
        })
        .collect();
    entries.sort_by_key(|(at, ..)| *at);
    Value::Map(entries.into_iter().map(|(_, key, node)| (key, node)).collect())
}

fn node(value: Spanned<DeValue<'_>>, starts: &[usize]) -> Node {
    let line = line_at(starts, value.span().start);
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => Value::Number(number.to_string()),
        DeValue::Float(number) => Value::Number(number.to_string()),
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Array(items) => Value::List(items.into_iter().map(|item| node(item, starts)).collect()),
        DeValue::Table(table) => map(table, starts),
    };
    Node { line, key: line, value }
}
