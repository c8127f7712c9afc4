//! SARIF 2.1.0: one run over all changes, within the limits that readers of it keep.
//!
//! Code scanning keeps 5,000 results of a run, in no promised order: so the most serious come first here, and what is left
//! out is said in a notification. The packages that changed are rows in the properties of the run, as report v1 writes them. Outside text is made inert, because readers show it decoded.

mod shape;

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::Value;

use self::shape::{
    Artifact, Automation, Descriptor, Driver, Help, Invocation, Location, Log, Logical, Message, Notification, Physical, Region, Result,
    Run, Settings, Taxonomy, Tool,
};
use crate::export::escape;
use crate::export::judged::Judged;
use crate::export::uri;
use crate::export::v1::DependencyV1;
use crate::model::diff::{Omission, Side};
use crate::model::finding::{Finding, Where};
use crate::model::inert;
use crate::model::path::RepoPath;
use crate::model::rule::{Confidence, Rule, Severity};

/// Results kept.
pub const MOST_RESULTS: usize = 5_000;
/// Notifications about what was not looked at.
const MOST_NOTES: usize = 1_000;
/// Rows of packages in the properties of the run.
pub const MOST_ROWS: usize = 5_000;
/// Tags of a rule that are kept.
const MOST_TAGS: usize = 10;
/// Related places of a result that are kept.
const MOST_RELATED: usize = 100;

/// A run in the making. Memory is bounded however many changes are added.
pub struct Sarif<'a> {
    rules: Vec<&'a Rule>,
    index: BTreeMap<&'a str, usize>,
    results: Vec<(Severity, Confidence, Result)>,
    notes: Vec<Notification>,
    rows: Vec<shape::Row>,
    unlisted: usize,
    dropped: usize,
    unseen: usize,
}

impl<'a> Sarif<'a> {
    /// A run of these rules.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        let rules: Vec<&Rule> = rules.into_iter().collect();
        let index = rules.iter().enumerate().map(|(index, rule)| (rule.id.0, index)).collect();
        Self { rules, index, results: Vec::new(), notes: Vec::new(), rows: Vec::new(), unlisted: 0, dropped: 0, unseen: 0 }
    }

    /// Adds one change.
    pub fn add(&mut self, judged: Judged<'_>) {
        let places: BTreeMap<&str, &Finding> = judged.report.findings.iter().map(|finding| (finding.id.0.as_str(), finding)).collect();
        for finding in &judged.report.findings {
            self.results.push((finding.severity, finding.confidence, self.result(judged, finding, &places)));
        }
        if self.results.len() > 2 * MOST_RESULTS {
            self.cap();
        }
        let unchecked = judged.report.coverage.left_out.iter().chain(&judged.report.coverage.unchecked);
        unchecked.for_each(|why| self.limit(why));
        judged.report.skipped.iter().for_each(|omission| self.omit(omission));
        let room = MOST_ROWS.saturating_sub(self.rows.len());
        let of = inert::line(&judged.change.pull.address().to_string()).into_owned();
        let rows = judged.report.dependencies.iter().take(room).filter_map(DependencyV1::new);
        self.rows.extend(rows.filter_map(|row| Some(shape::Row { of: of.clone(), row: harmless(serde_json::to_value(row).ok()?) })));
        self.unlisted += judged.report.dependencies.len().saturating_sub(room);
    }

    /// Reports once what could not be checked.
    fn limit(&mut self, why: &str) {
        let note = note(&format!("not checked: {why}"), None);
        if self.notes.len() < MOST_NOTES && !self.notes.iter().any(|known| known.message.text == note.message.text) {
            self.notes.push(note);
        }
    }

    /// Reports that something was not looked at.
    pub fn omit(&mut self, omission: &Omission) {
        if self.notes.len() < MOST_NOTES {
            let place = omission.path.as_ref().map(|path| at_path(path, None));
            self.notes.push(note(&format!("not looked at: {}", omission.why), place));
        } else {
            self.unseen += 1;
        }
    }

    /// Reports that one change could not be judged at all.
    pub fn fail(&mut self, why: &str) {
        self.notes.push(Notification { level: "error", ..note(why, None) });
    }

    /// Writes the finished log.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn finish(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.cap();
        if self.dropped > 0 {
            let why = format!("{} less serious results were left out: {MOST_RESULTS} is the most a run may hold", self.dropped);
            self.notes.push(note(&why, None));
        }
        if self.unlisted > 0 {
            self.notes.push(note(&format!("{} more packages that changed were left out: {MOST_ROWS} are listed", self.unlisted), None));
        }
        if self.unseen > 0 {
            self.notes.push(note(&format!("{} more parts were not looked at", self.unseen), None));
        }
        let successful = self.notes.iter().all(|note| note.level != "error");
        let run = Run {
            tool: Tool { driver: self.driver() },
            automation_details: Automation { id: "lazaret/".to_owned() },
            taxonomies: taxonomies(&self.rules),
            invocations: vec![Invocation { execution_successful: successful, tool_execution_notifications: self.notes }],
            results: self.results.into_iter().map(|(_, _, result)| result).collect(),
            properties: (!self.rows.is_empty()).then_some(shape::RunProperties { dependencies: self.rows }),
        };
        escape::pretty(out, &Log::new(run))
    }

    /// Keeps the most serious results; those of equal weight stay in their order.
    fn cap(&mut self) {
        self.results.sort_by_key(|(severity, confidence, _)| std::cmp::Reverse((*severity, *confidence)));
        self.dropped += self.results.len().saturating_sub(MOST_RESULTS);
        self.results.truncate(MOST_RESULTS);
    }

    fn driver(&self) -> Driver {
        Driver {
            name: "lazaret",
            version: env!("CARGO_PKG_VERSION"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            rules: self.rules.iter().map(|rule| descriptor(rule)).collect(),
        }
    }

    fn result(&self, judged: Judged<'_>, finding: &Finding, places: &BTreeMap<&str, &Finding>) -> Result {
        let linked = finding.links.iter().filter_map(|link| Some((places.get(link.finding()?.0.as_str())?, &link.why)));
        let related = linked.take(MOST_RELATED).map(|(other, why)| {
            let mut location = location(other);
            location.message = Some(message(&format!("{}: {why}", other.title)));
            location
        });
        let text = format!("{}\n{}\nFine when: {}", finding.title, finding.why, finding.fix);
        Result {
            rule_id: finding.rule.0,
            rule_index: self.index.get(finding.rule.0).copied(),
            level: level(finding.severity),
            message: message(&text),
            locations: vec![location(finding)],
            related_locations: related.collect(),
            partial_fingerprints: BTreeMap::from([("lazaret/v1", finding.id.0.clone())]),
            properties: shape::ResultProperties {
                change: inert::line(&judged.change.pull.address().to_string()).into_owned(),
                severity: finding.severity.word(),
                confidence: finding.confidence.word(),
                class: finding.class.word(),
                references: finding.references.clone(),
                tool: finding.tool.as_ref().map(|tool| inert::line(&tool.to_string()).into_owned()),
                also_seen_by: finding.also.iter().map(|seen| inert::line(&seen.to_string()).into_owned()).collect(),
            },
        }
    }
}

/// The same values with every text made inert.
fn harmless(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(inert::line(&text).into_owned()),
        Value::Array(items) => Value::Array(items.into_iter().map(harmless).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(key, value)| (key, harmless(value))).collect()),
        other => other,
    }
}

fn descriptor(rule: &Rule) -> Descriptor {
    let tags = std::iter::once("security".to_owned()).chain(rule.references.iter().cloned()).take(MOST_TAGS).collect();
    let markdown = format!("{}\n\n**Why:** {}\n\n**Fine when:** {}\n", rule.prose.trim(), rule.why, rule.fix);
    Descriptor {
        id: rule.id.0.to_owned(),
        short_description: message(&rule.title),
        full_description: Some(message(&rule.why)),
        help: Some(Help { text: rule.prose.trim().to_owned(), markdown }),
        default_configuration: Some(Settings { level: level(rule.severity) }),
        properties: Some(shape::RuleProperties { tags, precision: precision(rule.confidence), security_severity: score(rule.severity) }),
    }
}

/// The weaknesses the rules refer to, as SARIF names foreign catalogues.
fn taxonomies(rules: &[&Rule]) -> Vec<Taxonomy> {
    let mut ids: Vec<&str> =
        rules.iter().flat_map(|rule| &rule.references).map(String::as_str).filter(|reference| reference.starts_with("CWE-")).collect();
    ids.sort_unstable();
    ids.dedup();
    let taxa: Vec<Descriptor> = ids
        .into_iter()
        .map(|id| Descriptor {
            id: id.to_owned(),
            short_description: message(id),
            full_description: None,
            help: None,
            default_configuration: None,
            properties: None,
        })
        .collect();
    if taxa.is_empty() { Vec::new() } else { vec![Taxonomy { name: "CWE", organization: "MITRE", taxa }] }
}

fn location(finding: &Finding) -> Location {
    match &finding.at {
        // A line that is gone has no place in the file as it is now.
        Where::Line { place, .. } if place.side == Side::Old => at_path(&place.path, None),
        Where::Line { place, end_line } => {
            let snippet = Some(message(&finding.evidence));
            at_path(&place.path, Some(Region { start_line: place.line.max(1), end_line: (*end_line).max(place.line).max(1), snippet }))
        }
        Where::File(path) | Where::Name(path) | Where::Dependency { manifest: path, .. } => at_path(path, None),
        Where::Message | Where::Commit(_) | Where::Branch | Where::Said(_) => named(&finding.at.to_string()),
    }
}

/// A place in a file; a path that would lead out of the repository becomes a name.
fn at_path(path: &RepoPath, region: Option<Region>) -> Location {
    match uri::relative(path) {
        Some(uri) => {
            let artifact_location = Artifact { uri, uri_base_id: "%SRCROOT%" };
            Location { physical_location: Some(Physical { artifact_location, region }), ..Location::default() }
        }
        None => named(&path.text()),
    }
}

fn named(name: &str) -> Location {
    Location { logical_locations: vec![Logical { fully_qualified_name: inert::line(name).into_owned() }], ..Location::default() }
}

fn note(why: &str, place: Option<Location>) -> Notification {
    Notification { level: "note", message: message(why), locations: place.into_iter().collect() }
}

fn message(text: &str) -> Message {
    Message { text: inert::block(text) }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The number by which code scanning ranks: over 9 critical, from 7 high, from 4 medium, below low.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.0",
        Severity::Low => "2.0",
        Severity::Info => "0.1",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}
