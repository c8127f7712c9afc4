//! `lazaret evidence`: what was kept before anything was moved: whether it is still what was written, back into a repository, and
//! a redacted copy of it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args as ClapArgs, Subcommand};

use crate::analysis::redact;
use crate::cli::context::{Context, now};
use crate::cli::exit::Exit;
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::response::CaseId;
use crate::response::case::is_case_id;
use crate::response::evidence::{self, Handling, Summary};
use crate::store::cases;
use crate::store::ledger::Ledger;

/// List, verify, restore and hand on what was kept of contained changes
///
/// Each case has a folder with git's objects, diffs, findings, a forge's answers, a manifest of digests and a log of who handled
/// it. It is raw and unredacted and never leaves this machine by itself.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the cases with evidence
    List,
    /// Compare sizes and digests, follow the custody log, unpack each bundle; exit code 1 when something is not as it was written
    Verify {
        /// Only this case
        case: Option<String>,
    },
    /// Bring the kept commits back into a repository
    Restore {
        /// The case
        case: String,
        /// A new folder, an empty one, or a repository
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
    },
    /// Write a copy with secrets replaced, to be handed on
    Export {
        /// The case
        case: String,
        /// The archive to write: a new .tar.gz file
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
}

/// Runs it.
///
/// # Errors
/// When the evidence cannot be read or written, or there is none of that case.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let root = context.paths()?.evidence();
    match &args.what {
        What::List => list(&evidence::list(&root)?, context),
        What::Verify { case: None } => {
            let cases: Vec<CaseId> = evidence::list(&root)?.into_iter().map(|summary| summary.case).collect();
            verify(&root, &cases, context)
        }
        What::Verify { case: Some(case) } => verify(&root, &[named(case)?], context),
        What::Restore { case, into } => restore(&root, &named(case)?, into, context),
        What::Export { case, to } => export(&root, &named(case)?, to, context),
    }
}

fn named(case: &str) -> anyhow::Result<CaseId> {
    if !is_case_id(case) {
        let shown = inert::line(case);
        bail!("'{shown}' is no case; one looks like Q-20261120-7f3a91, and `lazaret evidence list` names them");
    }
    Ok(CaseId(case.to_owned()))
}

fn list(kept: &[Summary], context: &mut Context) -> anyhow::Result<Exit> {
    if kept.is_empty() {
        writeln!(context.out, "nothing was kept yet")?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["CASE", "DECIDED", "BY", "PULLS", "FILES", "FOLDER"], context.out.paint);
    for summary in kept {
        let text = |text: &str| Cell::new(inert::line(text).into_owned());
        let pulls = summary.problem.clone().unwrap_or_else(|| summary.pulls.join(", "));
        table.row(vec![
            text(&summary.case.0),
            text(&summary.decided),
            text(&summary.operator),
            text(&pulls),
            Cell::right(summary.files.to_string()),
            text(&summary.folder.display().to_string()),
        ]);
    }
    table.write(&mut context.out)?;
    Ok(Exit::Done)
}

fn verify(root: &Path, cases: &[CaseId], context: &mut Context) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    let ledger = ledger(context)?;
    for case in cases {
        let mut verified = evidence::verify(root, case)?;
        verified.problems.extend(noted_otherwise(ledger.as_ref(), case, &verified.digest)?);
        if verified.problems.is_empty() {
            let (records, head) = &verified.custody;
            writeln!(context.out, "{}: whole, {} files, manifest SHA-256 {}", case.0, verified.files, verified.digest)?;
            writeln!(context.out, "{}: handled {records} times, custody log ends with {head}", case.0)?;
        }
        for problem in &verified.problems {
            exit = Exit::Found;
            writeln!(context.out, "{}: {}", case.0, inert::line(problem))?;
        }
    }
    if cases.is_empty() {
        writeln!(context.out, "nothing was kept yet")?;
    }
    Ok(exit)
}

fn ledger(context: &Context) -> anyhow::Result<Option<Ledger>> {
    let path = context.paths()?.ledger();
    Ok(if path.exists() { Some(Ledger::open(&path)?) } else { None })
}

/// Whether the ledger, which is chained by itself, noted another manifest when the evidence was kept.
fn noted_otherwise(ledger: Option<&Ledger>, case: &CaseId, digest: &str) -> anyhow::Result<Option<String>> {
    let Some(ledger) = ledger else { return Ok(None) };
    let outcomes = cases::history(ledger, case)?.map(|history| history.outcomes).unwrap_or_default();
    let noted = outcomes.iter().find_map(|outcome| outcome.says.split_once("manifest SHA-256 ").map(|(_, noted)| noted.to_owned()));
    let other = noted.filter(|noted| !noted.starts_with(digest));
    Ok(other.map(|noted| format!("the ledger noted another manifest: {noted}")))
}

fn restore(root: &Path, case: &CaseId, into: &Path, context: &mut Context) -> anyhow::Result<Exit> {
    let restored = evidence::restore(root, case, into, &Handling::by_account(now()))?;
    for note in &restored.notes {
        writeln!(context.out, "note: {}", inert::line(note))?;
    }
    for (name, id) in &restored.refs {
        writeln!(context.out, "{id} {}", inert::line(name))?;
    }
    writeln!(context.out, "{}: restored into {}; nothing is checked out", case.0, inert::line(&into.display().to_string()))?;
    Ok(Exit::Done)
}

fn export(root: &Path, case: &CaseId, to: &Path, context: &mut Context) -> anyhow::Result<Exit> {
    let redact = |text: &str| redact::redact(text).into_owned();
    let exported = evidence::export(root, case, to, &redact, &Handling::by_account(now()))?;
    let (files, changed) = (exported.files, exported.redacted);
    writeln!(context.out, "{}: {files} files, secrets replaced in {changed}, SHA-256 {}", case.0, exported.digest)?;
    for left in &exported.left {
        writeln!(context.out, "stays here: {}", inert::line(left))?;
    }
    writeln!(context.out, "only secrets of known forms are replaced: read it before it goes out")?;
    Ok(Exit::Done)
}
