//! How often rules fire, for people, scripts and pages: a table of 80 columns, `lazaret/calibration/v1`, Markdown.

use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::export::markdown::code;
use crate::export::paint::Paint;
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::noise::{BAR, Base, By, Calibration, Fires, Hit, RuleNoise, Witness};
use crate::model::rule::{RuleId, Severity};

/// Below so many commits a share says nothing: one of them would be more than the bar.
const ENOUGH: u64 = 50;

/// Writes it as tables for a terminal; `places` names every place where a rule fired.
///
/// # Errors
/// When `out` cannot be written.
pub fn plain(out: &mut dyn Write, calibration: &Calibration, places: bool, paint: Paint) -> io::Result<()> {
    let [place, counts] = heading(calibration);
    writeln!(out, "{place}\n{counts}\n")?;
    let (loud, silent): (Vec<_>, Vec<_>) = calibration.rules.iter().partition(|noise| noise.fires.all().findings > 0);
    if !loud.is_empty() {
        let mut table = Table::new(&["WORST", "FINDINGS", "PER 1,000", "AGENTS", "OTHERS", "RULE"], paint);
        loud.iter().for_each(|noise| table.row(row(noise, &calibration.base, paint)));
        table.write(out)?;
        writeln!(out)?;
    }
    if places {
        loud.iter().try_for_each(|noise| listed(out, noise.of.rule, &calibration.witnesses, paint))?;
    }
    writeln!(out, "{}", rest(loud.len(), silent.len()))?;
    unread(out, calibration, |words| words.to_owned())?;
    summary(calibration).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Where it was measured, and on how much.
fn heading(calibration: &Calibration) -> [String; 2] {
    let By { agents, others } = calibration.base;
    let all = calibration.base.all();
    let place = format!("{}, {}", inert::line(&calibration.repository), inert::line(&calibration.range));
    let noun = if others.commits == 1 { "other" } else { "others" };
    let counts = format!("{} commits ({} of agents, {} {noun})", grouped(all.commits), grouped(agents.commits), grouped(others.commits));
    [place, format!("{counts}, {} added lines", grouped(all.added))]
}

fn row(noise: &RuleNoise, base: &By<Base>, paint: Paint) -> Vec<Cell> {
    let worst = noise.worst.unwrap_or(Severity::Info);
    let side = |fires: Fires, base: Base| Cell::right(format!("{} {:>5}", grouped(fires.commits), percent(fires.share(base))));
    let all = noise.fires.all();
    let set = if noise.of.annotated { " (set to annotate)" } else { "" };
    vec![
        Cell::painted(worst.word(), |words| paint.severity(worst, words)),
        Cell::right(grouped(all.findings)),
        Cell::right(format!("{:.2}", all.per_thousand(base.all()))),
        side(noise.fires.agents, base.agents),
        side(noise.fires.others, base.others),
        Cell::new(format!("{}{set}", inert::line(noise.of.rule.0))),
    ]
}

/// Every place where `rule` fired, latest commit first.
fn listed(out: &mut dyn Write, rule: RuleId, witnesses: &[Witness], paint: Paint) -> io::Result<()> {
    writeln!(out, "{}", paint.strong(&inert::line(rule.0)))?;
    for (witness, hit) in hits(rule, witnesses) {
        let by = if witness.agent { "agent" } else { "other" };
        let severity = format!("{:<8}", hit.severity.word());
        writeln!(out, "  {} {by} {}:{}", paint.severity(hit.severity, &severity), witness.commit.short(), inert::line(&hit.at))?;
    }
    writeln!(out)
}

fn hits(rule: RuleId, witnesses: &[Witness]) -> impl Iterator<Item = (&Witness, &Hit)> {
    let of = move |witness| hits_of(witness).filter(move |(_, hit)| hit.rule == rule);
    witnesses.iter().flat_map(of)
}

fn hits_of(witness: &Witness) -> impl Iterator<Item = (&Witness, &Hit)> {
    witness.hits.iter().map(move |hit| (witness, hit))
}

fn unread(out: &mut dyn Write, calibration: &Calibration, show: impl Fn(&str) -> String) -> io::Result<()> {
    if !calibration.unread.is_empty() {
        writeln!(out, "\nNot read:")?;
    }
    calibration.unread.iter().try_for_each(|omission| writeln!(out, "- {}", show(&inert::line(&omission.why))))?;
    if calibration.left > 0 {
        writeln!(out, "\nStopped early: {} commits were not looked at.", calibration.left)?;
    }
    Ok(())
}

/// What a maintainer wants to know first: on how many ordinary commits somebody would have to judge.
fn summary(calibration: &Calibration) -> Vec<String> {
    let side = |name: &str, base: Base| {
        let word = match base.commits {
            0 => return format!("  {name}  no commits"),
            few if few < ENOUGH => "too few to tell",
            _ if base.keeps_the_bar() => "below it",
            _ => "above it: lazaret rules annotate ID makes a rule's findings notes",
        };
        format!("  {name}  {} of {} ({}), {word}", grouped(base.hard), grouped(base.commits), percent(base.hard_share()))
    };
    let By { agents, others } = calibration.base;
    let heading = format!("Commits with a finding of high or critical, against a bar of {BAR} %:");
    vec![heading, side("agents", agents), side("others", others)]
}

/// Writes it as Markdown.
///
/// # Errors
/// When `out` cannot be written.
pub fn markdown(out: &mut dyn Write, calibration: &Calibration, places: bool) -> io::Result<()> {
    let [place, counts] = heading(calibration);
    writeln!(out, "## How often the rules fire\n\n{}: {counts}\n", code(&place))?;
    let mut summary = summary(calibration).into_iter();
    summary.next().map_or(Ok(()), |line| writeln!(out, "{line}\n"))?;
    summary.try_for_each(|line| writeln!(out, "- {}", line.trim()))?;
    writeln!(out, "\n| rule | worst | findings | per 1,000 added lines | commits of agents | other commits |\n|---|---|---|---|---|---|")?;
    let loud = || calibration.rules.iter().filter(|noise| noise.fires.all().findings > 0);
    for noise in loud() {
        let (all, base) = (noise.fires.all(), calibration.base);
        let side = |fires: Fires, base: Base| format!("{} ({})", grouped(fires.commits), percent(fires.share(base)));
        let worst = noise.worst.unwrap_or(Severity::Info).word();
        let set = if noise.of.annotated { ", set to annotate" } else { "" };
        let (agents, others) = (side(noise.fires.agents, base.agents), side(noise.fires.others, base.others));
        let (findings, rate) = (grouped(all.findings), all.per_thousand(base.all()));
        writeln!(out, "| {}{set} | {worst} | {findings} | {rate:.2} | {agents} | {others} |", code(noise.of.rule.0))?;
    }
    writeln!(out, "\n{}", rest(loud().count(), calibration.rules.len() - loud().count()))?;
    unread(out, calibration, code)?;
    if places {
        for noise in loud() {
            writeln!(out, "\n### {}\n", code(noise.of.rule.0))?;
            for (witness, hit) in hits(noise.of.rule, &calibration.witnesses) {
                writeln!(out, "- {}: {}", hit.severity.word(), code(&format!("{}:{}", witness.commit.short(), hit.at)))?;
            }
        }
    }
    Ok(())
}

/// Writes it as one JSON document.
///
/// # Errors
/// When `out` cannot be written.
pub fn json(out: &mut dyn Write, calibration: &Calibration) -> io::Result<()> {
    escape::pretty(out, &CalibrationV1::of(calibration))
}

/// What is to be said of the rules that the table leaves out.
fn rest(loud: usize, silent: usize) -> String {
    let noun = if silent == 1 { "rule" } else { "rules" };
    match (loud, silent) {
        (_, 0) => "Every rule that ran fired.".to_owned(),
        (0, _) => format!("{silent} {noun} ran, and none fired."),
        _ => format!("{silent} more {noun} ran and did not fire."),
    }
}

fn percent(share: f64) -> String {
    // What happened once is not what never happened.
    if share > 0.0 && share < 0.1 { format!("{share:.2}%") } else { format!("{share:.1}%") }
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[derive(Serialize)]
struct CalibrationV1<'a> {
    schema: &'static str,
    repository: &'a str,
    range: &'a str,
    at: i64,
    rules_digest: &'a str,
    bar: f64,
    agents: BaseV1,
    others: BaseV1,
    rules: Vec<RuleV1<'a>>,
    unread: Vec<&'a str>,
    left: usize,
}

#[derive(Serialize)]
struct BaseV1 {
    commits: u64,
    added: u64,
    hard: u64,
    hard_share: f64,
    keeps_bar: bool,
}

#[derive(Serialize)]
struct RuleV1<'a> {
    id: &'static str,
    digest: &'a str,
    severity: &'static str,
    worst: Option<&'static str>,
    annotated: bool,
    agents: FiresV1,
    others: FiresV1,
    places: Vec<PlaceV1<'a>>,
}

#[derive(Serialize)]
struct FiresV1 {
    findings: u64,
    per_1000: f64,
    commits: u64,
    share: f64,
    hard: u64,
}

#[derive(Serialize)]
struct PlaceV1<'a> {
    commit: &'a str,
    agent: bool,
    severity: &'static str,
    at: &'a str,
    path: Option<&'a str>,
    line: Option<u32>,
}

impl<'a> CalibrationV1<'a> {
    fn of(calibration: &'a Calibration) -> Self {
        let base = |base: Base| BaseV1 {
            commits: base.commits,
            added: base.added,
            hard: base.hard,
            hard_share: rounded(base.hard_share()),
            keeps_bar: base.keeps_the_bar(),
        };
        Self {
            schema: "lazaret/calibration/v1",
            repository: &calibration.repository,
            range: &calibration.range,
            at: calibration.at.0,
            rules_digest: &calibration.rules_digest,
            bar: BAR,
            agents: base(calibration.base.agents),
            others: base(calibration.base.others),
            rules: calibration.rules.iter().map(|noise| RuleV1::of(noise, calibration)).collect(),
            unread: calibration.unread.iter().map(|omission| omission.why.as_str()).collect(),
            left: calibration.left,
        }
    }
}

impl<'a> RuleV1<'a> {
    fn of(noise: &'a RuleNoise, calibration: &'a Calibration) -> Self {
        let fires = |fires: Fires, base: Base| FiresV1 {
            findings: fires.findings,
            per_1000: rounded(fires.per_thousand(base)),
            commits: fires.commits,
            share: rounded(fires.share(base)),
            hard: fires.hard,
        };
        let place = |(witness, hit): (&'a Witness, &'a Hit)| PlaceV1 {
            commit: witness.commit.as_str(),
            agent: witness.agent,
            severity: hit.severity.word(),
            at: &hit.at,
            path: hit.path.as_deref(),
            line: hit.line,
        };
        Self {
            id: noise.of.rule.0,
            digest: &noise.of.digest,
            severity: noise.of.severity.word(),
            worst: noise.worst.map(Severity::word),
            annotated: noise.of.annotated,
            agents: fires(noise.fires.agents, calibration.base.agents),
            others: fires(noise.fires.others, calibration.base.others),
            places: hits(noise.of.rule, &calibration.witnesses).map(place).collect(),
        }
    }
}

/// Four digits behind the point are more than any sample of commits can tell.
fn rounded(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.0, 0.04, 0.53, 12.0].map(percent), ["0.0%", "0.04%", "0.5%", "12.0%"]);
    }
}
