//! The doors: one file for each subcommand; their doc comments are the manual.
//!
//! A command gets a `Context`, writes to its `Output`, and answers with an `Exit`; errors become one sentence here.

pub mod agents;
pub mod approve;
pub mod ban;
pub mod block;
pub mod calibrate;
pub mod command;
pub mod comment;
pub mod completions;
pub mod config;
pub mod console;
pub mod context;
pub mod demo;
pub mod doctor;
pub mod evidence;
pub mod exit;
pub mod forge;
pub mod guard_workflow;
pub mod history;
pub mod hook;
pub mod interrupt;
pub mod judge;
pub mod ledger;
pub mod list;
pub mod look_ups;
pub mod man;
pub mod output;
pub mod print;
pub mod pulls;
pub mod quarantine;
pub mod release;
pub mod remarks;
pub mod request_changes;
pub mod revert;
pub mod rules;
pub mod scan;
pub mod selection;
pub mod settle;
pub mod site;
pub mod sweep;
pub mod target;
pub mod task;
pub mod terms;
pub mod token;
pub mod typed;
pub mod unblock;
pub mod verb;
pub mod wait;
pub mod waiting;

use std::ffi::OsString;
use std::io::Write as _;

use clap::{CommandFactory as _, Parser as _};

use self::command::{Cli, Command};
use self::context::Context;
use self::exit::{Exit, is_closed_pipe};
use crate::model::cancel::Cancel;

/// Runs the program with these arguments, the first of which is its name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    match Cli::try_parse_from(arguments) {
        // The console has the terminal to itself and reads Ctrl-C as a key.
        Ok(cli) if cli.opens_console() => told(|| dispatch(cli, Cancel::default())),
        Ok(cli) => interrupt::guarded(move |cancel| told(|| dispatch(cli, cancel))),
        Err(error) if error.use_stderr() => {
            output::complain(error.render());
            Exit::Failed
        }
        Err(help) => {
            let _ = help.print();
            Exit::Done
        }
    }
}

fn dispatch(cli: Cli, cancel: Cancel) -> anyhow::Result<Exit> {
    // The console shows what is waited for, and so does the line of a sweep.
    let drawn = cli.opens_console() || (matches!(cli.command, Some(Command::Sweep(_))) && output::somebody_is_there());
    let mut context = Context::new(cli.config, cancel);
    (context.offline, context.token_command) = (cli.offline, cli.token_command);
    context.sweeper = Some(sweep::from_console::sweeper);
    context.look_ups = look_ups::Wish { asking: cli.look_up, advisories: cli.advisories };
    (context.packs, context.no_default_rules, context.imports) = (cli.packs, cli.no_default_rules, cli.imports);
    context.task = cli.task.as_deref().map(task::read).transpose()?;
    let headless = cli.command.is_some();
    context.tells_waits = !drawn;
    let exit = match cli.command {
        Some(Command::Demo(args)) => demo::run(&args, &mut context),
        Some(Command::List(args)) => list::run(&args, &mut context),
        Some(Command::Scan(args)) => scan::run(&args, &mut context),
        Some(Command::Sweep(args)) => sweep::run(&args, &mut context),
        Some(Command::Agents(args)) => agents::run(&args, &mut context),
        Some(Command::Waiting(args)) => waiting::run(&args, &mut context),
        Some(Command::Ledger(args)) => ledger::run(&args, &mut context),
        Some(Command::Calibrate(args)) => calibrate::run(&args, &mut context),
        Some(Command::Rules(args)) => rules::run(args, &mut context),
        Some(Command::Approve(args)) => approve::run(&args, &mut context),
        Some(Command::RequestChanges(args)) => request_changes::run(&args, &mut context),
        Some(Command::Comment(args)) => comment::run(&args, &mut context),
        Some(Command::Block(args)) => block::run(&args, &mut context),
        Some(Command::Unblock(args)) => unblock::run(&args, &mut context),
        Some(Command::GuardWorkflow(args)) => guard_workflow::run(&args, &mut context),
        Some(Command::Quarantine(args)) => quarantine::run(&args, &mut context),
        Some(Command::Release(args)) => release::run(&args, &mut context),
        Some(Command::Revert(args)) => revert::run(&args, &mut context),
        Some(Command::Evidence(args)) => evidence::run(&args, &mut context),
        Some(Command::Hook(args)) => hook::run(&args, &mut context),
        Some(Command::Doctor(args)) => doctor::run(&args, &mut context),
        Some(Command::Config(args)) => config::run(&args, &mut context),
        Some(Command::Completions(args)) => completions::run(&args, Cli::command(), &mut context),
        Some(Command::Man(args)) => man::run(&args, Cli::command(), &mut context),
        None => console::run(&cli.place.site(&context)?, &context),
    }?;
    context.out.flush()?;
    // The console shows it where it is read.
    if headless {
        forge::tell_age(&context);
    }
    Ok(exit)
}

/// Turns an error into its sentence and its code.
fn told(work: impl FnOnce() -> anyhow::Result<Exit>) -> Exit {
    work().unwrap_or_else(|error| {
        if !is_closed_pipe(&error) {
            output::say("", format!("{error:#}"));
        }
        Exit::of(&error)
    })
}
