//! Reports to standard output, one by one in the asked format. Never what a format looks like: that is `export`'s.

use std::io::Write as _;

use clap::ValueEnum;

use crate::analysis::rulebook::Rulebook;
use crate::cli::output::Output;
use crate::export::judged::Judged;
use crate::export::sarif::Sarif;
use crate::export::{json, markdown, plain};
use crate::model::diff::Omission;
use crate::model::risk::Lane;

/// How reports are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Plain,
    /// Report v1; an array of them where several changes were asked for
    Json,
    /// Report v1, one per line
    Jsonl,
    /// SARIF 2.1.0, one run over all changes
    Sarif,
    /// For a comment or a job summary
    Markdown,
}

/// A printer in one format.
pub enum Printer<'b> {
    /// For people, with a count of lanes.
    Plain(Tally),
    /// One report.
    Json,
    /// An array of reports.
    JsonArray(json::Array),
    /// One report per line.
    Jsonl,
    /// A SARIF run.
    Sarif(Box<Sarif<'b>>),
    /// Markdown.
    Markdown,
}

impl<'b> Printer<'b> {
    /// A printer for one change, or for several.
    #[must_use]
    pub fn new(format: Format, several: bool, book: &'b Rulebook) -> Self {
        match format {
            Format::Plain => Self::Plain(Tally::default()),
            Format::Json if several => Self::JsonArray(json::Array::default()),
            Format::Json => Self::Json,
            Format::Jsonl => Self::Jsonl,
            Format::Sarif => Self::Sarif(Box::new(Sarif::new(book.iter()))),
            Format::Markdown => Self::Markdown,
        }
    }

    /// Prints one report.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn report(&mut self, out: &mut Output, judged: Judged<'_>) -> anyhow::Result<()> {
        let paint = out.paint;
        match self {
            Self::Plain(tally) => {
                tally.add(judged.report.risk.lane);
                plain::report(out, judged, paint)?;
            }
            Self::Json => json::report(out, judged)?,
            Self::JsonArray(array) => array.add(out, judged)?,
            Self::Jsonl => json::line(out, judged)?,
            Self::Sarif(sarif) => sarif.add(judged),
            Self::Markdown => markdown::report(out, judged)?,
        }
        Ok(out.flush()?)
    }

    /// Notes that something could not be judged. Formats without a place for it leave it to standard error.
    pub fn fail(&mut self, why: &str) {
        match self {
            Self::Sarif(sarif) => sarif.fail(why),
            Self::Plain(tally) => tally.failed += 1,
            Self::Json | Self::JsonArray(_) | Self::Jsonl | Self::Markdown => {}
        }
    }

    /// Notes that parts of a printed report's change could not be read; the other formats hold that in the report.
    pub fn doubt(&mut self, why: &str) {
        if let Self::Sarif(sarif) = self {
            sarif.fail(why);
        }
    }

    /// Notes that the source left something out.
    pub fn omit(&mut self, omission: &Omission) {
        if let Self::Sarif(sarif) = self {
            sarif.omit(omission);
        }
    }

    /// Prints what comes after all reports.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn finish(self, out: &mut Output) -> anyhow::Result<()> {
        match self {
            Self::Plain(tally) => tally.write(out)?,
            Self::JsonArray(array) => array.finish(out)?,
            Self::Sarif(sarif) => sarif.finish(out)?,
            Self::Json | Self::Jsonl | Self::Markdown => {}
        }
        Ok(out.flush()?)
    }
}

/// How many changes came out in which lane.
#[derive(Debug, Default)]
pub struct Tally {
    lanes: [usize; 4],
    failed: usize,
}

impl Tally {
    fn add(&mut self, lane: Lane) {
        if let Some(count) = self.lanes.get_mut(lane as usize) {
            *count += 1;
        }
    }

    fn write(&self, out: &mut Output) -> std::io::Result<()> {
        let all: usize = self.lanes.iter().sum::<usize>() + self.failed;
        if all < 2 {
            return Ok(());
        }
        let [clear, look, review, stop] = self.lanes;
        write!(out, "{all} changes: {stop} stop, {review} review, {look} look, {clear} clear")?;
        if self.failed > 0 { writeln!(out, ", {} could not be judged", self.failed) } else { writeln!(out) }
    }
}
