//! `lazaret block`: refuse what an agent, a session or an MCP server makes from now on.

use clap::Args as ClapArgs;

use crate::cli::ban::{self, Meant};
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::model::decision::Verb;
use crate::model::throttle::{Limit, Throttle};

/// Refuse what an agent, a session or an MCP server makes from now on
///
/// Queues mark it, approvals are refused, quarantine is proposed. With --at, GitHub's own switches are used too where the token may:
/// the access of Copilot's agent to the repository, the block of an @account in its organisation, and for everybody there, when asked
/// for, how many pulls one account may have open and who may take part at all. `lazaret unblock` takes back exactly what was switched.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    meant: Meant,
    /// Let no account have more than N open pulls in the repositories of --at
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pulls: Option<u32>,
    /// Let only these take part in the repositories of --at: existing, contributors or collaborators; for one-day, or as said behind
    /// a colon: three-days, one-week, one-month, six-months
    #[arg(long, value_name = "WHO[:HOW-LONG]", value_parser = limit)]
    only: Option<Limit>,
}

/// Runs it.
///
/// # Errors
/// As [`ban::run`].
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    ban::run(Verb::Block, &args.meant, Throttle { pulls: args.pulls, limit: args.only }, context)
}

fn limit(text: &str) -> Result<Limit, String> {
    Limit::parse(text)
        .ok_or_else(|| format!("'{text}' limits nobody; write existing, contributors or collaborators, such as contributors:one-week"))
}
