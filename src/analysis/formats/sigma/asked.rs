//! An event as the engine of Sigma asks it: by field names, without case kept in mind and without a copy of its texts.

use std::borrow::Cow;

use rsigma_eval::{Event as Asks, EventValue};

use crate::analysis::events::event::{Event, Value};

/// An event that can be asked.
pub(super) struct Asked<'e>(pub &'e Event<'e>);

fn text(text: &str) -> EventValue<'_> {
    EventValue::Str(Cow::Borrowed(text))
}

pub(super) fn value<'v>(value: &'v Value<'_>) -> EventValue<'v> {
    match value {
        Value::Text(held) => text(held),
        Value::Number(number) => EventValue::Int(*number),
        Value::Truth(truth) => EventValue::Bool(*truth),
        Value::List(texts) => EventValue::Array(texts.iter().map(|held| text(held)).collect()),
    }
}

impl Asks for Asked<'_> {
    fn get_field(&self, path: &str) -> Option<EventValue<'_>> {
        self.0.get(path).map(value)
    }

    fn any_string_value(&self, pred: &dyn Fn(&str) -> bool) -> bool {
        self.0.texts().any(pred)
    }

    fn all_string_values(&self) -> Vec<Cow<'_, str>> {
        self.0.texts().map(Cow::Borrowed).collect()
    }

    fn to_json(&self) -> serde_json::Value {
        self.0.entries().map(|(name, held)| ((*name).to_owned(), value(held).to_json())).collect()
    }

    fn top_level_keys(&self) -> Option<Vec<Cow<'_, str>>> {
        Some(self.0.entries().map(|(name, _)| Cow::Borrowed(*name)).collect())
    }
}
