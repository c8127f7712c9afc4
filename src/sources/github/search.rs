//! One search of GitHub, read to its end: fifty pulls a page, and past a thousand by slices of time until each slice holds less.
//!
//! GitHub shows no search beyond its first thousand results. What is made in one second and still more than that is told, never
//! passed over.

use std::collections::HashMap;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::json;

use super::address::Address;
use super::ask::{self, Reply};
use super::shapes::{Facts, Nodes, pull};
use crate::model::cancel::Cancel;
use crate::model::diff::Omission;
use crate::model::forge::{Forge, ForgeError};
use crate::model::pull::Pull;
use crate::model::time::Timestamp;
use crate::sources::source::{Listing, Recognise};

/// One page of a queue.
pub(super) const QUEUE: &str = include_str!("queries/queue.graphql");
/// How many results GitHub shows of one search.
pub(super) const SHOWN: u64 = 1000;
/// How many results a slice should hold: some room, because pulls are not spread evenly.
const WANTED: u64 = 700;

#[derive(Debug, Deserialize)]
struct Root {
    search: Results,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Results {
    issue_count: u64,
    #[serde(flatten)]
    found: Nodes<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    #[serde(rename = "__typename", default)]
    kind: String,
    #[serde(flatten)]
    facts: Facts,
}

/// By which time a search is sliced. The time a pull was made never moves; the time it was touched may while we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    Created,
    Updated,
}

impl Axis {
    const ALL: [Self; 2] = [Self::Created, Self::Updated];

    fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
        }
    }

    fn of(self, pull: &Pull) -> Timestamp {
        match self {
            Self::Created => pull.opened,
            Self::Updated => pull.updated,
        }
    }

    /// The axis that `query` leaves free, from `self` on.
    fn free(query: &str, from: usize) -> Option<Self> {
        let taken =
            |axis: &Self| query.split_whitespace().any(|word| word.trim_start_matches('-').starts_with(&format!("{}:", axis.word())));
        Self::ALL.into_iter().skip(from).find(|axis| !taken(axis))
    }
}

/// Told after each page: pulls read so far, and how many there are as far as is known.
pub(super) type Tell<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// What searches found together, each pull once.
pub(super) struct Search<'a> {
    forge: &'a dyn Forge,
    recognise: &'a Recognise,
    tell: Tell<'a>,
    cancel: &'a Cancel,
    found: HashMap<String, Pull>,
    expected: usize,
    omissions: Vec<Omission>,
    unreadable: usize,
}

/// The first page of a search, before its pulls are taken.
pub(super) struct First {
    query: String,
    /// How many results there are.
    pub(super) count: u64,
    pulls: Vec<Pull>,
    nodes: usize,
    next: Option<String>,
}

impl<'a> Search<'a> {
    pub(super) fn new(forge: &'a dyn Forge, recognise: &'a Recognise, tell: Tell<'a>, cancel: &'a Cancel) -> Self {
        Self { forge, recognise, tell, cancel, found: HashMap::new(), expected: 0, omissions: Vec::new(), unreadable: 0 }
    }

    /// The first page of what `query` finds, latest made first.
    pub(super) fn begin(&mut self, query: &str) -> Result<First, ForgeError> {
        self.first(query, "created-desc")
    }

    /// Everything that the search of `first` finds.
    pub(super) fn take(&mut self, first: First) -> Result<(), ForgeError> {
        self.expected += usize::try_from(first.count).unwrap_or(usize::MAX);
        if first.count <= SHOWN { self.pages(first) } else { self.along(&first.query.clone(), 0, first) }
    }

    /// Says what went wrong without ending the list.
    pub(super) fn omit(&mut self, why: String, unreadable: usize) {
        self.unreadable += unreadable;
        self.omissions.push(Omission { path: None, why });
    }

    /// How many pulls are known.
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// All that was found and that `wanted` lets through, latest touched first.
    pub(super) fn end(self, wanted: impl Fn(&Pull) -> bool) -> Listing {
        let mut pulls: Vec<Pull> = self.found.into_values().filter(|pull| wanted(pull)).collect();
        pulls.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.at.cmp(&b.at)));
        Listing { pulls, omissions: self.omissions, unreadable: self.unreadable }
    }

    /// Slices `query` by the first time from `from` on that it does not name itself.
    fn along(&mut self, query: &str, from: usize, first: First) -> Result<(), ForgeError> {
        let Some(axis) = Axis::free(query, from) else { return self.pile_up(first) };
        let latest = self.edge(query, axis, "desc")?;
        let earliest = self.edge(query, axis, "asc")?;
        match (earliest, latest) {
            (Some(earliest), Some(latest)) if earliest < latest => self.slices(query, axis, (earliest, latest), first.count),
            (Some(_), Some(_)) => self.along(query, from + 1, first),
            _ => self.pile_up(first),
        }
    }

    /// The earliest or latest time in a search.
    fn edge(&mut self, query: &str, axis: Axis, order: &str) -> Result<Option<Timestamp>, ForgeError> {
        let first = self.first(query, &format!("{}-{order}", axis.word()))?;
        let times = first.pulls.iter().map(|pull| axis.of(pull));
        Ok(if order == "asc" { times.min() } else { times.max() })
    }

    /// Cuts the span into equal parts, the latest first, and those that still hold too much again.
    fn slices(&mut self, query: &str, axis: Axis, (from, to): (Timestamp, Timestamp), count: u64) -> Result<(), ForgeError> {
        let parts = i64::try_from(count.div_ceil(WANTED)).unwrap_or(i64::MAX).max(2);
        let seconds = to.0 - from.0 + 1;
        let length = (seconds + parts - 1) / parts;
        let mut end = to.0;
        while end >= from.0 {
            let start = (end - length + 1).max(from.0);
            let part = format!("{query} {}:{}..{}", axis.word(), written(start), written(end));
            let first = self.first(&part, &format!("{}-desc", axis.word()))?;
            match first.count {
                0..=SHOWN => self.pages(first)?,
                _ if start < end => self.slices(query, axis, (Timestamp(start), Timestamp(end)), first.count)?,
                // All of one second: perhaps the other time tells them apart.
                _ => self.along(&part, 1 + axis as usize, first)?,
            }
            end = start - 1;
        }
        Ok(())
    }

    /// More results than GitHub shows, and nothing that tells them apart.
    fn pile_up(&mut self, first: First) -> Result<(), ForgeError> {
        let (count, query) = (first.count, first.query.clone());
        self.pages(first)?;
        let hidden = count.saturating_sub(SHOWN);
        let why = format!(
            "{hidden} of {count} pulls that `{query}` finds are not listed: GitHub shows {SHOWN} of one search, and no time tells these apart; narrow the search"
        );
        self.omit(why, usize::try_from(hidden).unwrap_or(usize::MAX));
        Ok(())
    }

    /// Takes a page and all that follow.
    fn pages(&mut self, first: First) -> Result<(), ForgeError> {
        let First { query, count, pulls, mut nodes, mut next } = first;
        self.keep(pulls);
        while let Some(after) = next.take() {
            let page = self.page(&query, Some(&after))?;
            nodes += page.nodes;
            next = page.next.filter(|next| *next != after);
            self.keep(page.pulls);
        }
        let missing = count.min(SHOWN).saturating_sub(nodes as u64);
        if missing > 0 {
            let why = format!("`{query}` finds {count} pulls, and GitHub's pages held {missing} fewer: list again");
            self.omit(why, usize::try_from(missing).unwrap_or(usize::MAX));
        }
        Ok(())
    }

    fn keep(&mut self, pulls: Vec<Pull>) {
        for pull in pulls {
            let node = pull.standing.as_ref().map(|standing| standing.node.clone()).unwrap_or_default();
            self.found.entry(node).or_insert(pull);
        }
        (self.tell)(self.found.len(), self.expected.max(self.found.len()));
    }

    fn first(&mut self, query: &str, order: &str) -> Result<First, ForgeError> {
        let sorted =
            if query.split_whitespace().any(|word| word.starts_with("sort:")) { query.to_owned() } else { format!("{query} sort:{order}") };
        let first = self.page(&sorted, None)?;
        Ok(First { query: query.to_owned(), ..first })
    }

    fn page(&mut self, query: &str, after: Option<&str>) -> Result<First, ForgeError> {
        let variables = json!({ "search": query, "after": after });
        let reply: Reply<Root> = ask::graph(self.forge, QUEUE, &variables, &format!("the search `{query}`"), self.cancel)?;
        let Results { issue_count, found } = reply.data.search;
        let next = found.page_info.end_cursor.clone().filter(|_| found.page_info.has_next_page);
        let nodes = found.nodes.len();
        let unread = found.nodes.iter().filter(|node| node.is_none()).count();
        if unread > 0 {
            let says = reply.errors.first().map_or("and GitHub does not say why", |error| error.message.as_str());
            self.omit(format!("{unread} pulls of the list cannot be read with this token: {says}"), unread);
        }
        let (read, stale, host) = (reply.read, reply.stale, self.forge.host());
        let facts = found.seen().filter(|node| node.kind == "PullRequest").map(|node| node.facts);
        let pulls = facts.filter_map(|facts| self.judged(facts, &host, read, stale)).collect();
        Ok(First { query: query.to_owned(), count: issue_count, pulls, nodes, next })
    }

    fn judged(&self, facts: Facts, host: &str, read: Timestamp, stale: bool) -> Option<Pull> {
        let address = Address::of(host, &facts.repository.as_ref()?.name_with_owner)?;
        let (mut pull, commits) = pull(facts, &address, read, stale);
        pull.provenance = (self.recognise)(&pull, &commits);
        Some(pull)
    }
}

fn written(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map_or_else(String::new, |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
