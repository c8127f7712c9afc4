//! `lazaret comment`: remarks without a verdict.

use clap::Args as ClapArgs;

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::remarks::Remarks;
use crate::cli::verb::{self, Asked, Common};
use crate::model::decision::Verb;

/// Say something about a pull without a verdict
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
    verb::run(&Asked { comments, ..Asked::plain(Verb::Comment, &args.common) }, context)
}
