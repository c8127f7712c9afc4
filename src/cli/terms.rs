//! How a verb is carried out, as arguments. Never which.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

/// How a verb is carried out, whatever it is about.
#[derive(Debug, ClapArgs)]
pub struct Terms {
    /// The repository
    #[arg(long, default_value = ".", value_name = "DIR")]
    pub repo: PathBuf,
    /// Why, in your own words; it goes into the ledger, and to the forge where it has a place there
    #[arg(long, short = 'm', default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub reason: String,
    /// Show what would be done and do nothing
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Do it without asking
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// The name of a new package, typed to confirm it, where a policy wants that; once for each
    #[arg(long, value_name = "NAME")]
    pub confirm: Vec<String>,
    /// How to print plan and receipt
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    pub format: Format,
}

/// How plan and receipt are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Plain,
    /// One JSON object of plan and receipt for each repository; it is carried out only with --yes
    Json,
}
