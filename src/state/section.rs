//! A part of the queue with a name: a saved filter, and how many pulls pass it. Never which one is shown.

use crate::model::filter::Filter;
use crate::model::pull::Pull;
use crate::model::report::Summary;
use crate::model::time::Timestamp;

/// A saved filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// What people call it.
    pub name: String,
    /// How many pulls pass it.
    pub count: usize,
    /// The filter in its own words.
    pub written: String,
    filter: Filter,
}

impl Section {
    /// The section called `name` of what passes the filter `written`.
    ///
    /// # Errors
    /// When the filter makes no sense: one sentence.
    pub fn read(name: &str, written: &str) -> Result<Self, String> {
        Ok(Self { name: name.to_owned(), count: 0, written: written.to_owned(), filter: Filter::parse(written)? })
    }

    /// Whether `pull` belongs to it at `now`.
    #[must_use]
    pub fn holds(&self, pull: &Pull, judgement: Option<&Summary>, now: Timestamp) -> bool {
        self.filter.matches(pull, judgement, now)
    }
}
