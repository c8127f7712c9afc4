//! `lazaret guard-workflow`: the required check that makes the label of a hold binding.

use std::io::Write as _;

use clap::Args as ClapArgs;

use crate::cli::context::Context;
use crate::cli::exit::Exit;

const WORKFLOW: &str = include_str!("guard_workflow.yml");

/// Print the workflow whose required check makes the label agent:quarantine binding
///
/// Save it as .github/workflows/lazaret-guard.yml on the default branch, then require the check lazaret-guard for every protected
/// branch; the first lines say how. It runs no code of the pull, uses no action and needs no permission but to read the pull.
#[derive(Debug, ClapArgs)]
pub struct Args {}

/// Runs it.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(_args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    context.out.write_all(WORKFLOW.as_bytes())?;
    Ok(Exit::Done)
}
