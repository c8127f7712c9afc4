//! `lazaret waiting`: decisions that were made without the network, until they are sent, given back or dropped.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::{Args as ClapArgs, Subcommand};

use crate::cli::context::{Context, now};
use crate::cli::exit::Exit;
use crate::cli::output::say;
use crate::cli::pulls;
use crate::cli::site::Site;
use crate::export::ledger::moment;
use crate::export::plan as export;
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::pull::Origin;
use crate::model::response::{CaseId, Strength};
use crate::model::waiting::Waiting;
use crate::runtime::case_decisions::CaseDecisions;
use crate::runtime::waiting::{self, Sending};
use crate::store::waiting::Held;

/// Look after decisions that were made without the network
///
/// A decision on a pull of a forge that cannot be reached waits. Before it is sent, head, findings and policy are looked at again:
/// what no longer holds is given back with the reason and never sent.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List what waits, oldest first
    List,
    /// Look at what waits again, and send what still holds
    Send {
        /// Only these
        #[arg(value_name = "CASE")]
        cases: Vec<String>,
    },
    /// Take back what waits
    Drop {
        /// Which
        #[arg(required = true, value_name = "CASE")]
        cases: Vec<String>,
        /// Why
        #[arg(long, short = 'm', default_value = "", hide_default_value = true, value_name = "TEXT")]
        reason: String,
    },
}

/// Runs it.
///
/// # Errors
/// When the ledger cannot be used, or nothing waits under a case that was named.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let decisions = CaseDecisions::new(None, context.paths()?, now);
    match &args.what {
        None | Some(What::List) => list(&waiting::list(&decisions)?, context),
        Some(What::Send { cases }) => send(&decisions, cases, context),
        Some(What::Drop { cases, reason }) => {
            for case in cases {
                waiting::drop(&decisions, &CaseId(case.clone()), reason)?;
                writeln!(context.out, "{} waits no more", inert::line(case))?;
            }
            Ok(Exit::Done)
        }
    }
}

/// One sentence on standard error when something waits.
///
/// # Errors
/// When the ledger cannot be read.
pub fn remind(context: &Context) -> anyhow::Result<()> {
    let waits = waiting::list(&CaseDecisions::new(None, context.paths()?, now))?;
    match waits.len() {
        0 => {}
        1 => say("", "1 decision waits for the network: lazaret waiting list"),
        many => say("", format!("{many} decisions wait for the network: lazaret waiting list")),
    }
    Ok(())
}

fn list(waits: &[Waiting], context: &mut Context) -> anyhow::Result<Exit> {
    if waits.is_empty() {
        writeln!(context.out, "nothing waits")?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["CASE", "SINCE", "VERB", "ABOUT", "WHY"], context.out.paint);
    for one in waits {
        let text = |text: &str| Cell::new(inert::line(text).into_owned());
        table.row(vec![text(&one.case.0), Cell::new(moment(one.at)), Cell::new(one.verb.word()), text(&one.subject), text(&one.reason)]);
    }
    table.write(&mut context.out)?;
    Ok(Exit::Done)
}

fn send(decisions: &CaseDecisions, cases: &[String], context: &mut Context) -> anyhow::Result<Exit> {
    let waits = decisions.waits()?;
    if let Some(stray) = cases.iter().find(|case| !waits.iter().any(|(known, _)| known.0 == **case)) {
        bail!("no decision {stray} waits to be sent; lazaret waiting list shows what does");
    }
    let chosen = waits.iter().filter(|(case, _)| cases.is_empty() || cases.contains(&case.0));
    let mut exit = Exit::Done;
    for (case, held) in chosen {
        let site = site(held, context)?;
        let place = CaseDecisions::at(site.place(), context.paths()?, now).under(site.source.clone()).under_rules(context.rules()?);
        match waiting::send(&place, case, &context.cancel)? {
            Sending::Sent(receipt) => {
                let paint = context.out.paint;
                writeln!(context.out, "{} was sent", case.0)?;
                export::receipt(&mut context.out, &receipt, paint)?;
                exit = if receipt.strength == Strength::Failed { Exit::Failed } else { exit };
            }
            Sending::Returned(why) => {
                writeln!(context.out, "{} was not sent, and is given back to you: {}", case.0, inert::line(&why))?;
                exit = if exit == Exit::Failed { exit } else { Exit::Found };
            }
            Sending::Waits(why) => {
                writeln!(context.out, "{} waits on: {}", case.0, inert::line(&why))?;
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}

/// Where what is held was decided.
fn site(held: &Held, context: &Context) -> anyhow::Result<Site> {
    let pulls = &held.decision.pulls;
    if pulls.iter().any(|pull| pull.origin == Origin::Github) {
        let targets: Vec<String> = pulls.iter().map(ToString::to_string).collect();
        let asked = pulls::Asked { targets: &targets, state: pulls::State::All, all: true, folder: None };
        return pulls::open(&asked, context)?.with_context(|| format!("{} is no pull of a forge", targets.join(", ")));
    }
    let names: Vec<String> = pulls.iter().map(|pull| pull.name.clone()).collect();
    Site::named(Path::new(&held.place), &names)
}
