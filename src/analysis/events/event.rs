//! One event: its kind, its moment, where it stands in the change, and its fields. Never what a rule makes of it.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat};

use super::fields::EventKind;
use crate::model::commit_id::CommitId;
use crate::model::path::RepoPath;
use crate::model::time::Timestamp;

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Number(i64),
    /// True or false.
    Truth(bool),
    /// Several texts.
    List(Vec<Cow<'a, str>>),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<Cow<'a, str>> for Value<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Truth(truth)
    }
}

impl From<usize> for Value<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        let at = DateTime::from_timestamp(at.0, 0).unwrap_or_default();
        Self::Text(Cow::Owned(at.to_rfc3339_opts(SecondsFormat::Secs, true)))
    }
}

/// A field with its value.
pub type Entry<'a> = (&'static str, Value<'a>);

/// Where an event stands in its change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands<'a> {
    /// At a commit; without an id when the change is no commit yet.
    Commit(Option<&'a CommitId>),
    /// At a file.
    File(&'a RepoPath),
    /// At lines of a file.
    Lines(Span<'a>),
    /// At a package of a manifest or lock file.
    Dependency(&'a RepoPath, &'a str),
    /// At the pull.
    Pull,
    /// At the branch's name.
    Branch,
    /// At a file's name.
    Name(&'a RepoPath),
}

/// The lines of one hunk that were added and removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// The file now.
    pub path: &'a RepoPath,
    /// The file before.
    pub old_path: &'a RepoPath,
    /// The numbers of the lines of `code_content`, in their order.
    pub added: Vec<u32>,
    /// The numbers of the lines of `removed_content`, in their order.
    pub removed: Vec<u32>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// What it tells of.
    pub kind: EventKind,
    /// When it happened, as far as anybody says.
    pub at: Timestamp,
    /// Where it stands.
    pub stands: Stands<'a>,
    /// The fields it shares with all events of its change.
    pub common: &'a [Entry<'a>],
    /// Its own fields; they go before common ones of the same name.
    pub own: Vec<Entry<'a>>,
}

impl<'a> Event<'a> {
    /// The value of the field called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.entries().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// All fields, each name once.
    pub fn entries(&self) -> impl Iterator<Item = &Entry<'a>> {
        let common = self.common.iter().filter(|(name, _)| self.own.iter().all(|(own, _)| own != name));
        self.own.iter().chain(common)
    }

    /// Every text in it.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.entries()
            .flat_map(|(_, value)| match value {
                Value::Text(text) => std::slice::from_ref(text),
                Value::List(texts) => texts.as_slice(),
                Value::Number(_) | Value::Truth(_) => &[],
            })
            .map(AsRef::as_ref)
    }
}
