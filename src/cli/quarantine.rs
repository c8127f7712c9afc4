//! `lazaret quarantine`: hold exact commits, reversibly, with evidence first.

use clap::Args as ClapArgs;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::verb::{self, Asked, Common};
use crate::model::decision::Verb;

/// Hold a change: evidence first, then out of the way, then denied re-entry
///
/// Of a pull on a forge, evidence is kept; then it is labelled, auto-merge, merge queue and runs are stopped, its status fails,
/// changes are requested, it becomes a draft and its conversation is locked. The receipt says how far that binds
/// (see `lazaret guard-workflow`).
///
/// On a plain repository, the branch moves to refs/quarantine/CASE/ in one transaction, its commits and patch-ids go on the deny list of the
/// repository, and the hook (see `lazaret hook`) refuses them where it is installed. Working tree, index and HEAD are never
/// touched. `lazaret release CASE` takes it all back.
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
    verb::run(&Asked::plain(Verb::Quarantine, &args.common), context)
}
