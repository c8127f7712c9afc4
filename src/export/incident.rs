//! A sweep as an incident report in Markdown: what happened, how far it reaches, what was done, what is still owed, what was not
//! read. Facts with their sources; outside text stands only in code spans.

mod duties;
mod procedure;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::export::ledger::moment;
use crate::export::markdown::{code, plain};
use crate::export::plain::versions;
use crate::export::sweep::{counted, markdown};
use crate::model::audit::AuditEvent;
use crate::model::ledger::{Record, RecordKind};
use crate::model::pull::{Origin, Pull};
use crate::model::response::CaseId;
use crate::model::risk::Lane;
use crate::model::sweep::{Conduct, Member, Sweep};

/// Entries of one list; the rest is counted, and `--format json` has it.
const MOST: usize = 200;

/// What a report is written from.
#[derive(Clone, Copy)]
pub struct Incident<'a> {
    /// The sweep.
    pub sweep: &'a Sweep,
    /// Records of the ledger, oldest first.
    pub records: &'a [Record],
    /// Events of audit logs that evidence kept, each with its case.
    pub audited: &'a [(CaseId, AuditEvent)],
}

/// Writes the whole report.
///
/// # Errors
/// When `out` cannot be written.
pub fn report(out: &mut dyn Write, incident: Incident<'_>) -> io::Result<()> {
    let Incident { sweep, .. } = incident;
    let suspects = suspects(sweep);
    let records = concerning(incident.records, sweep);
    writeln!(out, "# Incident report {}\n", sweep.id)?;
    summary(out, sweep, &suspects)?;
    let cases: BTreeSet<&str> = records.iter().map(|record| record.case.0.as_str()).collect();
    let audited: Vec<_> = incident.audited.iter().filter(|(case, _)| cases.contains(case.0.as_str())).collect();
    timeline::write(out, sweep, &suspects, timeline::Known { records: &records, audited: &audited })?;
    scope(out, &suspects)?;
    campaigns(out, sweep)?;
    actions(out, &records)?;
    duties::write(out, &suspects)?;
    procedure::write(out, &suspects, &records)?;
    limits(out, sweep)
}

/// What a report is about: what was found serious, what belongs to a campaign, and what came in without a person's look.
fn suspects(sweep: &Sweep) -> Vec<&Member> {
    let suspected = |index: usize, member: &Member| {
        let serious = member.judgement.as_ref().is_none_or(|judgement| judgement.report.risk.lane >= Lane::Review);
        serious || member.observations.iter().any(|seen| seen.conduct != Conduct::Unusual) || sweep.campaign_of(index).is_some()
    };
    sweep.members.iter().enumerate().filter(|(index, member)| suspected(*index, member)).map(|(_, member)| member).collect()
}

/// The records of cases that name a change of this sweep, or the sweep itself, or such a case, as releases do.
fn concerning<'a>(records: &'a [Record], sweep: &Sweep) -> Vec<&'a Record> {
    let names: BTreeSet<String> = sweep.members.iter().flat_map(|member| names(member.pull())).collect();
    let named = |record: &&Record, known: &dyn Fn(&str) -> bool| {
        let named = record.subject.rsplit_once(": ").map_or(record.subject.as_str(), |(_, names)| names);
        record.at >= sweep.asked.window.since && named.split(", ").any(|name| !name.is_empty() && known(name))
    };
    let about = |record: &&Record| named(record, &|name| names.contains(name)) || record.says.contains(&sweep.id);
    let cases: BTreeSet<&str> = records.iter().filter(about).map(|record| record.case.0.as_str()).collect();
    let concerns = |record: &&Record| cases.contains(record.case.0.as_str()) || named(record, &|name| cases.contains(name));
    records.iter().filter(concerns).collect()
}

/// What the ledger calls `pull`: at a forge with its repository, where numbers are the same everywhere.
fn names(pull: &Pull) -> Vec<String> {
    match pull.at.origin {
        Origin::Github => vec![pull.at.to_string()],
        _ => vec![pull.at.name.clone(), pull.branch.clone()],
    }
}

fn summary(out: &mut dyn Write, sweep: &Sweep, suspects: &[&Member]) -> io::Result<()> {
    let window = sweep.asked.window;
    let merged = suspects.iter().filter(|member| member.is_merged()).count();
    let repositories: BTreeSet<&str> = suspects.iter().map(|member| member.pull().at.repo.as_str()).collect();
    let targets: Vec<String> = sweep.targets.iter().map(|target| code(target)).collect();
    writeln!(out, "- window: {} to {} (UTC)", moment(window.since), moment(window.until))?;
    writeln!(out, "- asked at {}: {}", moment(sweep.asked.now), targets.join(", "))?;
    writeln!(out, "- written by lazaret {}", env!("CARGO_PKG_VERSION"))?;
    writeln!(
        out,
        "- seen: {} by agents; in question: {}, of which {merged} merged, in {}",
        counted(sweep.members.len(), "change"),
        counted(suspects.len(), "change"),
        counted(repositories.len(), "repository"),
    )?;
    writeln!(out, "- campaigns: {}\n", sweep.campaigns.len())?;
    writeln!(out, "What follows are facts and the findings of rules. Whether it was an attack is for people to say.\n")
}

/// Which repositories, files, packages, releases and deployments.
fn scope(out: &mut dyn Write, suspects: &[&Member]) -> io::Result<()> {
    writeln!(out, "## Scope\n")?;
    let mut repositories: BTreeMap<&str, Vec<&Member>> = BTreeMap::new();
    for member in suspects {
        repositories.entry(&member.pull().at.repo).or_default().push(member);
    }
    if repositories.is_empty() {
        writeln!(out, "Nothing is in question.\n")?;
        return Ok(());
    }
    for (repository, members) in &repositories {
        writeln!(out, "### Repository {}\n", code(repository))?;
        let changes: Vec<String> = members.iter().map(|member| markdown::line(member)).collect();
        list(out, "changes", &changes)?;
        list(out, "files", &files(members))?;
        list(out, "packages", &packages(members))?;
        contained(out, members)?;
    }
    Ok(())
}

/// What released and deployed things hold what was merged; where nothing is known, that is said.
fn contained(out: &mut dyn Write, members: &[&Member]) -> io::Result<()> {
    if !members.iter().any(|member| member.is_merged()) {
        return writeln!(out, "Nothing of it is merged, so no release or deployment holds it by way of the default branch.\n");
    }
    let links: BTreeSet<String> =
        members.iter().flat_map(|member| member.contained_in()).map(|link| format!("{} {}", link.kind, code(&link.name))).collect();
    let known: Vec<String> = links.into_iter().collect();
    list(out, "releases and deployments that hold it", &known)?;
    if !known.iter().any(|link| link.starts_with("deployment")) {
        writeln!(out, "Deployments: UNKNOWN, no record of any was found; ask whoever deploys.\n")?;
    }
    if known.is_empty() {
        writeln!(out, "Releases: no tag that holds a merged change was found.\n")?;
    }
    Ok(())
}

fn files(members: &[&Member]) -> Vec<String> {
    let judged = members.iter().filter_map(|member| member.judgement.as_ref());
    let marks = judged.flat_map(|judgement| &judgement.marks.files);
    let files: BTreeSet<String> = marks.map(|file| format!("{} {}", file.status, code(&file.path.text()))).collect();
    files.into_iter().collect()
}

fn packages(members: &[&Member]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for row in members.iter().filter_map(|member| member.judgement.as_ref()).flat_map(|judgement| &judgement.report.dependencies) {
        if let Some(package) = row.dependency() {
            let (name, manifest) = (code(&package.name), code(&row.manifest.text()));
            found.insert(format!(
                "{} {}: {name} {} in {manifest}, {} ({})",
                package.ecosystem.word(),
                row.change.word(),
                code(&versions(row)),
                code(&row.reason()),
                package.scope.word()
            ));
        }
    }
    found.into_iter().collect()
}

fn list(out: &mut dyn Write, name: &str, entries: &[String]) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, "{name} ({}):\n", entries.len())?;
    entries.iter().take(MOST).try_for_each(|entry| writeln!(out, "- {entry}"))?;
    let more = entries.len().saturating_sub(MOST);
    if more > 0 {
        writeln!(out, "- and {more} more; `--format json` lists all of them")?;
    }
    writeln!(out)
}

fn campaigns(out: &mut dyn Write, sweep: &Sweep) -> io::Result<()> {
    writeln!(out, "## Campaigns\n")?;
    if sweep.campaigns.is_empty() {
        return writeln!(out, "No two changes share what would bind them.\n");
    }
    markdown::campaigns(out, sweep)
}

/// Each case with its end; the words are the ledger's.
fn actions(out: &mut dyn Write, records: &[&Record]) -> io::Result<()> {
    writeln!(out, "## Actions taken\n")?;
    if records.is_empty() {
        return writeln!(out, "The ledger here holds no case about these changes.\n");
    }
    for intent in records.iter().filter(|record| record.kind == RecordKind::Intent) {
        let verb = intent.verb.word();
        let (at, actor) = (moment(intent.at), code(&intent.actor));
        writeln!(out, "- case {}: {verb} by {actor} at {at}, {}", code(&intent.case.0), code(&intent.subject))?;
        writeln!(out, "  - reason: {}", code(&intent.says))?;
        for record in records.iter().filter(|record| record.case == intent.case && record.kind != RecordKind::Intent) {
            writeln!(out, "  - {} {}: {}", moment(record.at), record.kind.word(), code(&record.says))?;
        }
    }
    writeln!(out)
}

fn limits(out: &mut dyn Write, sweep: &Sweep) -> io::Result<()> {
    writeln!(out, "## Limits\n")?;
    let says = [
        "Agents are told by marks that anybody can write; changes without such a mark are not in this report.",
        "Dates, names and addresses of commits are claims of whoever made them.",
        "Rules find what they know. Nothing found is no proof of innocence.",
    ];
    says.iter().try_for_each(|limit| writeln!(out, "- {}", plain(limit)))?;
    if sweep.members.iter().any(|member| member.caught.landing.is_some()) {
        writeln!(out, "- Plain git keeps no reviews: merges without a forge are called unreviewed only where author and merger are one.")?;
    }
    let unread = sweep.members.iter().filter(|member| member.judgement.is_none()).count();
    if unread > 0 {
        writeln!(out, "- {} listed and not read.", counted(unread, "change"))?;
    }
    writeln!(out)?;
    markdown::gaps(out, sweep)
}
