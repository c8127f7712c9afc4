//! One search of GitHub, read to its end: fifty pulls a page, and past a thousand by slices of time until each slice holds less.
//!
//! A slice begins where the one before ended, so that no request is spent on finding the slices. GitHub shows no search beyond
//! its first thousand results: what was made in one second and is still more than that is told, never passed over.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono::DateTime;
use serde::Deserialize;
use serde_json::json;

use super::address::Address;
use super::ask::{self, Reply};
use super::queries::QUEUE;
use super::shapes::{Facts, Nodes, pull};
use crate::model::cancel::Cancel;
use crate::model::diff::Omission;
use crate::model::forge::{Forge, ForgeError, GraphError};
use crate::model::pull::Pull;
use crate::model::time::Timestamp;
use crate::sources::source::{Listing, Page, Recognise, Tell};

/// How many results GitHub shows of one search.
pub(super) const SHOWN: u64 = 1000;
/// Pages that are read of one search, at most: twice what its results fill, fifty a page.
const MOST_PAGES: usize = 40;

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

    /// Latest first.
    fn order(self) -> String {
        format!("{}-desc", self.word())
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

/// What searches found together, each pull once.
pub(super) struct Search<'a> {
    forge: &'a dyn Forge,
    recognise: &'a Recognise,
    wanted: &'a dyn Fn(&Pull) -> bool,
    tell: Tell<'a>,
    cancel: &'a Cancel,
    found: HashMap<String, Pull>,
    expected: usize,
    omissions: Vec<Omission>,
    unreadable: usize,
}

/// The first page of a search, before its pulls are taken.
#[derive(Clone)]
pub(super) struct First {
    query: String,
    /// How many results there are.
    pub(super) count: u64,
    pulls: Vec<Pull>,
    nodes: usize,
    next: Option<String>,
}

impl<'a> Search<'a> {
    /// A search for pulls that `wanted` lets through.
    pub(super) fn new(
        forge: &'a dyn Forge,
        recognise: &'a Recognise,
        wanted: &'a dyn Fn(&Pull) -> bool,
        tell: Tell<'a>,
        cancel: &'a Cancel,
    ) -> Self {
        Self { forge, recognise, wanted, tell, cancel, found: HashMap::new(), expected: 0, omissions: Vec::new(), unreadable: 0 }
    }

    /// The first page of what `query` finds, latest made first.
    pub(super) fn begin(&mut self, query: &str) -> Result<First, ForgeError> {
        self.first(query, &Axis::Created.order())
    }

    /// Everything that the search of `first` finds.
    pub(super) fn take(&mut self, first: First) -> Result<(), ForgeError> {
        self.expected += usize::try_from(first.count).unwrap_or(usize::MAX);
        if first.count <= SHOWN { self.pages(first).map(drop) } else { self.along(&first.query.clone(), 0, first) }
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

    /// All that was found and is wanted, latest touched first.
    pub(super) fn end(self) -> Listing {
        let mut pulls: Vec<Pull> = self.found.into_values().filter(|pull| (self.wanted)(pull)).collect();
        pulls.sort_by(|a, b| b.updated.cmp(&a.updated).then_with(|| a.at.cmp(&b.at)));
        Listing { pulls, omissions: self.omissions, unreadable: self.unreadable }
    }

    /// Reads `query` in slices, each from the earliest time of the one before, by the first time from `from` on that it does not
    /// name itself.
    fn along(&mut self, query: &str, from: usize, mut first: First) -> Result<(), ForgeError> {
        let Some(axis) = Axis::free(query, from) else { return self.pile_up(first) };
        if axis != Axis::Created {
            first = self.first(query, &axis.order())?;
        }
        let mut before = Timestamp(i64::MAX);
        while first.count > SHOWN {
            let Some((latest, earliest)) = self.shown(first.clone(), axis)? else { return Ok(()) };
            let end = if earliest < latest { earliest } else { self.second(query, axis, latest)? };
            if end >= before {
                // A slice that begins no earlier than the one before would be read for ever.
                return self.pile_up(first);
            }
            before = end;
            first = self.first(&format!("{query} {}:*..{}", axis.word(), written(end)), &axis.order())?;
        }
        self.pages(first).map(drop)
    }

    /// Reads what GitHub shows of a slice; its latest and its earliest time.
    fn shown(&mut self, first: First, axis: Axis) -> Result<Option<(Timestamp, Timestamp)>, ForgeError> {
        let nodes = self.pages(first)?;
        let times = || nodes.iter().filter_map(|node| self.found.get(node)).map(|pull| axis.of(pull));
        Ok(times().max().zip(times().min()))
    }

    /// More pulls in one second than GitHub shows: perhaps the other time tells them apart. The second before that one.
    fn second(&mut self, query: &str, axis: Axis, at: Timestamp) -> Result<Timestamp, ForgeError> {
        let one = format!("{query} {}:{}..{}", axis.word(), written(at), written(at));
        let first = self.first(&one, &Axis::Created.order())?;
        if first.count > SHOWN {
            self.along(&one, 1 + axis as usize, first)?;
        } else {
            self.pages(first)?;
        }
        Ok(Timestamp(at.0 - 1))
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

    /// Takes a page and all that follow; the opaque ids of their pulls.
    fn pages(&mut self, first: First) -> Result<Vec<String>, ForgeError> {
        let First { query, count, pulls, mut nodes, mut next } = first;
        let mut seen = self.keep(pulls);
        for _ in 0..MOST_PAGES {
            let Some(after) = next.take() else { break };
            let page = self.page(&query, Some(&after))?;
            nodes += page.nodes;
            next = page.next;
            seen.extend(self.keep(page.pulls));
        }
        let missing = count.min(SHOWN).saturating_sub(nodes as u64);
        if missing > 0 {
            let why = format!("`{query}` finds {count} pulls, and GitHub's pages held {missing} fewer: list again");
            self.omit(why, usize::try_from(missing).unwrap_or(usize::MAX));
        }
        Ok(seen)
    }

    fn keep(&mut self, pulls: Vec<Pull>) -> Vec<String> {
        let mut nodes = Vec::with_capacity(pulls.len());
        let mut new = Vec::new();
        for pull in pulls {
            let node = pull.standing.as_ref().map(|standing| standing.node.clone()).unwrap_or_default();
            nodes.push(node.clone());
            if let Entry::Vacant(slot) = self.found.entry(node) {
                let pull = slot.insert(pull);
                new.extend((self.wanted)(pull).then(|| pull.clone()));
            }
        }
        let read = self.found.len();
        (self.tell)(&Page { read, of: self.expected.max(read), pulls: &new });
        nodes
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
        let missing: Vec<usize> = found.nodes.iter().enumerate().filter(|(_, node)| node.is_none()).map(|(place, _)| place).collect();
        self.tell_missing(&missing, &reply.errors);
        let (read, stale, host) = (reply.read, reply.stale, self.forge.host());
        let facts: Vec<Facts> = found.seen().filter(|node| node.kind == "PullRequest").map(|node| node.facts).collect();
        let expected = facts.len();
        let pulls: Vec<Pull> = facts.into_iter().filter_map(|facts| self.judged(facts, &host, read, stale)).collect();
        if pulls.len() < expected {
            let lost = expected - pulls.len();
            self.omit(format!("{lost} pulls of the list are not shown: GitHub does not say which repository they belong to"), lost);
        }
        Ok(First { query: query.to_owned(), count: issue_count, pulls, nodes, next })
    }

    /// Says which pulls, and which facts of others, GitHub kept back on one page.
    fn tell_missing(&mut self, missing: &[usize], errors: &[GraphError]) {
        let place = |error: &GraphError| error.path.strip_prefix("search.nodes.").and_then(|rest| rest.split('.').next()?.parse().ok());
        let of_missing = |error: &&GraphError| place(error).is_some_and(|place: usize| missing.contains(&place));
        if !missing.is_empty() {
            let says = errors.iter().find(of_missing).or(errors.first());
            let says = says.map_or("and GitHub does not say why", |error| error.message.as_str());
            self.omit(format!("{} pulls of the list cannot be read with this token: {says}", missing.len()), missing.len());
        }
        for error in errors.iter().filter(|error| !of_missing(error)) {
            let field = error.path.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or("something");
            let why = format!("{field} of listed pulls is not shown: {}", error.message);
            if !self.omissions.iter().any(|known| known.why == why) {
                self.omit(why, 0);
            }
        }
    }

    fn judged(&self, facts: Facts, host: &str, read: Timestamp, stale: bool) -> Option<Pull> {
        let address = Address::of(host, &facts.repository.as_ref()?.name_with_owner)?;
        let (mut pull, commits) = pull(facts, &address, read, stale);
        pull.provenance = (self.recognise)(&pull, &commits);
        Some(pull)
    }
}

fn written(at: Timestamp) -> String {
    DateTime::from_timestamp(at.0, 0).map_or_else(String::new, |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
