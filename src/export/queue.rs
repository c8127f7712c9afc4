//! The queue: a table for people, and `lazaret/queue/v1` for scripts. One row for each pull, most urgent first.

use std::cmp::Reverse;
use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::export::paint::Paint;
use crate::export::table::{Cell, Table, cut};
use crate::model::diff::Omission;
use crate::model::inert;
use crate::model::pull::{Pull, PullState};
use crate::model::report::Summary;
use crate::model::time::{Timestamp, short_age};

/// The name of the JSON shape.
pub const SCHEMA: &str = "lazaret/queue/v1";

/// Titles and reasons are cut here in the table, in columns.
const TITLE: usize = 50;
const REASON: usize = 60;

/// One pull with what is known of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// The pull.
    pub pull: Pull,
    /// Its judgement in short, or why there is none: one sentence.
    pub summary: Result<Summary, String>,
}

/// Sorts `rows` by urgency: what could not be judged comes first, for nobody can call it clear; then by lane, score and age.
pub fn sort(rows: &mut [Row]) {
    rows.sort_by_key(|row| {
        let urgency = row.summary.as_ref().ok().map(|summary| (summary.risk.lane, summary.risk.score));
        (urgency.is_some(), Reverse(urgency), Reverse(row.pull.updated), row.pull.at.clone())
    });
}

/// Writes the table; ages are told at `now`.
///
/// # Errors
/// When `out` cannot be written.
pub fn table(out: &mut dyn Write, rows: &[Row], now: Timestamp, paint: Paint) -> io::Result<()> {
    let mut names = vec!["LANE", "RISK", "PULL", "AGENT", "TITLE", "SIZE", "AGE", "REASON"];
    let stated = rows.iter().any(|row| row.pull.state != PullState::Open);
    if stated {
        names.insert(2, "STATE");
    }
    let mut table = Table::new(&names, paint);
    for row in rows {
        let mut cells = cells(row, now, paint);
        if stated {
            cells.insert(2, Cell::new(row.pull.state.word()));
        }
        table.row(cells);
    }
    table.write(out)
}

fn cells(row: &Row, now: Timestamp, paint: Paint) -> Vec<Cell> {
    let pull = &row.pull;
    let (lane, risk, size, reason) = match &row.summary {
        Ok(summary) => (
            Cell::painted(summary.risk.lane.word(), |word| paint.lane(summary.risk.lane, word)),
            summary.risk.score.to_string(),
            format!("+{} -{}", summary.added, summary.removed),
            summary.reason().to_owned(),
        ),
        Err(why) => (Cell::new("?"), String::new(), String::new(), why.clone()),
    };
    let age = if pull.updated == Timestamp::default() { String::new() } else { short_age(pull.updated.until(now)) };
    vec![
        lane,
        Cell::right(risk),
        Cell::painted(&inert::line(&pull.address().to_string()), |words| paint.strong(words)),
        Cell::new(agent(pull)),
        Cell::new(cut(&inert::line(&pull.title), TITLE)),
        Cell::right(size),
        Cell::right(age),
        Cell::new(cut(&inert::line(&reason), REASON)),
    ]
}

fn agent(pull: &Pull) -> String {
    match &pull.provenance.agent {
        Some(_) => format!("{} ({})", inert::line(&pull.provenance.name), pull.provenance.tier.word()),
        None => String::new(),
    }
}

/// Writes the queue as one JSON document.
///
/// # Errors
/// When `out` cannot be written.
pub fn json(out: &mut dyn Write, title: &str, rows: &[Row], omissions: &[Omission]) -> io::Result<()> {
    let skipped = omissions.iter().map(SkippedV1::new).collect();
    escape::pretty(out, &QueueV1 { schema: SCHEMA, title, pulls: rows.iter().map(PullV1::new).collect(), skipped })
}

/// Writes the queue as one JSON object for each pull, each on its line.
///
/// # Errors
/// When `out` cannot be written.
pub fn jsonl(out: &mut dyn Write, rows: &[Row]) -> io::Result<()> {
    rows.iter().try_for_each(|row| escape::compact(out, &PullV1::new(row)))
}

#[derive(Serialize)]
struct QueueV1<'a> {
    schema: &'static str,
    title: &'a str,
    pulls: Vec<PullV1<'a>>,
    skipped: Vec<SkippedV1<'a>>,
}

#[derive(Serialize)]
struct PullV1<'a> {
    r#ref: String,
    source: &'static str,
    title: &'a str,
    branch: &'a str,
    target: &'a str,
    author: &'a str,
    agent: Option<&'a str>,
    tier: &'static str,
    state: &'static str,
    opened: i64,
    updated: i64,
    base: Option<&'a str>,
    head: Option<&'a str>,
    url: Option<&'a str>,
    judgement: Option<JudgementV1<'a>>,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct JudgementV1<'a> {
    score: u8,
    lane: &'static str,
    reason: &'a str,
    findings: usize,
    worst: Option<&'static str>,
    files: usize,
    added: usize,
    removed: usize,
    skipped: usize,
}

#[derive(Serialize)]
struct SkippedV1<'a> {
    path: Option<String>,
    why: &'a str,
}

impl<'a> PullV1<'a> {
    fn new(row: &'a Row) -> Self {
        let pull = &row.pull;
        Self {
            r#ref: pull.address().to_string(),
            source: pull.at.origin.word(),
            title: &pull.title,
            branch: &pull.branch,
            target: &pull.target,
            author: &pull.author.name,
            agent: pull.provenance.agent.as_deref(),
            tier: pull.provenance.tier.word(),
            state: pull.state.word(),
            opened: pull.opened.0,
            updated: pull.updated.0,
            base: pull.revision.base.as_ref().map(|id| id.as_str()),
            head: pull.revision.head.as_ref().map(|id| id.as_str()),
            url: pull.url.as_deref(),
            judgement: row.summary.as_ref().ok().map(JudgementV1::new),
            error: row.summary.as_ref().err().map(String::as_str),
        }
    }
}

impl<'a> JudgementV1<'a> {
    fn new(summary: &'a Summary) -> Self {
        Self {
            score: summary.risk.score,
            lane: summary.risk.lane.word(),
            reason: summary.reason(),
            findings: summary.findings,
            worst: summary.worst.map(crate::model::rule::Severity::word),
            files: summary.files,
            added: summary.added,
            removed: summary.removed,
            skipped: summary.skipped,
        }
    }
}

impl<'a> SkippedV1<'a> {
    fn new(omission: &'a Omission) -> Self {
        Self { path: omission.path.as_ref().map(|path| path.text().into_owned()), why: &omission.why }
    }
}
