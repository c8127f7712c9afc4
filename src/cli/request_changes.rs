//! `lazaret request-changes`: a review that asks for changes.

use clap::Args as ClapArgs;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::remarks::Remarks;
use crate::cli::verb::{self, Asked, Common};
use crate::model::decision::Verb;

/// Ask for changes: one review with all remarks, which stands in the way until its author is content
///
/// Remarks at lines, suggestions, answers and settled threads come from a file: see --file.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    remarks: Remarks,
}

/// Runs it.
///
/// # Errors
/// As [`verb::run`], or when the remarks cannot be read.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let comments = args.remarks.read()?;
    verb::run(&Asked { comments, ..Asked::plain(Verb::RequestChanges, &args.common) }, context)
}
