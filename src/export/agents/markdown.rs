//! The same as tables and lists for a page or a comment.

use std::io::{self, Write};

use crate::export::markdown::code;
use crate::model::behaviour::page;
use crate::model::behaviour::{Gallery, Portrait};
use crate::model::time::day;

/// Writes everybody as a table, and the page of each when one was asked for.
///
/// # Errors
/// When `out` cannot be written.
pub fn document(out: &mut dyn Write, gallery: &Gallery, pages: bool) -> io::Result<()> {
    writeln!(out, "## What was done over time\n")?;
    writeln!(out, "| by | tier | changes | findings | high | held | taken back | last | drift |\n|---|---|---|---|---|---|---|---|---|")?;
    gallery.portraits.iter().try_for_each(|one| row(out, one))?;
    writeln!(out, "\n{} changes are remembered; {} of them point to nobody. Who made one is a claim.", gallery.changes, gallery.nobody)?;
    if pages {
        gallery.portraits.iter().try_for_each(|one| page_of(out, one))?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, one: &Portrait) -> io::Result<()> {
    let (tier, last) = (one.tier().word(), day(one.last));
    let (name, findings, drifts) = (code(&one.key), one.findings(), one.drifts.len());
    let (changes, hard, held, back) = (one.changes, one.hard.count, one.held.count, one.reverted.count);
    writeln!(out, "| {name} | {tier} | {changes} | {findings} | {hard} | {held} | {back} | {last} | {drifts} |")
}

fn page_of(out: &mut dyn Write, one: &Portrait) -> io::Result<()> {
    writeln!(out, "\n### {}", code(&one.key))?;
    for section in page::page(one).iter().filter(|section| !section.lines.is_empty()) {
        if !section.title.is_empty() {
            writeln!(out, "\n#### {}", section.title)?;
        }
        writeln!(out)?;
        for line in &section.lines {
            let label = if line.label.is_empty() { String::new() } else { format!("{}: ", line.label) };
            writeln!(out, "- {label}{}", code(&line.text))?;
        }
    }
    Ok(())
}
