//! `lazaret scan`: judge changes and print what was found. The door for pipelines, hooks and scripts.

use clap::{Args as ClapArgs, ValueEnum};

use crate::analysis::across::{self, Together};
use crate::analysis::formats::secrets::veil::Veil;
use crate::analysis::redact::{self, shown};
use crate::analysis::rule_set::Tells;
use crate::cli::context::Context;
use crate::cli::exit::{Exit, is_closed_pipe};
use crate::cli::judge::{Judge, Outcome};
use crate::cli::output::{Output, say};
use crate::cli::print::{Format, Printer};
use crate::cli::selection::Rules;
use crate::cli::target::{Inputs, Opened};
use crate::export::judged::Judged;
use crate::model::behaviour::Unusual;
use crate::model::change::Change;
use crate::model::diff::Patch;
use crate::model::pull::Pull;
use crate::model::report::Report;
use crate::model::rule::Severity;
use crate::runtime::observer::Observer;
use crate::runtime::policy;

/// Judge changes and print what was found
///
/// Nothing of a change is ever run, built or installed. Exit code 0: nothing at or above --fail-on. 1: something was
/// found there. 2: something could not be judged.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret scan                          the agent branches of the repository here
  lazaret scan main..feature            one range
  lazaret scan owner/repo#7             one pull on GitHub
  lazaret scan owner/repo --state all   all pulls of agents there
  lazaret scan --each-commit A..B       every commit of a range by itself
  git diff main | lazaret scan -        a diff from standard input
  lazaret scan --tree vendor/new        a folder as if all of it were added
  lazaret scan --format sarif > lazaret.sarif")]
pub struct Args {
    #[command(flatten)]
    inputs: Inputs,
    /// How to print the reports
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    format: Format,
    /// Exit with 1 when a finding is at least this serious
    #[arg(long, value_enum, default_value_t = Threshold::High, value_name = "SEVERITY")]
    fail_on: Threshold,
    #[command(flatten)]
    rules: Rules,
}

/// Changes that are held to be looked at together, at most.
const MOST_TOGETHER: usize = 500;
/// Changed lines of them that are held, at most.
const MOST_LINES: usize = 2_000_000;

/// From which severity on a finding changes the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "each is the word it stands for")]
pub enum Threshold {
    Info,
    Low,
    Medium,
    High,
    Critical,
    Never,
}

impl Threshold {
    /// Whether a finding of `report` is that serious.
    #[must_use]
    pub fn is_reached(self, report: &Report) -> bool {
        let least = match self {
            Self::Info => Severity::Info,
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
            Self::Never => return false,
        };
        report.worst().is_some_and(|worst| worst >= least)
    }
}

/// Runs it.
///
/// # Errors
/// When the changes cannot be read at all, a rule has no such name, or nobody waits any more.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    args.inputs.note_folders(context);
    let engine = args.rules.engine(context)?;
    let Opened { site, pulls, omissions, incomplete, several } = args.inputs.open(context)?;
    let judge = Judge { engine: &engine, source: &*site.source, cancel: &context.cancel };
    // Where nothing can be kept, everything is judged all the same.
    let observer = site.paths(context).map(|paths| Observer::at(&paths, site.clock())).unwrap_or_default();
    let (folder, places) = (site.source.repository(), site.paths(context));
    let note = |outcome: &Outcome| {
        if let Ok((change, report)) = outcome {
            observer.note(change, report, &engine, folder.as_deref());
        }
    };
    let mut printer = Printer::new(args.format, several, engine.book());
    let (veil, mut omissions) = (engine.book().veil(), omissions);
    shown::omissions(&mut omissions, &veil);
    for omission in &omissions {
        printer.omit(omission);
        say("left out: ", crate::export::plain::omission(omission));
    }
    if pulls.is_empty() && omissions.is_empty() {
        say("", site.nothing());
    }
    let mut verdict = Verdict { threshold: args.fail_on, found: false, failed: incomplete };
    let by_itself = args.inputs.each_commit();
    let mut hand_on = |out: &mut Output, name: &str, mut outcome: Outcome| {
        // By now those that came with it are remembered, too. Single commits of a range are no pulls of anybody.
        if let (Ok((change, report)), false) = (&mut outcome, by_itself) {
            let seen = observer.observe(&change.pull, &engine, folder.as_deref());
            if let (Some(_), Ok(paths)) = (&folder, &places) {
                report.outside = policy::outside(paths.config(), &*site.source, change, report);
                shown::sentences(&mut report.outside, &veil);
            }
            report.unusual = seen.iter().flat_map(|seen| &seen.found).map(Unusual::says).collect();
        }
        verdict.add(&outcome);
        print(&mut printer, out, &redact::through(name, &veil), outcome.map_err(|error| redact::through(&error.to_string(), &veil)), &veil)
    };
    let tells = if args.inputs.each_commit() { Tells::Last } else { Tells::Each };
    let all = together(&judge, &pulls, tells, &mut context.out, &note, &mut hand_on);
    match all.and_then(|()| printer.finish(&mut context.out)) {
        Ok(()) => Ok(verdict.exit()),
        // A reader that went away does not turn what was found into nothing found.
        Err(error) if is_closed_pipe(&error) && verdict.found => Ok(Exit::Found),
        Err(error) => Err(error),
    }
}

/// Judges changes that may come to something together: a window, or one that uses what another brings. They are noted as they are,
/// and handed on when all of them are judged, or as they come where they are too much to hold.
fn together(
    judge: &Judge<'_>,
    pulls: &[Pull],
    tells: Tells,
    out: &mut Output,
    note: &dyn Fn(&Outcome),
    hand_on: &mut dyn FnMut(&mut Output, &str, Outcome) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut held: Vec<(String, Outcome)> = Vec::new();
    let (mut lines, mut apart) = (0_usize, pulls.len() > MOST_TOGETHER);
    if apart {
        say("", format!("more than {MOST_TOGETHER} changes: each is judged by itself only; `lazaret sweep` looks at them together"));
    }
    let all = judge.each(pulls, out, |out, pull, outcome| {
        note(&outcome);
        held.push((pull.at.to_string(), outcome));
        let changed = held
            .last()
            .and_then(|(_, outcome)| outcome.as_ref().ok())
            .map_or(0, |(change, _)| change.patch.added() + change.patch.removed());
        lines = lines.saturating_add(changed);
        if !apart && lines > MOST_LINES && pulls.len() > 1 {
            apart = true;
            say("", "these changes are too large to be held together: each is judged by itself only");
        }
        let ready = if apart || pulls.len() == 1 { std::mem::take(&mut held) } else { Vec::new() };
        ready.into_iter().try_for_each(|(name, outcome)| hand_on(out, &name, outcome))
    });
    let veil = judge.engine.book().veil();
    let judged = held.iter_mut().filter_map(|(name, outcome)| Some((name, outcome.as_mut().ok()?)));
    let mut joined: Vec<Together<'_>> = judged
        .map(|(name, (change, report))| Together {
            at: &change.pull.at,
            name: redact::through(name, &veil),
            opened: change.pull.opened,
            author: change.pull.vouched(),
            unreadable: change.patch.unreadable,
            report,
        })
        .collect();
    across::join(judge.engine, &mut joined, tells);
    // What was judged before somebody stopped it is handed on all the same.
    let handed = held.into_iter().try_for_each(|(name, outcome)| hand_on(out, &name, outcome));
    all.and(handed)
}

/// Prints one report, with what is shown of its change.
fn print(
    printer: &mut Printer,
    out: &mut Output,
    name: &str,
    outcome: Result<(Change, Report), String>,
    veil: &Veil,
) -> anyhow::Result<()> {
    match outcome {
        Ok((change, report)) => {
            let change = shown::change(&change, veil).unwrap_or(change);
            printer.report(out, Judged { change: &change, report: &report })?;
            if let Some(why) = unread(&change.patch) {
                out.clear();
                say("", format!("{name} could not be judged whole: {why}"));
                printer.doubt(&format!("{name} could not be judged whole: {why}"));
            }
            Ok(())
        }
        Err(error) => {
            out.clear();
            say("", format!("{name} could not be judged: {error}"));
            printer.fail(&format!("{name} could not be judged: {error}"));
            Ok(())
        }
    }
}

/// What to say of a change of which parts could not be read.
fn unread(patch: &Patch) -> Option<String> {
    match patch.unreadable {
        0 => None,
        1 => Some("1 part could not be read; it stands among what was not looked at".to_owned()),
        more => Some(format!("{more} parts could not be read; they stand among what was not looked at")),
    }
}

/// What all reports together say to the shell.
struct Verdict {
    threshold: Threshold,
    found: bool,
    failed: bool,
}

impl Verdict {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Ok((change, report)) => {
                self.found |= self.threshold.is_reached(report);
                self.failed |= change.patch.unreadable > 0;
            }
            Err(_) => self.failed = true,
        }
    }

    fn exit(&self) -> Exit {
        match (self.found, self.failed) {
            (true, _) => Exit::Found,
            (false, true) => Exit::Failed,
            (false, false) => Exit::Done,
        }
    }
}
