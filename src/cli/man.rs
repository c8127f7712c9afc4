//! `lazaret man`: the manual as roff, made from the same doc comments as `--help`.

use std::io::Write as _;

use anyhow::Context as _;
use clap::{Args as ClapArgs, Command};

use crate::cli::context::Context;
use crate::cli::exit::Exit;

/// Print the manual page of the program or of one command
///
/// For example: `lazaret man scan | man -l -`
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The command, such as `scan` or `ledger verify`
    command: Vec<String>,
}

/// Runs it for the command line `whole`.
///
/// # Errors
/// When there is no such command, or the output cannot be written.
pub fn run(args: &Args, mut whole: Command, context: &mut Context) -> anyhow::Result<Exit> {
    whole.build();
    let mut command = &whole;
    for word in &args.command {
        let next = command.find_subcommand(word);
        command = next.with_context(|| format!("there is no command '{}'; `lazaret --help` lists them", args.command.join(" ")))?;
    }
    let name = std::iter::once("lazaret").chain(args.command.iter().map(String::as_str)).collect::<Vec<_>>().join("-");
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(name).render(&mut page)?;
    context.out.write_all(&page)?;
    Ok(Exit::Done)
}
