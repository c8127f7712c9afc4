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
    filter: Filter,
}

impl Section {
    /// The section called `name` of what passes `filter`.
    #[must_use]
    pub fn new(name: &str, filter: Filter) -> Self {
        Self { name: name.to_owned(), count: 0, filter }
    }

    /// Whether `pull` belongs to it at `now`.
    #[must_use]
    pub fn holds(&self, pull: &Pull, judgement: Option<&Summary>, now: Timestamp) -> bool {
        self.filter.matches(pull, judgement, now)
    }
}
