//! What agents did over time: a table for people, a page for one of them. Counts and claims; no verdict.

pub mod json;
pub mod markdown;

use std::io::{self, Write};

use crate::export::paint::Paint;
use crate::export::table::{Cell, Table, cut};
use crate::model::behaviour::page::{self, several};
use crate::model::behaviour::{By, Gallery, Portrait};
use crate::model::inert;
use crate::model::time::{Timestamp, short_age};

/// Names are cut here in the table, in columns.
const NAME: usize = 34;
/// The column of the tier.
const TIER: usize = 1;
/// Labels of a page stand in so many columns.
const LABEL: usize = 11;

/// Writes everybody as a table; ages are told at `now`.
///
/// # Errors
/// When `out` cannot be written.
pub fn table(out: &mut dyn Write, gallery: &Gallery, now: Timestamp, paint: Paint) -> io::Result<()> {
    let whose = gallery.portraits.first().map_or(By::Agent, |one| one.by).word().to_uppercase();
    let mut names = vec![whose.as_str(), "TIER", "CHANGES", "FINDINGS", "HIGH", "HELD", "BACK", "LAST", "DRIFT"];
    let by_author = gallery.portraits.first().is_some_and(|one| one.by == By::Author);
    if by_author {
        names.remove(TIER);
    }
    let mut table = Table::new(&names, paint);
    gallery.portraits.iter().for_each(|one| table.row(row(one, now, paint)));
    if !gallery.portraits.is_empty() {
        table.write(out)?;
        writeln!(out)?;
    }
    writeln!(out, "{}", foot(gallery))
}

fn row(one: &Portrait, now: Timestamp, paint: Paint) -> Vec<Cell> {
    let share = |count: usize| {
        if count == 0 { String::new() } else { format!("{count} {:>3.0}%", count as f64 * 100.0 / one.changes.max(1) as f64) }
    };
    let name = if one.by == By::Agent { &one.key } else { &one.name };
    let mut cells = vec![
        Cell::painted(&cut(&inert::line(name), NAME), |words| paint.strong(words)),
        Cell::new(one.tier().word()),
        Cell::right(one.changes.to_string()),
        Cell::right(one.findings().to_string()),
        Cell::right(share(one.hard.count)),
        Cell::right(share(one.held.count)),
        Cell::right(share(one.reverted.count)),
        Cell::right(short_age(one.last.until(now))),
        Cell::new(if one.drifts.is_empty() { String::new() } else { one.drifts.len().to_string() }),
    ];
    // An author is a claim of its own; the tier is that of an agent.
    if one.by == By::Author {
        cells.remove(TIER);
    }
    cells
}

/// On what it rests.
fn foot(gallery: &Gallery) -> String {
    let nobody = match gallery.nobody {
        0 => String::new(),
        some => format!("; {some} of them point to none"),
    };
    format!("{} remembered{nobody}. Who made one is a claim: the tier says how far it goes.", several(gallery.changes, "change"))
}

/// Writes the page of each.
///
/// # Errors
/// When `out` cannot be written.
pub fn page(out: &mut dyn Write, gallery: &Gallery, now: Timestamp, paint: Paint) -> io::Result<()> {
    for one in &gallery.portraits {
        let key = if one.key == one.name { String::new() } else { format!(" ({})", inert::line(&one.key)) };
        let age = short_age(one.last.until(now));
        writeln!(out, "{}{key}, last change {age} ago", paint.strong(&inert::line(&one.name)))?;
        for section in page::page(one) {
            writeln!(out)?;
            if !section.title.is_empty() {
                writeln!(out, "{}", paint.strong(section.title))?;
            }
            if section.lines.is_empty() {
                writeln!(out, "  {}", paint.quiet(section.nothing))?;
            }
            for line in &section.lines {
                let label = if line.label.is_empty() { String::new() } else { format!("{:<LABEL$} ", line.label) };
                writeln!(out, "  {}{}", paint.quiet(&label), inert::line(&line.text))?;
            }
        }
    }
    Ok(())
}
