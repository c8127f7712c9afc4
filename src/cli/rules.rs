//! `lazaret rules`: what is looked for, why, and the proof that it works.

pub mod choice;
pub mod diff;
pub mod lint;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use self::choice::Choice;
use anyhow::bail;
use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use crate::analysis::examples;
use crate::analysis::rulebook::Rulebook;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::config::nearest::nearest;
use crate::export::packs;
use crate::export::rules::{self as export, page};
use crate::model::inert;
use crate::model::noise::Noise;
use crate::model::rule::{Rule, RuleId, RuleOrigin};
use crate::runtime::noise::Noises;
use crate::sources::local::remote;

/// See what is looked for
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List every rule with its class and the most it may weigh
    List {
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Plain)]
        format: Format,
        #[command(flatten)]
        choice: Choice,
    },
    /// List the packs of rules in force, with version and digest
    Packs {
        /// How to print it
        #[arg(long, value_enum, default_value_t = lint::Format::Plain)]
        format: lint::Format,
    },
    /// Explain one rule: why it matters, what would make it fine, what it fires on and what not
    Explain {
        /// The rule's name, as findings show it
        id: String,
    },
    /// Run every rule (or one) on its own examples
    Test {
        /// Only this rule
        id: Option<String>,
    },
    Diff(diff::Args),
    /// Have a rule only annotate: its findings are notes, ask for no judgement and add nothing to the risk, in every repository
    ///
    /// The name is written into [rules] of your settings.toml; everything else in that file stays as it is. Every report and
    /// decision tells which rules these were. `lazaret calibrate` measures which rules fire too often.
    Annotate {
        /// The rule's name, as findings show it
        id: String,
    },
    /// Let a rule weigh again what it weighs
    Restore {
        /// The rule's name
        id: String,
    },
    /// Say what is wrong with rule files: what was left out, can never match, was mended, or lacks words, examples or references
    ///
    /// Exit code 2 when something was left out. A rule that is left out stands in nobody's way: all others run.
    Lint {
        /// How to print it
        #[arg(long, value_enum, default_value_t = lint::Format::Plain)]
        format: lint::Format,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    Plain,
    /// One JSON array
    Json,
    /// The table of docs/rules.md
    Markdown,
}

/// Runs it.
///
/// # Errors
/// When no rule has the name, or the output cannot be written.
pub fn run(args: Args, context: &mut Context) -> anyhow::Result<Exit> {
    if let What::Diff(args) = &args.what {
        return diff::run(args, context);
    }
    let book = &context.rulebook()?;
    let noise = noise(context, book)?;
    let imported = context.imports()?.rules();
    let paint = context.out.paint;
    match args.what {
        What::List { format, choice } => {
            let rules = choice.of(book, &imported)?.into_iter();
            match format {
                Format::Plain => export::table(&mut context.out, rules, &noise, paint)?,
                Format::Json => export::json(&mut context.out, rules, &noise)?,
                Format::Markdown => page::write(&mut context.out, rules.filter(|rule| !matches!(rule.origin, RuleOrigin::Tool { .. })))?,
            }
        }
        What::Packs { format: lint::Format::Plain } => packs::table(&mut context.out, &book.packs, book.iter(), &book.digest, paint)?,
        What::Packs { format: lint::Format::Json } => packs::json(&mut context.out, &book.packs, book.iter(), &book.digest)?,
        What::Explain { id } => export::explain(&mut context.out, explained(book, &imported, &id)?, &book.notes, &noise, paint)?,
        What::Test { id } => {
            let rules: Vec<&Rule> = match id {
                Some(id) => vec![named(book, &id)?],
                None => book.iter().collect(),
            };
            return test(book, &rules, context);
        }
        What::Annotate { id } => annotate(book, &id, true, context)?,
        What::Restore { id } => annotate(book, &id, false, context)?,
        What::Lint { format } => return lint::run(format, context),
        What::Diff(_) => {}
    }
    Ok(Exit::Done)
}

/// The rule called `id`.
///
/// # Errors
/// When there is none.
pub fn named<'a>(book: &'a Rulebook, id: &str) -> anyhow::Result<&'a Rule> {
    match book.get(id) {
        Some(rule) => Ok(rule),
        None => match nearest(id, book.iter().map(|rule| rule.id.0)) {
            Some(near) => bail!("no rule is called '{id}'; did you mean {near}? `lazaret rules list` names them all"),
            None => bail!("no rule is called '{id}'; `lazaret rules list` names them all"),
        },
    }
}

/// The rule called `id`, of this program, of a pack or of another tool whose results were imported.
fn explained<'a>(book: &'a Rulebook, imported: &'a [Rule], id: &str) -> anyhow::Result<&'a Rule> {
    let of_tool = imported.iter().find(|rule| rule.id.0 == id);
    match of_tool {
        Some(rule) => Ok(rule),
        None if id.contains('/') && book.get(id).is_none() && imported.is_empty() => {
            bail!("no rule is called '{id}'; rules of other tools are known when their results are given with --import FILE")
        }
        None => named(book, id),
    }
}

/// What is known of the rules from their use, seen from the repository here.
fn noise(context: &Context, book: &Rulebook) -> anyhow::Result<Noise> {
    Ok(Noises::new(context.paths()?, remote::folder(Path::new("."))).known(book)?)
}

fn annotate(book: &Rulebook, id: &str, on: bool, context: &mut Context) -> anyhow::Result<()> {
    let set = book.annotated().contains(&RuleId::named(id));
    // Rules of other tools are not in the book; their names hold a tool's.
    if on && !set && !id.contains(['/', ':']) {
        named(book, id)?;
    }
    let says = match (on, set) {
        (true, true) => format!("{id} only annotates already"),
        (false, false) => format!("{id} is not set to annotate; `lazaret rules list` shows which rules are"),
        _ => {
            let done = context.rules()?.annotate(RuleId::named(id), on)?;
            format!("{done}; written into {}", context.paths()?.config().join("settings.toml").display())
        }
    };
    Ok(writeln!(context.out, "{}", inert::line(&says))?)
}

fn test(book: &Arc<Rulebook>, rules: &[&Rule], context: &mut Context) -> anyhow::Result<Exit> {
    let (mut held, mut broken) = (0, 0);
    for rule in rules {
        for example in &rule.examples {
            if examples::run(book, rule, example).holds {
                held += 1;
                continue;
            }
            broken += 1;
            let verb = if example.hits { "must fire on" } else { "must not fire on" };
            writeln!(context.out, "{}: {verb}: {}", rule.id, example.about)?;
        }
    }
    let tried = if rules.len() == 1 { "1 rule".to_owned() } else { format!("{} rules", rules.len()) };
    writeln!(context.out, "{tried}, {held} examples hold, {broken} do not")?;
    Ok(if broken == 0 { Exit::Done } else { Exit::Found })
}
