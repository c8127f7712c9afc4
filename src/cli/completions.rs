//! `lazaret completions`: what a shell needs to complete our commands.

use std::io::Write as _;

use clap::{Args as ClapArgs, Command};
use clap_complete::Shell;

use crate::cli::context::Context;
use crate::cli::exit::Exit;

/// Print completions for a shell
///
/// For example: `lazaret completions bash > ~/.local/share/bash-completion/completions/lazaret`
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs it for the command line `whole`.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &Args, mut whole: Command, context: &mut Context) -> anyhow::Result<Exit> {
    // The generator panics on a closed pipe, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut whole, "lazaret", &mut script);
    context.out.write_all(&script)?;
    Ok(Exit::Done)
}
