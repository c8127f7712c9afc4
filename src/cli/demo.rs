//! `lazaret demo`: the console on a repository that comes with the program.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::cli::console;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::list;
use crate::cli::output::say;
use crate::cli::site::Site;
use crate::model::inert;

/// Open the console on the embedded demo: 75 pulls, of which fourteen are worth a second look
///
/// A real repository, built in a temporary folder; every verb works on it, and its ledger and evidence stay in that folder
/// too. Without a terminal the queue is printed.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Build it in this folder and keep it; nothing outside is touched
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs it.
///
/// # Errors
/// When the folder holds something else or cannot be written, or the terminal cannot be used.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let site = match &args.dir {
        Some(folder) => Site::kept_demo(folder)?,
        None => Site::passing_demo(None)?,
    };
    if console::is_possible() {
        console::run(&site, context)?;
    } else {
        list::table(site, context)?;
    }
    if let Some(folder) = &args.dir {
        let name = folder.to_string_lossy();
        let shown = inert::word(&name);
        let home = inert::word(&folder.join("home").to_string_lossy()).into_owned();
        say(
            "",
            format!(
                "the demo is kept in {shown}: `lazaret list {shown}` lists it, `LAZARET_HOME={home} lazaret ledger list` reads its ledger"
            ),
        );
    }
    Ok(Exit::Done)
}
