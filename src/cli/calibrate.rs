//! `lazaret calibrate`: how often each rule fires on merged history, agents and people apart.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use clap::{Args as ClapArgs, ValueEnum};
use sha2::{Digest as _, Sha256};

use crate::analysis::engine::Engine;
use crate::cli::context::{Context, now};
use crate::cli::exit::Exit;
use crate::cli::history::{self, History, Place};
use crate::cli::output::say;
use crate::cli::selection::Rules;
use crate::export::calibration as export;
use crate::model::diff::Omission;
use crate::model::noise::{Calibration, Witness};
use crate::runtime::noise::name_of;
use crate::store::error::StoreError;
use crate::store::noise::NoiseStore;

/// Measure how often each rule fires on your own merged history, agents and people apart
///
/// Every commit of the branch's own line is judged as one change, a merge with all it brought. What was measured is kept: the
/// card of a finding, `rules list` and `rules explain` tell it. A run that was stopped goes on where it was, and a later one
/// looks only at what is new. Rules that fire too often can be made to annotate: lazaret rules annotate ID.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret calibrate                        the last 500 commits of the default branch here
  lazaret calibrate v1.0..main             all of a range
  lazaret calibrate --repo ~/src/api --commits 2000
  lazaret calibrate --rule dependency-added --places")]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    format: Format,
    /// Name every place where a rule fired (JSON always does)
    #[arg(long)]
    places: bool,
    /// Judge everything anew, also what is known from earlier runs
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    rules: Rules,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    Plain,
    /// One JSON document, lazaret/calibration/v1
    Json,
    /// Tables for a page or a comment
    Markdown,
}

/// Runs it.
///
/// # Errors
/// When the history or what was kept cannot be read, or a rule has no such name.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    // How often a rule fires on history is no reason to tell anybody its packages.
    let engine = args.rules.engine(context)?.asking_nobody();
    let calibration = measure(args, &engine, context)?;
    let (paint, out) = (context.out.paint, &mut context.out);
    match args.format {
        Format::Plain => export::plain(out, &calibration, args.places, paint)?,
        Format::Json => export::json(out, &calibration)?,
        Format::Markdown => export::markdown(out, &calibration, args.places)?,
    }
    match (calibration.left, calibration.unread.is_empty()) {
        (0, true) => Ok(Exit::Done),
        (0, false) => Ok(Exit::Failed),
        (left, _) => {
            say("", format!("stopped: {left} commits were not looked at; the same command goes on from here"));
            Ok(Exit::Interrupted)
        }
    }
}

fn measure(args: &Args, engine: &Engine, context: &mut Context) -> anyhow::Result<Calibration> {
    let history = History::open(&args.place, &context.cancel)?;
    let (repository, rules, at) = (name_of(&history.folder()), rules_digest(engine), now());
    let mut store = NoiseStore::open(&context.paths()?.noise())?;
    let known = if args.fresh { HashMap::new() } else { store.witnesses(&repository, &rules, at)? };
    // What is kept is what rules see, whatever the settings make of it.
    let bare = engine.annotating(&BTreeSet::new());
    let shelf = Mutex::new(Shelf { store: &mut store, failed: None });
    let cancel = context.cancel.clone();
    let seen = history.each(&mut context.out, &cancel, |pull, read| {
        if let Some(known) = pull.revision.head.as_ref().and_then(|id| known.get(id)) {
            return Ok((known.clone(), Vec::new()));
        }
        let change = read()?;
        let (witness, unread) = history.witness(&bare, pull, &change, &cancel)?;
        if unread.is_empty() {
            shelf.lock().unwrap_or_else(PoisonError::into_inner).keep(|store| store.keep_witness(&repository, &rules, at, &witness));
        }
        Ok((witness, unread))
    });
    if let Some(why) = shelf.into_inner().unwrap_or_else(PoisonError::into_inner).failed {
        say("", format!("what was measured could not be kept, so the next run begins anew: {why}"));
    }
    let (mut witnesses, parts): (Vec<Witness>, Vec<Vec<Omission>>) = seen.made.into_iter().unzip();
    history::join(&bare, &mut witnesses);
    let (base, noise) = Calibration::of(&witnesses, engine.measured());
    let unread = history.unread.iter().cloned().chain(seen.unread).chain(parts.into_iter().flatten()).collect();
    let range = history.range.clone();
    let rules_digest = engine.digest().to_owned();
    let calibration = Calibration { repository, range, at, rules_digest, base, rules: noise, witnesses, unread, left: seen.left };
    // Half a history says nothing of the whole: rates of a run that was stopped would stand for all of it.
    if calibration.left == 0 && !calibration.witnesses.is_empty() {
        store.keep_rates(&calibration)?;
    }
    Ok(calibration)
}

/// The store, until it fails once: what cannot be kept is told at the end, and measured all the same.
struct Shelf<'s> {
    store: &'s mut NoiseStore,
    failed: Option<StoreError>,
}

impl Shelf<'_> {
    fn keep(&mut self, keep: impl FnOnce(&NoiseStore) -> Result<(), StoreError>) {
        if self.failed.is_none() {
            self.failed = keep(self.store).err();
        }
    }
}

/// The rules that run and how they read a change. What only annotates is counted the same, so that the setting asks for nothing anew.
fn rules_digest(engine: &Engine) -> String {
    let mut hash = Sha256::new();
    // What only counts is kept too since then.
    hash.update("firings\n");
    hash.update(engine.book().digest_unset());
    engine.rules().for_each(|rule| hash.update(format!("{}\n", rule.0)));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
