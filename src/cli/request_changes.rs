//! `lazaret request-changes`: a review that asks for changes.

use clap::Args as ClapArgs;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::remarks::Review;
use crate::model::decision::Verb;

/// Ask for changes: one review with all remarks, which stands in the way until its author is content
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
    args.review.run(Verb::RequestChanges, context)
}
