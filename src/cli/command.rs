//! The command line as a whole: what stands before the subcommands, and their list.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::cli::look_ups::Asking;
use crate::cli::target::Place;
use crate::cli::{
    agents, approve, block, calibrate, comment, completions, config, console, demo, doctor, evidence, guard_workflow, hook, ledger, list,
    man, quarantine, release, request_changes, revert, rules, scan, sweep, unblock, waiting,
};

/// Review changes written by coding agents
///
/// Without a subcommand the console opens on TARGET: the queue in order of risk, each diff with what was found between its
/// lines, and the verbs approve, quarantine, release and revert. Nothing of a change is ever run, built or installed.
#[derive(Debug, Parser)]
#[command(name = "lazaret", version, max_term_width = 100, subcommand_precedence_over_arg = true)]
#[command(after_help = "Exit codes: 0 nothing at or above --fail-on, or done; 1 findings, or refused; 2 could not do it; 130 interrupted.
Files: $XDG_CONFIG_HOME/lazaret, $XDG_DATA_HOME/lazaret, or everything below $LAZARET_HOME. NO_COLOR and CLICOLOR_FORCE are obeyed.")]
pub struct Cli {
    /// Take settings, keymap and themes from this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub config: Option<PathBuf>,
    /// Ask no forge: read what was kept, and say how old it is
    #[arg(long, global = true)]
    pub offline: bool,
    /// Ask registries and OSV about the packages that changes bring; their names leave this machine. =off asks nobody
    #[arg(long, global = true, value_enum, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    pub look_up: Option<Asking>,
    /// Compare those packages with the advisories in this folder: an unpacked export of OSV. Asks nobody
    #[arg(long, global = true, value_name = "DIR")]
    pub advisories: Option<PathBuf>,
    /// Take GitHub's token from the first line this command prints
    #[arg(long, global = true, value_name = "COMMAND")]
    pub token_command: Option<String>,
    /// Run the rules of this folder too: Sigma, ast-grep, gitleaks (may be given again). Never a folder of the change
    #[arg(long = "rules", global = true, value_name = "DIR")]
    pub packs: Vec<PathBuf>,
    /// Leave out the rules lazaret brings, and run those of --rules and of your own folder alone
    #[arg(long, global = true)]
    pub no_default_rules: bool,
    /// Judge with what other tools found: a SARIF 2.1.0 file of Semgrep, CodeQL, zizmor, gitleaks or any other (may be given again)
    ///
    /// A file that is none is left out and told in every report; verbs that decide refuse to go on without it.
    #[arg(long = "import", global = true, value_name = "FILE")]
    pub imports: Vec<PathBuf>,
    /// The task that changes were made for, such as the prompt of an agent: what it names is held against what they touch
    ///
    /// A text; - reads it from standard input. Issues that GitHub links are read as tasks anyway.
    #[arg(long, global = true, value_name = "FILE")]
    pub task: Option<PathBuf>,
    /// What the console opens on
    #[command(flatten)]
    pub place: Place,
    /// What to do instead of opening the console
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Whether this run draws on the terminal.
    #[must_use]
    pub fn opens_console(&self) -> bool {
        matches!(self.command, None | Some(Command::Demo(_))) && console::is_possible()
    }
}

/// What can be asked for.
#[derive(Debug, Subcommand)]
#[allow(missing_docs, reason = "a command is documented where its arguments are; clap shows those words")]
pub enum Command {
    Demo(demo::Args),
    List(list::Args),
    Scan(scan::Args),
    Sweep(sweep::Args),
    Approve(approve::Args),
    RequestChanges(request_changes::Args),
    Comment(comment::Args),
    Quarantine(quarantine::Args),
    Release(release::Args),
    Revert(revert::Args),
    Block(block::Args),
    Unblock(unblock::Args),
    GuardWorkflow(guard_workflow::Args),
    Waiting(waiting::Args),
    Ledger(ledger::Args),
    Evidence(evidence::Args),
    Rules(rules::Args),
    Calibrate(calibrate::Args),
    Agents(agents::Args),
    Hook(hook::Args),
    Doctor(doctor::Args),
    Config(config::Args),
    Completions(completions::Args),
    Man(man::Args),
}
