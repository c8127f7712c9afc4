//! `lazaret ledger`: what was decided, by whom, and whether the record of it is whole.

use std::io::Write as _;
use std::path::Path;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::export::ledger as export;
use crate::model::inert;
use crate::model::ledger::ChainState;
use crate::response::journal::Case;
use crate::runtime::journal;
use crate::runtime::proofs::{self, Checked};
use crate::runtime::signing;
use crate::store::cases;

/// Read and verify the record of decisions
///
/// The ledger is append-only and hash-chained. `verify` names the first record that was changed or taken out. Records cut off
/// at the end are told only by comparing the head it prints with one you noted elsewhere.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the latest records, oldest first
    List {
        /// At most this many
        #[arg(short = 'n', long, default_value_t = 50, value_name = "N")]
        limit: usize,
        /// How to print them
        #[arg(long, value_enum, default_value_t = Format::Plain)]
        format: Format,
    },
    /// Walk the whole chain and name the first record that does not hold; then check every signature under a decision, and that
    /// decisions of two people were made by two
    Verify,
    /// Print every record as JSON, one per line
    Export,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    Plain,
    /// One JSON object per line
    Jsonl,
}

/// Runs it.
///
/// # Errors
/// When the ledger cannot be read, or the output cannot be written.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let ledger = context.ledger_if_any()?;
    let paint = context.out.paint;
    let records = |limit| ledger.as_ref().map_or_else(|| Ok(Vec::new()), |ledger| ledger.list(limit));
    match &args.what {
        What::List { limit, format: Format::Plain } => {
            let records = records(*limit)?;
            if records.is_empty() {
                writeln!(context.out, "nothing was decided yet")?;
            } else {
                export::table(&mut context.out, &records, paint)?;
            }
        }
        What::List { limit, format: Format::Jsonl } => export::jsonl(&mut context.out, &records(*limit)?)?,
        What::Export => export::jsonl(&mut context.out, &records(usize::MAX)?)?,
        What::Verify => {
            let state = ledger.as_ref().map(|ledger| ledger.verify()).transpose()?;
            let exit = verify(state.as_ref(), context)?;
            let (Exit::Done, Some(ledger)) = (exit, &ledger) else { return Ok(exit) };
            let cases: Vec<Case> = cases::all(ledger)?.into_iter().map(journal::case).collect();
            let allowed = signing::seat(context.paths()?.config(), Path::new("."))?.allowed;
            return proven(&proofs::check(&cases, allowed.as_deref()), context);
        }
    }
    Ok(Exit::Done)
}

fn proven(checked: &Checked, context: &mut Context) -> anyhow::Result<Exit> {
    for (case, why) in &checked.problems {
        writeln!(context.out, "case {}: {}", case.0, inert::line(why))?;
    }
    if checked.signed + checked.pairs > 0 {
        let signed = if checked.signed == 1 { "1 signature holds".to_owned() } else { format!("{} signatures hold", checked.signed) };
        let pairs = if checked.pairs == 1 { "1 decision was".to_owned() } else { format!("{} decisions were", checked.pairs) };
        writeln!(context.out, "{signed}, {pairs} made by two people")?;
    }
    Ok(if checked.problems.is_empty() { Exit::Done } else { Exit::Found })
}

fn verify(state: Option<&ChainState>, context: &mut Context) -> anyhow::Result<Exit> {
    match state {
        None | Some(ChainState::Whole { records: 0, .. }) => writeln!(context.out, "whole: no records yet")?,
        Some(ChainState::Whole { records, head }) => writeln!(context.out, "whole: {records} records, head {head}")?,
        Some(ChainState::Broken { seq, why }) => {
            writeln!(context.out, "broken at record {seq}: {why}")?;
            return Ok(Exit::Found);
        }
    }
    Ok(Exit::Done)
}
