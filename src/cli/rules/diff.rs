//! `lazaret rules diff`: two sets of rules on the same merged history.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use clap::{Args as ClapArgs, ValueEnum};

use crate::analysis::engine::{Engine, Selection};
use crate::analysis::rulebook::Rulebook;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::history::{self, History, Place};
use crate::cli::output::say;
use crate::config::packs;
use crate::export::rule_diff as export;
use crate::model::inert;
use crate::model::noise::{Calibration, Witness};
use crate::model::pack::NoteKind;
use crate::model::rule::RuleId;
use crate::model::rule_diff::{self, RuleDiff};
use crate::sources::local::packed;

/// Compare two sets of rules on the same history: what fires newly, what falls silent, what weighs something else
///
/// Each set is a folder of rules, `default` for those of lazaret, or REVISION:FOLDER for a folder as it is at a revision of the
/// repository here. What your settings make of rules plays no part.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret rules diff HEAD:rules rules --repo ~/src/api     what my changes do, on the last 500 commits of api
  lazaret rules diff default ./rules main~100..main")]
pub struct Args {
    /// The old set
    old: String,
    /// The new set
    new: String,
    #[command(flatten)]
    place: Place,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lists of rules and places
    Plain,
    /// One JSON document, lazaret/rule-diff/v1
    Json,
}

/// Runs it.
///
/// # Errors
/// When a set or the history cannot be read.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let (old, new) = (set(&args.old)?, set(&args.new)?);
    let diff = compare(&old, &new, &args.place, context)?;
    let (paint, out) = (context.out.paint, &mut context.out);
    match args.format {
        Format::Plain => export::plain(out, &diff, paint)?,
        Format::Json => export::json(out, &diff)?,
    }
    Ok(match (diff.left, diff.unread.is_empty()) {
        (0, true) => Exit::Done,
        (0, false) => Exit::Failed,
        _ => Exit::Interrupted,
    })
}

/// The rules called `named`.
fn set(named: &str) -> anyhow::Result<Arc<Rulebook>> {
    let pack = match named.split_once(':') {
        _ if named == "default" => return Ok(Arc::clone(Rulebook::embedded())),
        Some((revision, folder)) if !Path::new(named).exists() => packed::read(Path::new("."), revision, folder)?,
        _ => packs::read(Path::new(named))?,
    };
    let book = Rulebook::only(&[pack]);
    if book.iter().next().is_none() {
        bail!("`{}` holds no rule that can run; name a folder of rules, REVISION:FOLDER, or default", inert::line(named));
    }
    let lost = book.notes.iter().filter(|note| note.kind == NoteKind::LeftOut).count();
    if lost > 0 {
        let what = if lost == 1 { "rule or rule file" } else { "rules or rule files" };
        say("", format_args!("{lost} {what} of {named} left out of the comparison; `lazaret rules lint` says which"));
    }
    Ok(Arc::new(book))
}

fn compare(old: &Arc<Rulebook>, new: &Arc<Rulebook>, place: &Place, context: &mut Context) -> anyhow::Result<RuleDiff> {
    let history = History::open(place, &context.cancel)?;
    let (one, other) = (Engine::of(old, &Selection::default()), Engine::of(new, &Selection::default()));
    let cancel = context.cancel.clone();
    let seen = history.each(&mut context.out, &cancel, |pull, read| {
        let change = read()?;
        let (before, unread) = history.witness(&one, pull, &change, &cancel)?;
        let (after, _) = history.witness(&other, pull, &change, &cancel)?;
        Ok((before, after, unread))
    });
    let mut diff = RuleDiff { left: seen.left, ..RuleDiff::default() };
    diff.unread = history.unread.iter().cloned().chain(seen.unread).collect();
    let (mut before, mut after): (Vec<Witness>, Vec<Witness>) = (Vec::new(), Vec::new());
    let (mut olds, mut news, mut unreads) = (Vec::new(), Vec::new(), Vec::new());
    for (old, new, unread) in seen.made {
        olds.push(old);
        news.push(new);
        unreads.push(unread);
    }
    history::join(&one, &mut olds);
    history::join(&other, &mut news);
    for ((old, new), unread) in olds.into_iter().zip(news).zip(unreads) {
        for shift in rule_diff::shifts(&old, &new) {
            let rule = shift.hit().map(|hit| hit.rule);
            rule.into_iter().for_each(|rule| diff.shifts.entry(rule).or_default().push(shift.clone()));
        }
        diff.unread.extend(unread);
        before.push(old);
        after.push(new);
    }
    diff.rules = rule_diff::fates(&digests(old), &digests(new));
    diff.old = Calibration::of(&before, one.measured()).0;
    diff.new = Calibration::of(&after, other.measured()).0;
    Ok(diff)
}

fn digests(book: &Rulebook) -> BTreeMap<RuleId, String> {
    book.iter().filter_map(|rule| Some((rule.id, book.digest_of(rule.id)?))).collect()
}
