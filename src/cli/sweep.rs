//! `lazaret sweep`: what agents opened or merged in a window over many repositories.

pub mod bar;
pub mod contain;
pub mod deciders;
pub mod from_console;
pub mod places;
pub mod records;
pub mod view;
pub mod when;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{bail, ensure};
use clap::{ArgGroup, Args as ClapArgs, ValueEnum};
use sha2::{Digest as _, Sha256};

use self::bar::Bar;
use self::contain::Wish;
use self::deciders::Host;
use self::places::Places;
use self::records::{audited, records};
use self::when::When;
use crate::analysis::engine::Engine;
use crate::analysis::redact::shown;
use crate::analysis::rulebook::Rulebook;
use crate::cli::console;
use crate::cli::context::{Context, now};
use crate::cli::exit::{Exit, is_closed_pipe};
use crate::cli::output::{Output, say};
use crate::cli::scan::Threshold;
use crate::cli::selection::Rules;
use crate::export::incident::{self, Incident};
use crate::export::judged::Judged;
use crate::export::sarif::Sarif;
use crate::export::sweep as export;
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::decision::Verb;
use crate::model::diff::{Omission, Patch};
use crate::model::filter::Filter;
use crate::model::inert;
use crate::model::sweep::{Asked, Sweep, Wanted, Window};
use crate::runtime::observer::Observer;
use crate::runtime::sweep::{self, Job, SweepError};
use crate::sources::source::SourceError;
use crate::sources::sweep::Field;
use crate::store::sweeps::{Begun, Sweeps};

/// A sweep that was cut short longer ago than this, in seconds, continues only when it is asked for.
const FRESH: u64 = 6 * 3_600;

/// Go over many repositories: what agents opened or merged in a window, how it came in, what belongs together
///
/// Changes are grouped into campaigns by what they share: patch, added lines, message, author, session, new hosts. Merges
/// without a person's look, merges by their own author, automatic merges and commits without a pull are told apart from
/// findings. What was read is kept at once: a sweep that was cut short continues when it is asked for again.
#[derive(Debug, ClapArgs)]
#[command(group = ArgGroup::new("deed").args(["quarantine", "revert"]), after_help = "Examples:
  lazaret sweep ~/src/* --since 7d                    clones on this machine
  lazaret sweep --org acme --since 24h                an organisation on GitHub
  lazaret sweep ~/src --since 2026-11-20 --state merged
  lazaret sweep --repos list.txt --since 24h --format incident > report.md
  lazaret sweep ~/src --since 24h --filter 'risk>=high' --format json
  lazaret sweep ~/src --since 24h --quarantine C-57033d --reason 'forged build bot'
  lazaret sweep --org acme --since 24h --revert direct-commit --reason 'pushed past review'")]
pub struct Args {
    /// Clones or folders of clones; on GitHub: owner/repo, org:NAME, user:NAME, team:ORG/NAME, search:WORDS, a page
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// An organisation on GitHub (may be given again): the same as org:NAME
    #[arg(long, value_name = "NAME")]
    org: Vec<String>,
    /// A file of further targets, one on each line
    #[arg(long, value_name = "FILE")]
    repos: Option<PathBuf>,
    /// From when: a span such as 24h, 7d or 2w, or a UTC date
    #[arg(long, default_value = "24h", value_name = "WHEN", value_parser = When::parse)]
    since: When,
    /// Until when; now, if nothing is said
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    until: Option<When>,
    /// Which changes
    #[arg(long, value_enum, default_value_t = State::All)]
    state: State,
    /// The changes of people too, not only those of agents
    #[arg(long)]
    all_authors: bool,
    /// Only changes that meet every word, as in `lazaret list`
    #[arg(long, default_value = "", hide_default_value = true, value_name = "WORDS", value_parser = Filter::parse, allow_hyphen_values = true)]
    filter: Filter,
    /// Lists only: no diffs, no findings, no campaigns
    #[arg(long)]
    shallow: bool,
    /// Continue the sweep that was cut short, or say that there is none; one of the last six hours is continued by itself
    #[arg(long, conflicts_with = "fresh")]
    resume: bool,
    /// Begin anew, even when the same sweep was cut short
    #[arg(long)]
    fresh: bool,
    /// Open the console on what was swept: campaigns, their members, one plan over what is chosen
    #[arg(long, conflicts_with_all = ["deed", "format"])]
    console: bool,
    /// Open the sweep of this name, of which everything that was read is kept, with its window
    #[arg(long, hide = true, value_name = "NAME", conflicts_with_all = ["fresh", "resume"])]
    again: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    format: Format,
    /// Exit with 1 when a finding is at least this serious
    #[arg(long, value_enum, default_value_t = Threshold::High, value_name = "SEVERITY")]
    fail_on: Threshold,
    /// Hold changes in one plan over all repositories: of a campaign, by their names, by how they came in, or by a filter
    ///
    /// Each repository gets its own case; what is merged already is not touched, and a revert of it is proposed.
    #[arg(long, value_name = "WHICH", conflicts_with = "shallow", requires = "reason")]
    quarantine: Option<String>,
    /// Take back merged pulls and direct commits, named as for --quarantine, in one plan over all repositories
    ///
    /// Each repository gets its own case, its own branch revert/CASE and its own pull; what came last is taken back first.
    #[arg(long, value_name = "WHICH", conflicts_with_all = ["shallow", "quarantine"], requires = "reason")]
    revert: Option<String>,
    /// Why, in your own words; it goes into the ledger
    #[arg(long, short = 'm', default_value = "", hide_default_value = true, value_name = "TEXT")]
    reason: String,
    /// Show what would be done and do nothing
    #[arg(long, conflicts_with = "yes", requires = "deed")]
    dry_run: bool,
    /// Do it without asking
    #[arg(long, short = 'y', requires = "deed")]
    yes: bool,
    #[command(flatten)]
    rules: Rules,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum State {
    /// Waiting
    Open,
    /// Merged, or committed without a pull
    Merged,
    /// Both, and refused ones
    All,
}

impl State {
    fn wanted(self) -> Wanted {
        match self {
            Self::Open => Wanted::Open,
            Self::Merged => Wanted::Merged,
            Self::All => Wanted::All,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Plain,
    /// One document, lazaret/sweep/v1
    Json,
    /// Report v1 with what a sweep adds, one per line
    Jsonl,
    /// SARIF 2.1.0, one run over all changes
    Sarif,
    /// For a comment or a job summary
    Markdown,
    /// An incident report in Markdown: timeline, scope, actions, duties, procedure
    Incident,
}

/// Runs it.
///
/// # Errors
/// When nothing that can be swept is named, what was kept cannot be used, or nobody waits any more.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    if args.console && !console::is_possible() {
        bail!("the console needs a terminal; leave out --console to print the sweep");
    }
    ensure!(context.imports.is_empty(), "--import is about one repository and a sweep about many: `lazaret scan --import FILE` takes it");
    let Swept { sweep, fields, hosts, engine } = carried_out(args, context)?;
    if args.console {
        return view::run(sweep, fields, &hosts, engine, context);
    }
    let quarantine = args.quarantine.as_ref().map(|what| (Verb::Quarantine, what));
    if let Some((verb, what)) = quarantine.or(args.revert.as_ref().map(|what| (Verb::Revert, what))) {
        let wish = Wish { verb, what, reason: &args.reason, dry_run: args.dry_run, yes: args.yes };
        return contain::run(&wish, &sweep, (&fields, &hosts), &engine, context);
    }
    for gap in sweep.gaps.iter().filter(|gap| gap.failed) {
        say("", format!("{}: {}", gap.place, crate::export::plain::omission(&gap.omission)));
    }
    if args.format != Format::Plain {
        say("", format!("sweep {}: {}", sweep.id, export::cost(&sweep)));
    }
    let found = sweep.members.iter().filter_map(|member| member.judgement.as_ref()).any(|one| args.fail_on.is_reached(&one.report));
    let exit = match (found, sweep.gaps.iter().any(|gap| gap.failed)) {
        (true, _) => Exit::Found,
        (false, true) => Exit::Failed,
        (false, false) => Exit::Done,
    };
    match print(args.format, &sweep, context) {
        Err(error) if is_closed_pipe(&error) => Ok(exit),
        done => done.map(|()| exit),
    }
}

/// A sweep with what is needed to act on it.
struct Swept {
    sweep: Sweep,
    fields: Vec<Arc<dyn Field>>,
    hosts: Vec<Host>,
    engine: Arc<Engine>,
}

/// A sweep that was found or begun, and its places.
struct Prepared {
    targets: Vec<String>,
    engine: Arc<Engine>,
    store: Sweeps,
    begun: Begun,
    /// Whether it was begun earlier.
    continued: bool,
    places: Places,
    observer: Observer,
}

/// Finds or begins the sweep, and goes over it with a line on the terminal.
fn carried_out(args: &Args, context: &mut Context) -> anyhow::Result<Swept> {
    let prepared = prepared(args, context)?;
    if prepared.continued {
        let Begun { id, at, .. } = &prepared.begun;
        say("", format!("continuing sweep {id} of {} with its window; --fresh begins anew", crate::export::ledger::moment(*at)));
    }
    let mut bar = Bar::new();
    let mut last = sweep::Progress::default();
    let (out, id) = (&mut context.out, prepared.begun.id.clone());
    let swept = gone_over(args, prepared, &context.cancel, &mut |progress| {
        last.clone_from(progress);
        if let Some(line) = bar.line(progress, now()) {
            out.watch(&line);
        }
    });
    out.clear();
    if matches!(swept, Err(SweepError::Source(SourceError::Cancelled))) {
        let (judged, changes) = (last.judged, last.changes);
        say("", format!("stopped after {judged} of {changes} changes; they are kept, and the same command continues sweep {id}"));
    }
    match swept {
        Err(SweepError::Source(error)) => Err(error.into()),
        other => Ok(other?),
    }
}

/// Opens the places, and finds or begins the sweep.
fn prepared(args: &Args, context: &Context) -> anyhow::Result<Prepared> {
    let mut targets = args.targets.clone();
    targets.extend(args.org.iter().map(|org| format!("org:{org}")));
    if let Some(list) = &args.repos {
        targets.extend(places::listed(list)?);
    }
    if targets.is_empty() {
        bail!(
            "nothing to sweep was named: name clones such as `lazaret sweep ~/src/*`, owner/repository or org:NAME on GitHub, or a list with --repos"
        );
    }
    let engine = Arc::new(args.rules.engine(context)?);
    let paths = context.paths()?;
    let (store, observer) = (Sweeps::open(&paths.sweeps())?, Observer::at(&paths, now));
    // What cannot be opened is no sweep, and none is begun for it.
    let places = Places::open(&targets, args.all_authors, context)?;
    let (begun, continued) = begun(args, &targets, &engine, &store)?;
    Ok(Prepared { targets, engine, store, begun, continued, places, observer })
}

/// Goes over the places; `watch` is told of every piece.
fn gone_over(args: &Args, prepared: Prepared, cancel: &Cancel, watch: &mut dyn FnMut(&sweep::Progress)) -> Result<Swept, SweepError> {
    let Prepared { targets, engine, store, begun, places, observer, .. } = prepared;
    let Places { fields, gaps, hosts, .. } = places;
    let workers = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let asked = Asked { window: begun.window, now: now(), wanted: args.state.wanted(), everyone: args.all_authors };
    let (shallow, filter) = (args.shallow, &args.filter);
    let job = Job { id: &begun.id, targets, fields, asked, engine: engine.clone(), shallow, filter, workers, observer };
    let mut sweep = sweep::run(&job, &store, cancel, watch)?;
    sweep.gaps.extend(gaps);
    shown::sweep(&mut sweep, &engine.book().veil());
    store.end(&begun.id, now())?;
    Ok(Swept { sweep, fields: job.fields, hosts, engine })
}

/// The sweep that these arguments asked for and that was cut short, or a new one.
fn begun(args: &Args, targets: &[String], engine: &Engine, store: &Sweeps) -> anyhow::Result<(Begun, bool)> {
    if let Some(again) = &args.again {
        let known = store.called(again)?;
        return known.map(|begun| (begun, true)).ok_or_else(|| anyhow::anyhow!("nothing is kept of a sweep {}", inert::line(again)));
    }
    let question = question(args, targets, engine);
    let at = now();
    // On a schedule, the window of an old sweep must not stand in for that of today; what it judged is kept all the same.
    let open = store.latest(&question)?.filter(|begun| !begun.ended && (args.resume || begun.at.until(at) <= FRESH));
    match open {
        Some(open) if !args.fresh => {
            return Ok((open, true));
        }
        None if args.resume => bail!("no sweep with these arguments was cut short; leave out --resume to begin one"),
        _ => {}
    }
    let window = Window { since: args.since.from(at), until: args.until.map_or(at, |until| until.from(at)) };
    if window.since > window.until {
        bail!("--since lies after --until: name a window that begins before it ends");
    }
    let id = sweep::name_of(&question, at);
    let begun = Begun { id, window, at, ended: false, targets: targets.to_vec(), options: options(args), place: here() };
    store.begin(&question, &begun)?;
    Ok((begun, false))
}

/// The options besides targets and window that decide what is read.
fn options(args: &Args) -> Vec<String> {
    let flags = [(args.all_authors, "--all-authors"), (args.shallow, "--shallow")];
    let flags = flags.into_iter().filter(|(on, _)| *on).map(|(_, flag)| flag.to_owned());
    std::iter::once(format!("--state={}", args.state.wanted().word())).chain(flags).collect()
}

/// The folder that targets are named from.
fn here() -> String {
    std::env::current_dir().unwrap_or_default().display().to_string()
}

/// What makes two sweeps the same: everything that decides what is read.
fn question(args: &Args, targets: &[String], engine: &Engine) -> String {
    let mut hash = Sha256::new();
    let window = format!("{:?} {:?} {:?} {} {}", args.since, args.until, args.state, args.all_authors, args.shallow);
    let place = here();
    for part in targets.iter().map(String::as_str).chain([window.as_str(), engine.digest(), place.as_str()]) {
        hash.update(format!("{}:{part}\n", part.len()));
    }
    engine.rules().for_each(|rule| hash.update(rule.0));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn print(format: Format, sweep: &Sweep, context: &mut Context) -> anyhow::Result<()> {
    let records = if format == Format::Incident { records(context)? } else { Vec::new() };
    let audited = audited(&records, sweep, context, &mut |says| say("", says))?;
    let book = context.rulebook()?;
    let (paint, out) = (context.out.paint, &mut context.out);
    match format {
        Format::Plain => export::plain(out, sweep, paint)?,
        Format::Json => export::json::document(out, sweep)?,
        Format::Jsonl => export::json::lines(out, sweep)?,
        Format::Sarif => sarif(out, sweep, &book)?,
        Format::Markdown => export::markdown::overview(out, sweep)?,
        Format::Incident => incident::report(out, Incident { sweep, records: &records, audited: &audited })?,
    }
    Ok(std::io::Write::flush(out)?)
}

fn sarif(out: &mut Output, sweep: &Sweep, book: &Rulebook) -> anyhow::Result<()> {
    let mut sarif = Sarif::new(book.iter());
    for member in &sweep.members {
        if let Some(judgement) = &member.judgement {
            let change = Change { pull: member.pull().clone(), commits: Vec::new(), patch: Patch::default(), digest: String::new() };
            sarif.add(Judged { change: &change, report: &judgement.report });
        }
    }
    for gap in &sweep.gaps {
        let why = format!("{}: {}", gap.place, gap.omission.why);
        if gap.failed { sarif.fail(&why) } else { sarif.omit(&Omission { path: None, why }) }
    }
    Ok(sarif.finish(out)?)
}
