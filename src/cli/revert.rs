//! `lazaret revert`: undo merged changes by new commits on a branch of their own.

use clap::Args as ClapArgs;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::verb::{self, Asked, Common};
use crate::model::decision::Verb;

/// Undo merged changes by new commits on a branch of their own
///
/// History is never rewritten. Conflicts are found beforehand and named; then nothing is done. The commits land on the new
/// branch revert/CASE, to be reviewed and merged like any other change; on a forge a pull asks for that. Several are taken back in
/// the reverse order of their merging.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// The branch it was merged into, when that is not the default branch
    #[arg(long, value_name = "BRANCH")]
    base: Option<String>,
}

/// Runs it.
///
/// # Errors
/// As [`verb::run`].
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    verb::run(&Asked { base: args.base.as_deref(), ..Asked::plain(Verb::Revert, &args.common) }, context)
}
