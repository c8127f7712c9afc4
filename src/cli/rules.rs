//! `lazaret rules`: what is looked for, why, and the proof that it works.

pub mod choice;
pub mod lint;

use std::io::Write as _;
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
use crate::model::rule::Rule;

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
    let book = &context.rulebook()?;
    let paint = context.out.paint;
    match args.what {
        What::List { format, choice } => {
            let rules = choice.of(book)?.into_iter();
            match format {
                Format::Plain => export::table(&mut context.out, rules, paint)?,
                Format::Json => export::json(&mut context.out, rules)?,
                Format::Markdown => page::write(&mut context.out, rules)?,
            }
        }
        What::Packs { format: lint::Format::Plain } => packs::table(&mut context.out, &book.packs, book.iter(), &book.digest, paint)?,
        What::Packs { format: lint::Format::Json } => packs::json(&mut context.out, &book.packs, book.iter(), &book.digest)?,
        What::Explain { id } => export::explain(&mut context.out, named(book, &id)?, paint)?,
        What::Test { id } => {
            let rules: Vec<&Rule> = match id {
                Some(id) => vec![named(book, &id)?],
                None => book.iter().collect(),
            };
            return test(book, &rules, context);
        }
        What::Lint { format } => return lint::run(format, context),
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
    writeln!(context.out, "{} rules, {held} examples hold, {broken} do not", rules.len())?;
    Ok(if broken == 0 { Exit::Done } else { Exit::Found })
}
