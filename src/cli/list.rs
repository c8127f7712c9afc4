//! `lazaret list`: the queue, judged and sorted, without the console.

use clap::{Args as ClapArgs, ValueEnum};

use crate::analysis::redact::{self, shown};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::judge::Judge;
use crate::cli::output::say;
use crate::cli::selection::Rules;
use crate::cli::site::Site;
use crate::cli::target::{Opened, Place, listed};
use crate::cli::waiting;
use crate::export::queue::{self, Row};
use crate::model::change::Change;
use crate::model::filter::Filter;
use crate::model::report::{Report, Summary};
use crate::runtime::company::Company;
use crate::runtime::kept::Kept;
use crate::runtime::observer::Observer;

/// Print the queue, most urgent first
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Only pulls that meet every word, such as 'risk>=high agent:copilot age<2d'
    ///
    /// Words are parts of title, branch, address, author or agent. lane: agent: tier: state: author: branch: ref: look into one
    /// field. risk (a score or a severity), age, files, added and removed are compared with < > <= >= =. A - in front turns a
    /// word around.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "WORDS", value_parser = Filter::parse, allow_hyphen_values = true)]
    filter: Filter,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    format: Format,
    #[command(flatten)]
    rules: Rules,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    Plain,
    /// One JSON document, lazaret/queue/v1
    Json,
    /// One JSON object per pull and line
    Jsonl,
}

/// Runs it.
///
/// # Errors
/// When the queue cannot be read, a rule has no such name, or nobody waits any more.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let opened = args.place.open(context)?;
    waiting::remind(context)?;
    print(&opened, &args.rules, &args.filter, args.format, context)
}

/// Prints the queue as a table, as `demo` does without a terminal.
///
/// # Errors
/// As [`run`].
pub fn table(site: Site, context: &mut Context) -> anyhow::Result<Exit> {
    let opened = listed(site, context)?;
    print(&opened, &Rules::default(), &Filter::default(), Format::Plain, context)
}

fn print(opened: &Opened, rules: &Rules, filter: &Filter, format: Format, context: &mut Context) -> anyhow::Result<Exit> {
    let engine = rules.engine(context)?;
    let judge = Judge { engine: &engine, source: &*opened.site.source, cancel: &context.cancel };
    let mut rows = Vec::with_capacity(opened.pulls.len());
    let company = Company::default();
    let (paths, folder) = (opened.site.paths(context)?, opened.site.source.repository());
    let (kept, observer) = (Kept::at(&paths.sweeps(), opened.site.clock()), Observer::at(&paths, opened.site.clock()));
    company.remember(kept.earlier(&opened.pulls, folder.as_deref()));
    let mut failed = opened.incomplete;
    let veil = engine.book().veil();
    judge.each(&opened.pulls, &mut context.out, |_, pull, outcome| {
        failed |= outcome.as_ref().map_or(true, |(change, _)| change.patch.unreadable > 0);
        let mut pull = pull.clone();
        shown::pull(&mut pull, &veil);
        let judged = |(change, report): (Change, Report)| {
            observer.note(&change, &report, &engine, folder.as_deref());
            let summary = Summary::of(&change, &report);
            company.note(&pull, summary.clone(), report, change.patch.unreadable);
            summary
        };
        let summary = outcome.map(judged).map_err(|error| redact::through(&error.to_string(), &veil));
        rows.push(Row { pull, summary });
        Ok(())
    })?;
    for (at, told) in company.told(&engine) {
        rows.iter_mut().filter(|row| row.pull.at == at).for_each(|row| row.summary = Ok(told.clone()));
    }
    let now = opened.site.clock()();
    rows.retain(|row| filter.matches(&row.pull, row.summary.as_ref().ok(), now));
    queue::sort(&mut rows);
    let mut omissions = opened.omissions.clone();
    shown::omissions(&mut omissions, &veil);
    for omission in &omissions {
        say("left out: ", crate::export::plain::omission(omission));
    }
    let paint = context.out.paint;
    match format {
        Format::Plain if rows.is_empty() => say("", empty(opened)),
        Format::Plain => queue::table(&mut context.out, &rows, now, paint)?,
        Format::Json => queue::json(&mut context.out, &opened.site.source.title(), &rows, &omissions)?,
        Format::Jsonl => queue::jsonl(&mut context.out, &rows)?,
    }
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn empty(opened: &Opened) -> String {
    if opened.pulls.is_empty() {
        opened.site.nothing()
    } else {
        format!("none of the {} pulls of {} meets the filter", opened.pulls.len(), opened.site.source.title())
    }
}
