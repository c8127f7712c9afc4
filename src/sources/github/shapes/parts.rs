//! What several shapes are made of: lists, pages, moments, ids. Never a whole answer.

use chrono::DateTime;
use serde::{Deserialize, Deserializer};

use crate::model::time::Timestamp;

/// A list of GraphQL, whole or one page of it. Entries that the token may not see are `null`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: Deserialize<'de>")]
pub(crate) struct Nodes<T> {
    /// The entries.
    #[serde(default = "Vec::new", deserialize_with = "or_default")]
    pub(crate) nodes: Vec<Option<T>>,
    /// Where the next page begins.
    #[serde(default)]
    pub(crate) page_info: PageInfo,
    /// Over all pages.
    #[serde(default)]
    pub(crate) total_count: Option<u64>,
}

impl<T> Default for Nodes<T> {
    fn default() -> Self {
        Self { nodes: Vec::new(), page_info: PageInfo::default(), total_count: None }
    }
}

impl<T> Nodes<T> {
    /// The entries that can be seen.
    pub(crate) fn seen(self) -> impl Iterator<Item = T> {
        self.nodes.into_iter().flatten()
    }
}

/// Where a page ends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    /// Whether there is more.
    #[serde(default)]
    pub(crate) has_next_page: bool,
    /// What the next page comes behind.
    #[serde(default)]
    pub(crate) end_cursor: Option<String>,
}

/// `null` as the default.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

/// A number that GraphQL writes as a string when it is large.
pub(crate) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u64),
        Text(String),
        Nothing(()),
    }
    Ok(match Written::deserialize(from)? {
        Written::Number(number) => number,
        Written::Text(text) => text.parse().unwrap_or_default(),
        Written::Nothing(_) => 0,
    })
}

/// A moment as GitHub writes it; the beginning of time when it is none.
pub(crate) fn moment(text: &str) -> Timestamp {
    Timestamp(DateTime::parse_from_rfc3339(text).map_or(0, |time| time.timestamp()))
}
