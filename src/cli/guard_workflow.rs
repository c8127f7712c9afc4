//! `lazaret guard-workflow`: the required check that makes the label of a hold binding, for either event that can carry it.

use std::io::Write as _;

use clap::{Args as ClapArgs, ValueEnum};

use crate::cli::context::Context;
use crate::cli::exit::Exit;

const HEAD: &str = include_str!("guard_workflow/head.txt");
const TARGET: &str = include_str!("guard_workflow/pull_request_target.txt");
const PULL: &str = include_str!("guard_workflow/pull_request.txt");
const BODY: &str = include_str!("guard_workflow/body.yml");

/// Print the workflow whose required check makes the label agent:quarantine binding
///
/// Save it as .github/workflows/lazaret-guard.yml on the default branch, then require the check lazaret-guard for every protected
/// branch; the first lines say how. It runs no code of the pull, uses no action and needs no permission but to read the pull.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Which event starts it: where the file comes from that judges a pull
    #[arg(long, value_enum, default_value_t = Event::PullRequestTarget)]
    event: Event,
    /// The runner's label; an Enterprise Server has only those of your own runners
    #[arg(long, default_value = "ubuntu-latest", value_name = "LABEL", value_parser = label)]
    runs_on: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Event {
    /// From the default branch: a pull cannot edit the check that holds it
    PullRequestTarget,
    /// From the pull itself: only where the other is forbidden, and only with the protection that its first lines ask for
    PullRequest,
}

/// Runs it.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let (name, why) = match args.event {
        Event::PullRequestTarget => ("pull_request_target", TARGET),
        Event::PullRequest => ("pull_request", PULL),
    };
    let body = BODY.replace("EVENT", name).replace("RUNNER", &args.runs_on);
    write!(context.out, "{HEAD}{why}{body}")?;
    Ok(Exit::Done)
}

/// A label of a runner, which can be nothing else in YAML than that.
fn label(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let good = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic()) && text.bytes().all(plain);
    if good { Ok(text.to_owned()) } else { Err("a runner's label has letters, digits, and - _ . between them".to_owned()) }
}
