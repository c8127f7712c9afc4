//! `lazaret comment`: remarks without a verdict.

use clap::Args as ClapArgs;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::remarks::Review;
use crate::model::decision::Verb;

/// Say something about a pull without a verdict
///
/// Remarks at lines, suggestions, answers and settled threads come from a file: see --file.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    review: Review,
}

/// Runs it.
///
/// # Errors
/// As [`Review::run`].
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    args.review.run(Verb::Comment, context)
}
