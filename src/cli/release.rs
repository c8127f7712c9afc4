//! `lazaret release`: end a quarantine and undo exactly what it did.

use clap::Args as ClapArgs;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::verb::{self, Asked, Common};
use crate::model::decision::Verb;

/// End a quarantine: undo exactly what it did
///
/// TARGET is a case, such as Q-20261120-7f3a91, a held pull, or the name of a held branch. Only what the ledger says was done is
/// undone.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

/// Runs it.
///
/// # Errors
/// As [`verb::run`].
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    verb::run(&Asked::plain(Verb::Release, &args.common), context)
}
