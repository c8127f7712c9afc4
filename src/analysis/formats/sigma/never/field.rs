//! One field of a selection with its values: on which events it may hold. It reads the fields' list and never an event.

use super::found::Found;
use super::reach::{Kinds, Reach};
use super::value;
use crate::analysis::document::node::{Node, Value};
use crate::analysis::events::fields::{EventKind, Field, FieldType, field};

/// Names that hold a span of time in rules that mean a correlation.
const SPANS: &[&str] = &["time_window", "timewindow", "timeframe", "timespan", "window", "within", "time_range", "period"];

/// What the field `time_window` always says.
const WINDOW: &str = "1h";

/// Where the item `key: node` may hold; what it can never match goes into `found`.
pub(super) fn reach(key: &str, node: &Node, found: &mut Found) -> Reach {
    let mut parts = key.split('|');
    let name = parts.next().unwrap_or("");
    let modifiers: Vec<&str> = parts.collect();
    let known = field(name.split('[').next().unwrap_or(name));
    if SPANS.contains(&name) && span(node) {
        let text = node.scalar();
        let says = "compares a text and limits no time; a span of time belongs to a correlation, as";
        if known.is_none() || !text.eq_ignore_ascii_case(WINDOW) {
            found.note(node.key, format!("`{name}: {text}` {says} `timespan: {text}`"));
            return Reach::NEVER;
        }
        found.advise(node.key, format!("`{name}: {text}` {says} `timespan: {text}`; here the field always says so"));
    }
    if modifiers.contains(&"exists") && !matches!(node.scalar().as_str(), "true" | "false" | "yes" | "no") {
        found.advise(node.key, format!("`{name}|exists` is `true` or `false`; `{}` is read as `true`", node.scalar()));
    }
    if let Some(absent) = absent(&modifiers, node, known) {
        if absent.never() {
            found.missing(node.key, name);
        }
        return absent;
    }
    if let Value::Map(inner) = &node.value
        && !name.ends_with(']')
    {
        let first = inner.first().map_or("…", |(key, _)| key);
        found.note(node.key, format!("a map is no value of a field; write each of its keys as a field: `{name}.{first}: …`"));
        return Reach::NEVER;
    }
    let Some(known) = known.filter(|_| !name.is_empty()) else {
        if name.is_empty() {
            return values(None, &modifiers, node, found);
        }
        found.missing(node.key, name);
        return Reach::NEVER;
    };
    values(Some(known), &modifiers, node, found)
}

/// Whether `node` is a span of time such as `1h`.
fn span(node: &Node) -> bool {
    let text = node.scalar();
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    digits.len() < text.len() && digits.trim().chars().all(|c| c.is_ascii_alphabetic())
}

/// What holds where the field is not there: `exists: false` and nothing.
fn absent(modifiers: &[&str], node: &Node, known: Option<&Field>) -> Option<Reach> {
    let has = Kinds::of(known.map_or(&[][..], |field| field.kinds).iter().copied());
    if modifiers.contains(&"exists") {
        let wanted = !matches!(node.scalar().as_str(), "false" | "no");
        let there = Reach { may: has, must: Kinds::NONE };
        let gone = Reach { may: Kinds::ALL, must: has.not() };
        return Some(if wanted { there } else { gone });
    }
    matches!(node.value, Value::Null).then(|| Reach { may: Kinds::ALL, must: has.not() })
}

fn values(known: Option<&Field>, modifiers: &[&str], node: &Node, found: &mut Found) -> Reach {
    let open = known.map_or(Reach::OPEN, |field| Reach::on(Kinds::of(field.kinds.iter().copied())));
    let all = modifiers.contains(&"all");
    let list = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if list.is_empty() {
        found.note(node.key, "an empty list of values matches nothing; give it values or take the field out");
        return Reach::NEVER;
    }
    if let Some(field) = known.filter(|field| all && modifiers == ["all"] && field.holds != FieldType::List)
        && let [first, second, ..] = list
        && list.iter().all(|value| !value.scalar().contains(['*', '?']))
        && !first.scalar().eq_ignore_ascii_case(&second.scalar())
    {
        let (a, b) = (first.scalar(), second.scalar());
        found.note(
            node.key,
            format!("`{}` is never `{a}` and `{b}` at once; take `|all` away for either, or write `|contains|all`", field.name),
        );
        return Reach::NEVER;
    }
    let mut sum = if all { open } else { Reach::NEVER };
    for value in list {
        let part = match value::never(known, modifiers, value) {
            _ if list.len() > 1 && known.is_some() && matches!(value.value, Value::Null) => {
                let name = known.map_or("", |field| field.name);
                found.note(
                    value.line,
                    format!("`null` among other values is never met; write `{name}: null` as a selection of its own and join it with `or`"),
                );
                Reach::NEVER
            }
            _ if value::foreign(known, modifiers, value).is_some() => {
                found.foreign(value.line, known.map_or("", |field| field.name), &value.scalar());
                Reach::NEVER
            }
            Some(why) => {
                found.note(value.line, why);
                Reach::NEVER
            }
            None => told(known, modifiers, value).map_or(open, Reach::on),
        };
        if let Some(advice) = value::advice(known, modifiers, value) {
            found.advise(value.line, advice);
        }
        sum = if all { sum.and(part) } else { sum.or(part) };
    }
    sum
}

/// The kinds that `event_type` or `kind` name outright.
fn told(known: Option<&Field>, modifiers: &[&str], value: &Node) -> Option<Kinds> {
    let word: fn(EventKind) -> &'static str = match known?.name {
        "event_type" => EventKind::event_type,
        "kind" => EventKind::word,
        _ => return None,
    };
    let text = value.text().filter(|text| modifiers.is_empty() && !text.contains(['*', '?', '\\']))?;
    Some(Kinds::of(EventKind::ALL.into_iter().filter(|kind| word(*kind).eq_ignore_ascii_case(text))))
}
