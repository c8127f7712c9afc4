//! `lazaret unblock`: let an agent, a session or an MCP server pass again.

use clap::Args as ClapArgs;

use crate::cli::ban::{self, Meant};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::model::decision::Verb;
use crate::model::throttle::Throttle;

/// Let an agent, a session or an MCP server pass again
///
/// Lifts what lazaret's own list refuses; with --at, also takes back what the ledger says was switched at GitHub, and no more.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    meant: Meant,
}

/// Runs it.
///
/// # Errors
/// As [`ban::run`].
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    ban::run(Verb::Unblock, &args.meant, Throttle::default(), context)
}
