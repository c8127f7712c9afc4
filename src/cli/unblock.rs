//! `lazaret unblock`: let an agent, a session or an MCP server pass again.

use clap::Args as ClapArgs;

use crate::cli::ban::{self, Meant};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::model::decision::Verb;

/// Let an agent, a session or an MCP server pass again
///
/// Only what lazaret's own list refuses is lifted; with --at, the forge's own switches too.
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
    ban::run(Verb::Unblock, &args.meant, context)
}
