//! Two sets of rules compared, for people and for scripts: what fires newly, falls silent or weighs something else, and where.

use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::export::paint::Paint;
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::noise::{Base, By};
use crate::model::rule::{RuleId, Severity};
use crate::model::rule_diff::{Fate, RuleDiff, Shift, ShiftKind};

/// Places of one rule and kind that are named; JSON names all.
const NAMED: usize = 20;

/// Writes it for people.
///
/// # Errors
/// When `out` cannot be written.
pub fn plain(out: &mut dyn Write, diff: &RuleDiff, paint: Paint) -> io::Result<()> {
    fates(out, diff)?;
    let (agents, others) = (diff.new.agents.commits, diff.new.others.commits);
    writeln!(out, "\nOn {} commits ({agents} of agents, {others} others):\n", agents + others)?;
    if diff.shifts.is_empty() {
        writeln!(out, "Both say the same.")?;
    } else {
        table(out, diff, paint)?;
        for (rule, shifts) in &diff.shifts {
            writeln!(out, "\n{}", paint.strong(&inert::line(rule.0)))?;
            ShiftKind::ALL.into_iter().try_for_each(|kind| places(out, shifts, kind))?;
        }
    }
    unread(out, diff)?;
    writeln!(out, "\nCommits with a finding of high or critical, before and now:")?;
    for (name, before, after) in [("agents", diff.old.agents, diff.new.agents), ("others", diff.old.others, diff.new.others)] {
        let share = |base: Base| format!("{} ({:.2}%)", base.hard, base.hard_share());
        writeln!(out, "  {name}  {} -> {} of {}", share(before), share(after), after.commits)?;
    }
    Ok(())
}

fn fates(out: &mut dyn Write, diff: &RuleDiff) -> io::Result<()> {
    if diff.rules.is_empty() {
        return writeln!(out, "Both have the same rules.");
    }
    for fate in Fate::ALL {
        let named: Vec<_> = diff.rules.iter().filter(|(_, of)| *of == fate).map(|(id, _)| inert::line(id.0)).collect();
        if !named.is_empty() {
            writeln!(out, "{} {}:", named.len(), fate.word())?;
            named.iter().try_for_each(|name| writeln!(out, "  {name}"))?;
        }
    }
    Ok(())
}

fn table(out: &mut dyn Write, diff: &RuleDiff, paint: Paint) -> io::Result<()> {
    let mut table = Table::new(&["NEW", "SILENT", "OTHER SEVERITY", "RULE"], paint);
    for (rule, shifts) in &diff.shifts {
        let count = |kind| Cell::right(shifts.iter().filter(|shift| shift.kind() == kind).count().to_string());
        let [new, silent, severity] = ShiftKind::ALL.map(count);
        table.row(vec![new, silent, severity, Cell::new(inert::line(rule.0))]);
    }
    table.write(out)
}

fn places(out: &mut dyn Write, shifts: &[Shift], kind: ShiftKind) -> io::Result<()> {
    let of: Vec<&Shift> = shifts.iter().filter(|shift| shift.kind() == kind).collect();
    for shift in of.iter().take(NAMED) {
        let (by, at) = (if shift.agent { "agent" } else { "other" }, shift.hit().map_or("", |hit| hit.at.as_str()));
        writeln!(out, "  {:<8}  {}  {by} {}:{}", kind.word(), shift.weight(), shift.commit.short(), inert::line(at))?;
    }
    let more = of.len().saturating_sub(NAMED);
    if more > 0 { writeln!(out, "  and {more} more {}; --format json names all", kind.word()) } else { Ok(()) }
}

fn unread(out: &mut dyn Write, diff: &RuleDiff) -> io::Result<()> {
    if !diff.unread.is_empty() {
        writeln!(out, "\nNot read:")?;
    }
    diff.unread.iter().try_for_each(|omission| writeln!(out, "- {}", inert::line(&omission.why)))?;
    if diff.left > 0 {
        writeln!(out, "\nStopped early: {} commits were not looked at.", diff.left)?;
    }
    Ok(())
}

/// Writes it as one JSON document.
///
/// # Errors
/// When `out` cannot be written.
pub fn json(out: &mut dyn Write, diff: &RuleDiff) -> io::Result<()> {
    escape::pretty(out, &RuleDiffV1::of(diff))
}

#[derive(Serialize)]
struct RuleDiffV1<'a> {
    schema: &'static str,
    rules: Vec<FateV1>,
    before: SidesV1,
    after: SidesV1,
    shifts: Vec<ShiftV1<'a>>,
    unread: Vec<&'a str>,
    left: usize,
}

#[derive(Serialize)]
struct FateV1 {
    id: &'static str,
    fate: &'static str,
}

#[derive(Serialize)]
struct SidesV1 {
    agents: BaseV1,
    others: BaseV1,
}

#[derive(Serialize)]
struct BaseV1 {
    commits: u64,
    added: u64,
    hard: u64,
}

#[derive(Serialize)]
struct ShiftV1<'a> {
    rule: &'static str,
    kind: &'static str,
    before: Option<&'static str>,
    after: Option<&'static str>,
    commit: &'a str,
    agent: bool,
    at: &'a str,
    path: Option<&'a str>,
    line: Option<u32>,
}

impl<'a> RuleDiffV1<'a> {
    fn of(diff: &'a RuleDiff) -> Self {
        Self {
            schema: "lazaret/rule-diff/v1",
            rules: diff.rules.iter().map(|(id, fate)| FateV1 { id: id.0, fate: fate.word() }).collect(),
            before: SidesV1::of(diff.old),
            after: SidesV1::of(diff.new),
            shifts: diff.shifts.iter().flat_map(|(rule, shifts)| shifts.iter().map(|shift| ShiftV1::of(*rule, shift))).collect(),
            unread: diff.unread.iter().map(|omission| omission.why.as_str()).collect(),
            left: diff.left,
        }
    }
}

impl SidesV1 {
    fn of(base: By<Base>) -> Self {
        let side = |base: Base| BaseV1 { commits: base.commits, added: base.added, hard: base.hard };
        Self { agents: side(base.agents), others: side(base.others) }
    }
}

impl<'a> ShiftV1<'a> {
    fn of(rule: RuleId, shift: &'a Shift) -> Self {
        let word = |severity: Severity| severity.word();
        let hit = shift.hit();
        Self {
            rule: rule.0,
            kind: shift.kind().word(),
            before: shift.before.as_ref().map(|hit| word(hit.severity)),
            after: shift.after.as_ref().map(|hit| word(hit.severity)),
            commit: shift.commit.as_str(),
            agent: shift.agent,
            at: hit.map_or("", |hit| hit.at.as_str()),
            path: hit.and_then(|hit| hit.path.as_deref()),
            line: hit.and_then(|hit| hit.line),
        }
    }
}
