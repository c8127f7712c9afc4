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
        /// Only this case; or the archive that `evidence export` wrote
        #[arg(value_name = "CASE|FILE")]
        what: Option<String>,
        /// The SHA-256 that the sender told of the archive
        #[arg(long, value_name = "HEX", requires = "what")]
        sha256: Option<String>,
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
        What::Verify { what: None, .. } => {
            let cases: Vec<CaseId> = evidence::list(&root)?.into_iter().map(|summary| summary.case).collect();
            verify(&root, &cases, context)
        }
        What::Verify { what: Some(case), sha256: None } if is_case_id(case) => verify(&root, &[named(case)?], context),
        What::Verify { what: Some(file), sha256 } => handed(&root, Path::new(file), sha256.as_deref(), context),
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
        let noted = noted(ledger.as_ref(), case)?;
        verified.problems.extend(
            noted
                .iter()
                .filter(|noted| !noted.starts_with(&verified.digest))
                .map(|noted| format!("the ledger noted another manifest: {noted}")),
        );
        if !verified.anchored && noted.is_some() {
            verified.problems.push("the note of where its custody log ends is gone, so records may be gone as well".to_owned());
        }
        if verified.problems.is_empty() {
            let (records, head) = &verified.custody;
            writeln!(context.out, "{}: whole, {} files, manifest SHA-256 {}", case.0, verified.files, verified.digest)?;
            writeln!(context.out, "{}: handled {records} times, custody log ends with {head}", case.0)?;
            if !verified.anchored {
                let advice = "it was not collected here: ask whoever collected it for both digests above, and compare";
                writeln!(context.out, "{}: {advice}", case.0)?;
            }
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

/// The manifest's digest as the ledger, which is chained by itself, noted it when the evidence was kept.
fn noted(ledger: Option<&Ledger>, case: &CaseId) -> anyhow::Result<Option<String>> {
    let Some(ledger) = ledger else { return Ok(None) };
    let outcomes = cases::history(ledger, case)?.map(|history| history.outcomes).unwrap_or_default();
    Ok(outcomes.iter().find_map(|outcome| outcome.says.split_once("manifest SHA-256 ").map(|(_, noted)| noted.to_owned())))
}

/// A redacted copy by itself, and whether it is the one that was handed on.
fn handed(root: &Path, file: &Path, told: Option<&str>, context: &mut Context) -> anyhow::Result<Exit> {
    let shown = inert::line(&file.display().to_string()).into_owned();
    if !file.exists() {
        bail!("'{shown}' is neither a case, such as Q-20261120-7f3a91, nor an archive that `lazaret evidence export` wrote");
    }
    let mut handed = evidence::verify_handed(file)?;
    if told.is_some_and(|told| !told.trim().eq_ignore_ascii_case(&handed.digest)) {
        handed.problems.push(format!("its SHA-256 is {}, another than was told", handed.digest));
    }
    for problem in &handed.problems {
        writeln!(context.out, "{shown}: {}", inert::line(problem))?;
    }
    let Some(case) = handed.case.filter(|_| handed.problems.is_empty()) else { return Ok(Exit::Found) };
    writeln!(
        context.out,
        "{shown}: a redacted copy of {}, {} files, all as its list says, SHA-256 {}",
        case.0, handed.files, handed.digest
    )?;
    let end = match told {
        Some(_) => "it is the one that was told",
        None if evidence::handed_on(root, &case, &handed.digest) => "it is the one that the custody log here says was handed on",
        None => "whoever makes such an archive anew can change everything in it: compare the SHA-256 with the sender's, see --sha256",
    };
    writeln!(context.out, "{shown}: {end}")?;
    Ok(Exit::Done)
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
    let veil = context.rulebook()?.veil();
    let redact = |text: &str| redact::through(text, &veil);
    let exported = evidence::export(root, case, to, &redact, &Handling::by_account(now()))?;
    let (files, changed) = (exported.files, exported.redacted);
    writeln!(context.out, "{}: {files} files, secrets replaced in {changed}, SHA-256 {}", case.0, exported.digest)?;
    for left in &exported.left {
        writeln!(context.out, "stays here: {}", inert::line(left))?;
    }
    writeln!(context.out, "only secrets of known forms are replaced: read it before it goes out")?;
    Ok(Exit::Done)
}
