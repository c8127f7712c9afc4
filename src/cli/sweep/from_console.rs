//! Sweeps begun from the console: the words of its form are the words of `lazaret sweep`, and go the same way.
#![allow(clippy::disallowed_methods, reason = "the incident report is written into the file that the person names")]

use std::fs::OpenOptions;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;

use super::bar::Bar;
use super::records::{audited, records};
use super::{Args, Swept as Found, gone_over, prepared, view};
use crate::cli::context::{Context, Surroundings};
use crate::export::incident::{self, Incident};
use crate::model::cancel::Cancel;
use crate::model::sweep::Sweep;
use crate::model::sweeping::{EarlierSweep, SweepOrder, SweepProgress, SweepWish};
use crate::runtime::decisions::Trouble;
use crate::runtime::in_force::InForce;
use crate::runtime::sweeper::{Sweeper, Swept};
use crate::store::sweeps::Sweeps;

/// Earlier sweeps that are listed.
const LISTED: usize = 50;

/// The words of a command line.
#[derive(Debug, Parser)]
#[command(name = "sweep", no_binary_name = true)]
struct Words {
    #[command(flatten)]
    args: Args,
}

/// Who carries out sweeps for the console.
pub struct ConsoleSweeper {
    surroundings: Surroundings,
    targets: String,
}

/// Who carries out sweeps in these surroundings, most likely over `targets`.
#[must_use]
pub fn sweeper(context: &Context, targets: String) -> Arc<dyn Sweeper> {
    Arc::new(ConsoleSweeper::new(context, targets))
}

impl ConsoleSweeper {
    /// In these surroundings, most likely over `targets`.
    #[must_use]
    pub fn new(context: &Context, targets: String) -> Self {
        Self { surroundings: context.surroundings(), targets }
    }

    fn words(&self, wish: &SweepWish) -> anyhow::Result<Vec<String>> {
        match wish {
            SweepWish::Begin(order) => {
                let mut words = split(&order.targets).map_err(|why| anyhow::anyhow!(why))?;
                words.extend([format!("--since={}", order.since), format!("--state={}", order.wanted.word())]);
                words.extend(order.everyone.then(|| "--all-authors".to_owned()));
                Ok(words)
            }
            SweepWish::Again(id) => {
                let known = Sweeps::open(&self.surroundings.context(Cancel::default()).paths()?.sweeps())?.called(id)?;
                let begun = known.ok_or_else(|| anyhow::anyhow!("nothing is kept of sweep {id} any more"))?;
                let mut words: Vec<String> = begun.targets.iter().map(|target| placed(target, Path::new(&begun.place))).collect();
                words.extend(begun.options);
                words.push(format!("--again={id}"));
                Ok(words)
            }
        }
    }

    fn carry_out(&self, wish: &SweepWish, cancel: &Cancel, watch: &mut dyn FnMut(SweepProgress)) -> anyhow::Result<Swept> {
        let context = self.surroundings.context(cancel.clone());
        let words = self.words(wish)?;
        let args = Words::try_parse_from(words).map_err(|why| anyhow::anyhow!(first_line(&why.to_string())))?.args;
        let mut bar = Bar::new();
        let found = gone_over(&args, prepared(&args, &context)?, cancel, &mut |progress| watch(bar.step(progress)))?;
        let Found { sweep, fields, hosts, engine } = found;
        // The ledger shows cases that were ended now; the console is no place to print.
        // With rules of its own choice a sweep is held to those; else to what the console has in force.
        let usual = context.rules()?;
        let rules = if usual.now().rules().eq(engine.rules()) { usual } else { Arc::new(InForce::new(engine, None)) };
        view::opened(sweep, fields, &hosts, rules, &context, &mut |says| tracing::info!("{says}"))
    }

    fn save(&self, sweep: &Sweep, name: &str) -> anyhow::Result<PathBuf> {
        let path = std::path::absolute(name)?;
        let context = self.surroundings.context(Cancel::default());
        let records = records(&context)?;
        let audited = audited(&records, sweep, &context, &mut |says| tracing::warn!("{says}"))?;
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = file.map_err(|why| match why.kind() {
            std::io::ErrorKind::AlreadyExists => anyhow::anyhow!("{} is there already: name another file", path.display()),
            _ => anyhow::anyhow!("{} cannot be written: {why}", path.display()),
        })?;
        let mut out = BufWriter::new(file);
        incident::report(&mut out, Incident { sweep, records: &records, audited: &audited })?;
        out.flush()?;
        Ok(path)
    }
}

impl Sweeper for ConsoleSweeper {
    fn usual(&self) -> SweepOrder {
        SweepOrder { targets: self.targets.clone(), ..SweepOrder::default() }
    }

    fn earlier(&self) -> Result<Vec<EarlierSweep>, Trouble> {
        let path = self.surroundings.context(Cancel::default()).paths().map_err(|why| why.to_string())?.sweeps();
        // Looking makes no file.
        if !path.exists() {
            return Ok(Vec::new());
        }
        let all = Sweeps::open(&path).and_then(|store| store.latest_of_all(LISTED)).map_err(|why| why.to_string())?;
        let earlier = all.into_iter().map(|begun| EarlierSweep {
            id: begun.id,
            targets: begun.targets,
            window: begun.window,
            at: begun.at,
            ended: begun.ended,
        });
        Ok(earlier.collect())
    }

    fn sweep(&self, wish: &SweepWish, cancel: &Cancel, watch: &mut dyn FnMut(SweepProgress)) -> Result<Swept, Trouble> {
        self.carry_out(wish, cancel, watch).map_err(|why| format!("{why:#}"))
    }

    fn report(&self, sweep: &Sweep, name: &str) -> Result<String, Trouble> {
        self.save(sweep, name).map(|path| format!("the incident report lies in {}", path.display())).map_err(|why| format!("{why:#}"))
    }
}

/// The target as it was named from `place`, wherever the console was started.
fn placed(target: &str, place: &Path) -> String {
    let there = place.join(target);
    if Path::new(target).is_relative() && there.exists() { there.display().to_string() } else { target.to_owned() }
}

/// clap's sentence without its usage.
fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    // The options of the command line are not what the person typed.
    line.strip_prefix("invalid value").and_then(|rest| rest.split_once(">': ")).map_or(line, |(_, says)| says).to_owned()
}

/// Words between spaces; quotes hold words together.
fn split(text: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quote): (Vec<String>, Option<String>, Option<char>) = (Vec::new(), None, None);
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if words.iter().any(|word| word.starts_with('-')) {
        return Err("a target does not begin with -: name clones, owner/repository, org:NAME or search:WORDS".to_owned());
    }
    match quote {
        Some(open) => Err(format!("the targets end within a quote: close it with {open}")),
        None => Ok(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_split_as_in_a_shell_and_are_no_options() {
        assert_eq!(split(" acme/api  'search:label:x is:open' org:\"a\" ").unwrap(), ["acme/api", "search:label:x is:open", "org:a"]);
        assert!(split("'acme").unwrap_err().contains("close it with '"));
        assert!(split("acme/api --yes").is_err());
    }
}
