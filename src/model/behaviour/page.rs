//! A portrait as a page: sections of labelled lines, the same for terminal, console and Markdown. They hold outside text.

use super::{By, Portrait, Stint, Week};
use crate::model::agent::Tier;
use crate::model::risk::Lane;
use crate::model::rule::Severity;
use crate::model::time::day;

/// One part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub title: &'static str,
    /// What it says.
    pub lines: Vec<Line>,
    /// What it says where there is nothing to say.
    pub nothing: &'static str,
}

/// One line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What the line is about: a few characters; empty where it goes without.
    pub label: String,
    /// The line; hostile until it is drawn.
    pub text: String,
}

/// Rules that are listed.
const RULES: usize = 12;
/// Columns of the longest bar.
const BAR: usize = 24;

/// The page of `portrait`.
#[must_use]
pub fn page(portrait: &Portrait) -> Vec<Section> {
    vec![
        Section { title: "", lines: summary(portrait), nothing: "" },
        section("What changed", "nothing that chance does not explain", drifts(portrait)),
        section("Models", "none is stated", portrait.stints.iter().map(stint).collect()),
        section("First times", "none", ground(portrait)),
        section("Again and again", "no lines that several of its changes add alike", repeated(portrait)),
        section("Bursts", "none: never ten changes within an hour", bursts(portrait)),
        section("Rules", "none fired", fired(portrait)),
        section("Weeks", "none", weeks(&portrait.weeks)),
    ]
}

fn section(title: &'static str, nothing: &'static str, lines: Vec<Line>) -> Section {
    Section { title, lines, nothing }
}

fn line(label: impl Into<String>, text: impl Into<String>) -> Line {
    Line { label: label.into(), text: text.into() }
}

/// `1 change`, `2 changes`.
#[must_use]
pub fn several(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn summary(of: &Portrait) -> Vec<Line> {
    let span =
        if day(of.first) == day(of.last) { format!("on {}", day(of.first)) } else { format!("{} to {}", day(of.first), day(of.last)) };
    let findings = format!("{} ({:.1} per change)", of.findings(), of.findings() as f64 / of.changes.max(1) as f64);
    let severities = Severity::ALL.iter().zip(of.severities).rev().filter(|(_, count)| *count > 0);
    let severities: Vec<String> = severities.map(|(severity, count)| format!("{count} {}", severity.word())).collect();
    let lanes = [Lane::Clear, Lane::Look, Lane::Review, Lane::Stop];
    let lanes: Vec<String> = lanes.iter().zip(of.lanes).map(|(lane, count)| format!("{count} {}", lane.word())).collect();
    let mut lines =
        vec![line("changes", format!("{}, {span}", of.changes)), line("identity", identity(of)), line("in", counted(&of.repositories))];
    let company = if of.by == By::Author { "agents" } else { "behind it" };
    lines.extend((!of.company.is_empty()).then(|| line(company, counted(&of.company))));
    lines.extend((of.sessions > 0).then(|| line("sessions", of.sessions.to_string())));
    lines.push(line("lanes", lanes.join(", ")));
    lines.push(line("findings", if severities.is_empty() { findings } else { format!("{findings}: {}", severities.join(", ")) }));
    lines.push(line("high", format!("{} with a finding of severity high or above", of.hard.says())));
    for (label, share) in [("approved", of.approved), ("held", of.held), ("taken back", of.reverted)] {
        lines.extend((share.count > 0).then(|| line(label, share.says())));
    }
    if of.other_rules > 0 {
        let says = format!(
            "{} judged by other rules than the latest; their findings are counted and not compared",
            several(of.other_rules, "change")
        );
        lines.push(line("note", says));
    }
    lines
}

/// By what its changes are known, the strongest first.
fn identity(of: &Portrait) -> String {
    if of.by == By::Author {
        return "as accounts and commits name it, which is a claim".to_owned();
    }
    let tiers = of.tiers.iter().rev();
    let told: Vec<String> =
        tiers.map(|(tier, count)| format!("{} in {count}", if *tier == Tier::Unknown { "unknown" } else { tier.word() })).collect();
    told.join(", ")
}

fn counted(all: &[(String, usize)]) -> String {
    const NAMED: usize = 6;
    let mut told: Vec<String> = all.iter().take(NAMED).map(|(name, count)| format!("{name} ({count})")).collect();
    told.extend((all.len() > NAMED).then(|| format!("{} more", all.len() - NAMED)));
    told.join(", ")
}

fn drifts(of: &Portrait) -> Vec<Line> {
    let several = of.repositories.len() > 1;
    let place = |repo: &str| if several { format!(" (in {repo})") } else { String::new() };
    of.drifts.iter().map(|drift| line("!", format!("{}{}", drift.says(), place(&drift.repo)))).collect()
}

fn stint(stint: &Stint) -> Line {
    let says =
        if stint.changes == 1 { "stated once".to_owned() } else { format!("stated in {} changes until {}", stint.changes, day(stint.to)) };
    line(day(stint.from), format!("{}, {says}", stint.model))
}

fn ground(of: &Portrait) -> Vec<Line> {
    of.ground.iter().map(|ground| line(day(ground.at), format!("{}, in {}", ground.says(), ground.change))).collect()
}

fn repeated(of: &Portrait) -> Vec<Line> {
    let lines = of.repeated.iter().map(|repeated| line("", repeated.says()));
    lines.chain(of.twins.iter().map(|twin| line("", twin.says()))).collect()
}

fn bursts(of: &Portrait) -> Vec<Line> {
    of.bursts.iter().map(|burst| line(day(burst.from), format!("{}, in {}", burst.says(), burst.repo))).collect()
}

fn fired(of: &Portrait) -> Vec<Line> {
    let mut lines: Vec<Line> = of
        .fired
        .iter()
        .take(RULES)
        .map(|fired| line("", format!("{}: {} in {}", fired.rule, several(fired.findings, "finding"), several(fired.changes, "change"))))
        .collect();
    lines.extend((of.fired.len() > RULES).then(|| line("", format!("and {} more", several(of.fired.len() - RULES, "rule")))));
    lines
}

/// The latest first, each with a bar by its changes.
fn weeks(weeks: &[Week]) -> Vec<Line> {
    let most = weeks.iter().map(|week| week.changes).max().unwrap_or(0).max(1);
    let text = |week: &Week| {
        let bar = "█".repeat((week.changes * BAR).div_ceil(most));
        let hard = if week.hard > 0 { format!(", {} with a high finding", week.hard) } else { String::new() };
        let models = if week.models.is_empty() { String::new() } else { format!(", first {}", week.models.join(", ")) };
        let findings = if week.findings > 0 { format!(", {}", several(week.findings, "finding")) } else { String::new() };
        if week.changes == 0 { "·".to_owned() } else { format!("{bar} {}{findings}{hard}{models}", week.changes) }
    };
    weeks.iter().rev().map(|week| line(day(week.from), text(week))).collect()
}
