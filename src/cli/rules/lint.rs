//! `lazaret rules lint`: what of the rule files was left out, can never match, was mended, or could be better.

use clap::ValueEnum;

use crate::analysis::lint;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::export::lint as export;
use crate::model::pack::NoteKind;

/// How it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Plain,
    /// One JSON document
    Json,
}

/// Runs it: code 2 when something was left out.
///
/// # Errors
/// When a folder of rules or an imported file cannot be read at all, or the output cannot be written.
pub fn run(format: Format, context: &mut Context) -> anyhow::Result<Exit> {
    let book = context.rulebook()?;
    let mut notes = lint::lint(&book, &context.rule_packs()?);
    notes.extend(context.imports()?.notes());
    let rules = book.iter().count();
    match format {
        Format::Plain => export::plain(&mut context.out, rules, &notes)?,
        Format::Json => export::json(&mut context.out, rules, &notes)?,
    }
    let lost = notes.iter().any(|note| note.kind == NoteKind::LeftOut);
    Ok(if lost { Exit::Failed } else { Exit::Done })
}
