//! `lazaret hook`: the guard that refuses held commits on protected branches. Installed only on request.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::model::inert;
use crate::response::facts::Guard;
use crate::response::git::hook;

/// Install or look at the hook that refuses held commits
///
/// The hook guards protected branches of this one clone against merge, cherry-pick and squash of what was quarantined. Local
/// hooks can be switched off by whoever owns the clone; a server needs the same check there.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Install it; a hook of somebody else is never overwritten
    Install {
        /// The repository
        #[arg(long, default_value = ".", value_name = "DIR")]
        repo: PathBuf,
        /// Guard this branch or pattern too (may be given again); the default branch is guarded anyway
        #[arg(long, value_name = "BRANCH")]
        protect: Vec<String>,
    },
    /// Say whether it stands and what it guards; exit code 1 when it does not bind
    Status {
        /// The repository
        #[arg(long, default_value = ".", value_name = "DIR")]
        repo: PathBuf,
    },
}

/// Runs it.
///
/// # Errors
/// When the repository cannot be opened, or another hook is in the way.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    match &args.what {
        What::Install { repo, protect } => {
            let installed = hook::install(repo, protect)?;
            let word = if installed.changed { "installed" } else { "already installed" };
            let place = installed.hook.display().to_string();
            writeln!(context.out, "{word}: {}; guards {}", inert::line(&place), inert::line(&installed.protects.join(", ")))?;
            Ok(Exit::Done)
        }
        What::Status { repo } => match hook::state(repo)? {
            Guard::Stands(protects) => {
                writeln!(context.out, "stands: guards {}", inert::line(&protects.join(", ")))?;
                Ok(Exit::Done)
            }
            Guard::Absent(why) => {
                writeln!(context.out, "does not bind: {}", inert::line(&why))?;
                Ok(Exit::Found)
            }
        },
    }
}
