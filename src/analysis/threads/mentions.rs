//! The names on the lines of each finding that is more than a note, and those that the change added to the function around it.

use super::names;
use super::telling;
use crate::analysis::check::FileOutcome;
use crate::analysis::checks::net::hosts;
use crate::analysis::outline::Function;
use crate::analysis::redact;
use crate::analysis::text::cut;
use crate::analysis::view::{FileView, SideView};
use crate::model::diff::{FileDiff, LineKind, Side};
use crate::model::finding::{Finding, Where};
use crate::model::thread::Mention;

/// Names that are kept of one finding.
const MOST_NAMES: usize = 96;
/// Findings of one file, or of a change beside its files, of which names are kept.
const MOST_FINDINGS: usize = 100;
/// Lines of one finding that are read.
const MOST_LINES: usize = 24;
/// Added lines of the function around it that are read besides.
const MOST_LINES_AROUND: usize = 60;

/// Adds to `outcome` what its findings in `file` name. While its veil still hides what was found there: names are kept and shown.
pub fn note(file: &FileView<'_>, outcome: &mut FileOutcome) {
    let mentions = telling(&outcome.findings).take(MOST_FINDINGS).map(|(_, finding)| {
        let own = lines(file.diff, &finding.at);
        let around = function(file, &finding.at);
        let beside = around.into_iter().flat_map(|(side, function)| {
            side.function_lines(function).filter(|line| line.changed).take(MOST_LINES_AROUND).map(|line| line.text)
        });
        let lines = own.chain(beside).map(|line| redact::through(cut(line), &outcome.veil));
        let names = named(std::iter::once(finding.evidence.clone()).chain(lines));
        Mention { finding: finding.id.clone(), names, within: around.and_then(|(side, function)| within(side, function)) }
    });
    outcome.mentions = mentions.collect();
}

/// What findings name that stand in no file's lines, or were not there yet when it was judged.
pub fn of_evidence<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<Mention> {
    let mention =
        |finding: &Finding| Mention { finding: finding.id.clone(), names: named(std::iter::once(finding.evidence.clone())), within: None };
    findings.take(MOST_FINDINGS).map(mention).collect()
}

fn named(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for text in texts {
        for name in names::all(&text).map(str::to_owned).chain(hosts::of_urls(&text)) {
            if kept.len() < MOST_NAMES && !kept.contains(&name) {
                kept.push(name);
            }
        }
    }
    kept
}

/// The function around a finding on an added line.
fn function<'f>(file: &'f FileView<'_>, at: &Where) -> Option<(&'f SideView<'f>, &'f Function)> {
    let place = at.place().filter(|place| place.side == Side::New)?;
    let side = file.new_side()?;
    let line = side.changed_lines().find(|line| line.number == place.line)?;
    Some((side, side.function_at(line.index)?))
}

/// The name of a function that the change defines.
fn within(side: &SideView<'_>, function: &Function) -> Option<String> {
    (side.is_changed(function.first_line) && function.name.len() >= names::SHORTEST_EXACT).then(|| function.name.clone())
}

/// The lines of the diff that a finding stands on.
fn lines<'c>(diff: &'c FileDiff, at: &Where) -> impl Iterator<Item = &'c str> {
    let known = match at {
        Where::Line { place, end_line } => diff.text().map(|text| (text, place.side, place.line, *end_line)),
        _ => None,
    };
    known.into_iter().flat_map(|(text, side, first, last)| {
        let gone = if side == Side::New { LineKind::Removed } else { LineKind::Added };
        let there = text.lines.iter().filter(move |line| line.kind != gone).filter_map(move |line| Some((line.number(side)?, line)));
        let there = there.skip_while(move |(number, _)| *number < first).take_while(move |(number, _)| *number <= last);
        there.take(MOST_LINES).map(|(_, line)| text.text(line))
    })
}
