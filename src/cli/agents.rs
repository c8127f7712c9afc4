//! `lazaret agents`: what agents, models and people did over time, as far as it was judged here, and what changed about it.

use std::path::Path;

use anyhow::bail;
use clap::{Args as ClapArgs, ValueEnum};

use crate::analysis::behaviour::portrait::Asked;
use crate::cli::context::{Context, now};
use crate::cli::exit::Exit;
use crate::cli::output::say;
use crate::cli::sweep::when::When;
use crate::export::agents as export;
use crate::model::behaviour::{By, Gallery};
use crate::model::inert;
use crate::runtime::observer::{Observer, name_of};

/// What agents did over time, and what changed about it
///
/// Every change that scan, list, sweep and the console judge is remembered in a few hundred bytes, for 400 days. This prints what
/// that comes to: changes, lanes, findings, what was held or taken back, bursts, models, first times in a folder, lines that come
/// again and again, and where the last changes differ from those before by more than chance explains. Who made a change is a
/// claim, and the tier says how far it goes. Nothing here raises or lowers a risk.
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:
  lazaret agents                          everybody, most changes first
  lazaret agents claude-code              one agent: weeks, drift, first times, bursts
  lazaret agents --repo acme/api --since 90d
  lazaret agents --by model --format json
  lazaret scan --each-commit v1.0..main   fills the memory from history")]
pub struct Args {
    /// Only this one, by the name the table shows
    name: Option<String>,
    /// Only changes of this repository: owner/name, or the folder of a clone
    #[arg(long, value_name = "REPO")]
    repo: Option<String>,
    /// Count changes since then: 24h, 90d, 2w, 2026-11-20
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    since: Option<When>,
    /// By what changes are put together
    #[arg(long, value_enum, default_value_t = Whose::Agent)]
    by: Whose,
    /// How many of the latest changes drift is looked for in, against all before them
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u16).range(3..=500))]
    last: u16,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Whose {
    /// The agent that something points to
    Agent,
    /// Agent and stated model
    Model,
    /// The person or account behind a change
    Author,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table, or a page for one of them
    Plain,
    /// One JSON document, lazaret/agents/v1
    Json,
    /// Tables for a page or a comment
    Markdown,
}

/// Runs it.
///
/// # Errors
/// When what was remembered cannot be read, or nobody is called so.
pub fn run(args: &Args, context: &mut Context) -> anyhow::Result<Exit> {
    let repo = args.repo.as_deref().map(repository);
    let asked = Asked {
        by: match args.by {
            Whose::Agent => By::Agent,
            Whose::Model => By::Model,
            Whose::Author => By::Author,
        },
        repo: repo.as_deref(),
        since: args.since.map(|since| since.from(now())),
        window: Some(usize::from(args.last)),
    };
    let observer = Observer::at(&context.paths()?, now);
    let mut gallery = observer.gallery(context.engine()?.digest(), asked)?;
    observer.said().into_iter().for_each(|says| say("", says));
    if let Some(name) = &args.name {
        narrowed(&mut gallery, name)?;
    }
    if gallery.changes == 0 && args.format == Format::Plain {
        say(
            "",
            "no judged change is remembered of that; `lazaret scan --each-commit A..B`, `list`, `sweep` and the console fill the memory",
        );
        return Ok(Exit::Done);
    }
    let (paint, out, one) = (context.out.paint, &mut context.out, args.name.is_some());
    match args.format {
        Format::Plain if one => export::page(out, &gallery, now(), paint)?,
        Format::Plain => export::table(out, &gallery, now(), paint)?,
        Format::Json => export::json::document(out, &gallery)?,
        Format::Markdown => export::markdown::document(out, &gallery, one)?,
    }
    Ok(Exit::Done)
}

/// Folders stand for the repository in them.
fn repository(named: &str) -> String {
    let folder = Path::new(named);
    let is_folder = folder.is_dir();
    if is_folder { name_of(&std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())) } else { named.to_owned() }
}

/// Keeps only whom `name` means: by key or by name, case aside.
fn narrowed(gallery: &mut Gallery, name: &str) -> anyhow::Result<()> {
    let wanted = name.to_lowercase();
    let is_it = |key: &str, called: &str| key.to_lowercase() == wanted || called.to_lowercase() == wanted;
    let known: Vec<String> = gallery.portraits.iter().map(|one| inert::line(&one.key).into_owned()).collect();
    gallery.portraits.retain(|one| is_it(&one.key, &one.name));
    if gallery.portraits.is_empty() {
        let known = if known.is_empty() { "nobody".to_owned() } else { known.join(", ") };
        bail!("no change by {} is remembered; known here: {known}", inert::line(name));
    }
    Ok(())
}
