//! `lazaret config`: where settings come from, what they are, and the commented defaults to copy from.

use std::io::Write as _;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::config::{keymap, load, settings};
use crate::export::table::{Cell, Table};
use crate::model::inert;

/// Look at settings and keys
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the settings in force, as a settings file that would say the same
    Show,
    /// Print where everything lives
    Path,
    /// Print which keys do what
    Keys,
    /// Print a commented default file, to copy from
    Default {
        /// Which file
        #[arg(value_enum, default_value_t = File::Settings)]
        file: File,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum File {
    /// settings.toml
    Settings,
    /// keymap.toml
    Keymap,
}

/// Runs it.
///
/// # Errors
/// When no home folder is known, or a file of settings is wrong.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    match &args.what {
        What::Show => {
            let (settings, _) = load::taste(context.paths()?.config())?;
            write!(context.out, "{settings}")?;
        }
        What::Path => path(context)?,
        What::Keys => keys(context)?,
        What::Default { file: File::Settings } => write!(context.out, "{}", settings::DEFAULT)?,
        What::Default { file: File::Keymap } => write!(context.out, "{}", keymap::DEFAULT)?,
    }
    Ok(Exit::Done)
}

fn path(context: &mut Context) -> anyhow::Result<()> {
    let paths = context.paths()?;
    let config = paths.config();
    let places = [
        ("settings", config.join("settings.toml")),
        ("keymap", config.join("keymap.toml")),
        ("themes", config.join("themes")),
        ("ledger", paths.ledger()),
        ("evidence", paths.evidence()),
        ("drafts", paths.drafts()),
        ("cache", paths.cache().to_owned()),
        ("log", paths.log()),
    ];
    for (name, place) in places {
        writeln!(context.out, "{name:<9} {}", inert::line(&place.display().to_string()))?;
    }
    Ok(())
}

fn keys(context: &mut Context) -> anyhow::Result<()> {
    let (_, keymap) = load::taste(context.paths()?.config())?;
    let mut table = Table::new(&["WHERE", "KEYS", "COMMAND", "WHAT IT DOES"], context.out.paint);
    for listed in keymap.list() {
        table.row(vec![Cell::new(listed.section), Cell::new(listed.keys.join(", ")), Cell::new(listed.command), Cell::new(listed.doc)]);
    }
    Ok(table.write(&mut context.out)?)
}
