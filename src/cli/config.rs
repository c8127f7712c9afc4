//! `lazaret config`: where settings come from, what they are, and the commented defaults to copy from.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::site::Site;
use crate::config::{keymap, load, policy, policy_show, settings};
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::policy::Policy;
use crate::model::pull::{Origin, PullRef};
use crate::runtime::policy::Force;
use crate::sources::open::Target;

/// Look at settings and keys
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the settings in force as a settings file that would say the same, and the policy in force behind #, with the
    /// source of each line
    Show {
        /// The repository whose base branch may have a policy of its own
        #[arg(long, default_value = ".", value_name = "DIR")]
        repo: PathBuf,
    },
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
    /// policy.toml
    Policy,
}

/// Runs it.
///
/// # Errors
/// When no home folder is known, or a file of settings is wrong.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    match &args.what {
        What::Show { repo } => show(repo, context)?,
        What::Path => path(context)?,
        What::Keys => keys(context)?,
        What::Default { file: File::Settings } => write!(context.out, "{}", settings::DEFAULT)?,
        What::Default { file: File::Keymap } => write!(context.out, "{}", keymap::DEFAULT)?,
        What::Default { file: File::Policy } => write!(context.out, "{}", policy::DEFAULT)?,
    }
    Ok(Exit::Done)
}

fn show(repo: &Path, context: &mut Context) -> anyhow::Result<()> {
    let config = context.paths()?.config().to_owned();
    let (settings, _) = load::taste(&config)?;
    write!(context.out, "{settings}")?;
    // Outside of a repository there is only the person's own policy.
    let site = Site::open(&Target { named: Some(repo.display().to_string()), ..Target::default() }).ok();
    let at = PullRef { origin: Origin::Local, repo: repo.display().to_string(), name: String::new() };
    let force = Force::of(&config, site.as_ref().map(|site| &*site.source), &at, None);
    let policy = force.0.map_err(|why| anyhow::anyhow!("the policy cannot be read, so nothing is approved here: {why}"))?;
    writeln!(context.out, "\n# policy in force here, from {}", sources(&policy))?;
    for line in policy_show::lines(&policy) {
        writeln!(context.out, "# {}", inert::line(&line))?;
    }
    Ok(())
}

fn sources(policy: &Policy) -> String {
    let named: Vec<_> = policy.sources.iter().map(|source| inert::line(source).into_owned()).collect();
    if named.is_empty() { "nobody: `lazaret config default policy` shows what could be asked".to_owned() } else { named.join(", ") }
}

fn path(context: &mut Context) -> anyhow::Result<()> {
    let paths = context.paths()?;
    let config = paths.config();
    let places = [
        ("settings", config.join("settings.toml")),
        ("keymap", config.join("keymap.toml")),
        ("policy", config.join("policy.toml")),
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
