//! What block and unblock have in common: who is meant, and where.

use anyhow::{anyhow, bail};
use clap::Args;

use crate::cli::context::{Context, now};
use crate::cli::exit::Exit;
use crate::cli::pulls;
use crate::cli::settle::{Part, settle};
use crate::cli::site::Site;
use crate::cli::terms::Terms;
use crate::cli::verb;
use crate::model::ban::Banned;
use crate::model::decision::Verb;
use crate::model::pull::{Origin, PullRef};
use crate::model::throttle::Throttle;
use crate::response::request::{Request, Target};
use crate::runtime::case_decisions::CaseDecisions;

/// Who is meant.
#[derive(Debug, Args)]
pub struct Meant {
    /// agent:ID (or @login), session:ID or its address, server:NAME of an MCP server
    #[arg(required = true, value_name = "AGENT|SESSION|SERVER", value_parser = banned)]
    who: Vec<Banned>,
    /// Also at this repository of GitHub, by its own switches; once for each
    #[arg(long, value_name = "OWNER/REPO")]
    at: Vec<String>,
    #[command(flatten)]
    terms: Terms,
}

/// Plans, shows, asks and carries out.
///
/// # Errors
/// When a repository cannot be reached, nobody is named as reviewer, nobody can be asked, or the ledger cannot be used.
pub fn run(verb: Verb, meant: &Meant, throttle: Throttle, context: &mut Context) -> anyhow::Result<Exit> {
    let terms = &meant.terms;
    if throttle != Throttle::default() && meant.at.is_empty() {
        bail!("--pulls and --only narrow a repository of a forge; name it with --at OWNER/REPO");
    }
    let site = match meant.at.as_slice() {
        [] => Site::named(&terms.repo, &[]).map_err(|why| anyhow!("{why:#}; for a repository of a GitHub host give --at OWNER/REPO"))?,
        at => match pulls::open(&pulls::Asked { targets: at, folder: None, state: pulls::State::Open, all: true }, context)? {
            Some(site) => site,
            None => bail!("--at names a repository of a GitHub host, such as owner/repo"),
        },
    };
    let decisions = CaseDecisions::at(site.place(), site.paths(context)?, now).under(site.source.clone()).under_rules(context.rules()?);
    verb::resume(&decisions)?;
    let repository = |repo: &String| Target::unseen(PullRef { origin: Origin::Github, repo: repo.clone(), name: String::new() });
    let targets = meant.at.iter().map(repository).collect();
    let request = Request { banned: meant.who.clone(), throttle, ..Request::new(verb, targets, terms.reason.clone(), now()) };
    let plan = decisions.plan_request(&request, Vec::new())?;
    settle(vec![Part { plan, decisions }], terms, site.is_passing(), context)
}

fn banned(text: &str) -> Result<Banned, String> {
    let (kind, name) = match text.split_once(':') {
        Some((kind @ ("agent" | "session" | "server"), name)) => (kind, name),
        Some(("https" | "http", _)) => ("session", text),
        _ => ("agent", text),
    };
    Banned::parse(kind, name).ok_or_else(|| format!("'{text}' names nobody; write agent:NAME, session:ID or server:NAME"))
}
