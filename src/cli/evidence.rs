//! `lazaret evidence`: what was kept before anything was moved, and whether it is still what was written.

use std::io::Write as _;

use anyhow::bail;
use clap::{Args as ClapArgs, Subcommand};

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::response::CaseId;
use crate::response::case::is_case_id;
use crate::response::evidence;

/// List and verify what was kept of quarantined changes
///
/// Each case has a folder with a git bundle, the diffs, the findings, refs, reflogs and a manifest of digests. It is raw and
/// unredacted and never leaves this machine by itself.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the cases with evidence
    List,
    /// Compare sizes and digests and unpack each bundle; exit code 1 when something is not as it was written
    Verify {
        /// Only this case
        case: Option<String>,
    },
}

/// Runs it.
///
/// # Errors
/// When the evidence cannot be read, or there is none of that case.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let root = context.paths()?.evidence();
    let kept = evidence::list(&root)?;
    match &args.what {
        What::List if kept.is_empty() => writeln!(context.out, "nothing was kept yet")?,
        What::List => {
            let mut table = Table::new(&["CASE", "DECIDED", "BY", "PULLS", "FILES", "FOLDER"], context.out.paint);
            for summary in &kept {
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
        }
        What::Verify { case } => {
            let cases: Vec<CaseId> = match case {
                Some(case) if is_case_id(case) => vec![CaseId(case.clone())],
                Some(case) => bail!("'{case}' is no case; one looks like Q-20261120-7f3a91, and `lazaret evidence list` names them"),
                None => kept.into_iter().map(|summary| summary.case).collect(),
            };
            return verify(&root, &cases, context);
        }
    }
    Ok(Exit::Done)
}

fn verify(root: &std::path::Path, cases: &[CaseId], context: &mut Context) -> anyhow::Result<Exit> {
    let mut exit = Exit::Done;
    for case in cases {
        let verified = evidence::verify(root, case)?;
        if verified.problems.is_empty() {
            writeln!(context.out, "{}: whole, {} files, manifest SHA-256 {}", case.0, verified.files, verified.digest)?;
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
