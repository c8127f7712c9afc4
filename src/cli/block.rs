//! `lazaret block`: refuse what an agent, a session or an MCP server makes from now on.

use clap::Args as ClapArgs;

use crate::cli::ban::{self, Meant};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::model::decision::Verb;

/// Refuse what an agent, a session or an MCP server makes from now on
///
/// Queues mark it, approvals are refused, quarantine is proposed. With --at, the forge's own switches are used too where the
/// token may: the coding agent's access to the repository, the block of an @account in its organisation.
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
    ban::run(Verb::Block, &args.meant, context)
}
