//! Findings, their links and places -> risk: lane, score and the reasons they rest on. A pure function.
//!
//! The lane follows from findings and links alone; the score orders changes within a lane and is the sum of its contributions.
//! More evidence never lowers either, bulk never dilutes, and who claims to have written it is not even asked.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::identifier;
use super::role::Role;
use super::rules;
use crate::model::finding::Finding;
use crate::model::risk::{Contribution, Lane, Risk};
use crate::model::rule::{Confidence, RuleId, Severity};
use crate::model::story::Story;
use crate::model::thread::Activation;

/// Words of paths that make a finding there weigh more.
#[derive(Default, Deserialize)]
struct Paths {
    sensitive: Vec<String>,
}

static PATHS: LazyLock<Paths> = LazyLock::new(|| toml::from_str(rules::data("lists/paths.toml")).unwrap_or_default());

/// The risk of a change with these findings and this story, `activated` by others, of which `unreadable` parts could not be read.
#[must_use]
pub fn assess(findings: &[Finding], story: &Story, activated: &[Activation], unreadable: usize) -> Risk {
    let lane = lane(findings, activated, unreadable);
    let (floor, ceiling) = band(lane);
    let mut contributions = Vec::new();
    if floor > 0 {
        contributions.push(Contribution { points: floor, why: lane_reason(lane, findings, activated) });
    }
    let mut room = ceiling - floor;
    for (share, why) in weighed(findings, story, activated) {
        let points = taken(room, share);
        if points > 0 {
            room -= points;
            contributions.push(Contribution { points, why });
        }
    }
    Risk { score: ceiling - room, lane, contributions }
}

/// Clear: nothing, or annotations alone, which say where to look first in whatever is read. Look: notes, or parts that could not be
/// read. Review: a hard finding, here or where another change uses what this one brings in. Stop: a critical one, or two hard ones
/// that are linked.
fn lane(findings: &[Finding], activated: &[Activation], unreadable: usize) -> Lane {
    let hard: Vec<&Finding> = findings.iter().filter(|finding| finding.severity.is_hard()).collect();
    let linked = hard.iter().any(|finding| hard.iter().any(|other| other.id != finding.id && finding.linked().any(|id| *id == other.id)));
    if linked || hard.iter().any(|finding| finding.severity == Severity::Critical) {
        Lane::Stop
    } else if !hard.is_empty() || activated.iter().any(|one| one.severity.is_hard()) {
        Lane::Review
    } else if findings.iter().any(weighs) || !activated.is_empty() || unreadable > 0 {
        Lane::Look
    } else {
        Lane::Clear
    }
}

fn band(lane: Lane) -> (u8, u8) {
    match lane {
        Lane::Clear => (0, 0),
        Lane::Look => (1, 39),
        Lane::Review => (40, 74),
        Lane::Stop => (75, 100),
    }
}

fn lane_reason(lane: Lane, findings: &[Finding], activated: &[Activation]) -> String {
    match lane {
        Lane::Clear => "nothing was found".to_owned(),
        Lane::Look if !findings.iter().any(weighs) && !activated.is_empty() => {
            "lane look: another change uses what it brings in".to_owned()
        }
        Lane::Look if !findings.iter().any(weighs) => "lane look: parts of it could not be read".to_owned(),
        Lane::Look => format!("lane look: {} for a reader", counted(findings.iter().filter(|finding| weighs(finding)).count(), "note")),
        Lane::Review if !findings.iter().any(|finding| finding.severity.is_hard()) => {
            "lane review: a change with a serious finding uses what it brings in".to_owned()
        }
        Lane::Review => "lane review: a finding must be judged".to_owned(),
        Lane::Stop if findings.iter().any(|finding| finding.severity == Severity::Critical) => "lane stop: a critical finding".to_owned(),
        Lane::Stop => "lane stop: serious findings belong together".to_owned(),
    }
}

/// Whether a finding is more than an annotation, which adds nothing and decides nothing.
fn weighs(finding: &Finding) -> bool {
    finding.severity > Severity::Info
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `share` percent of `room`, rounded: each reason takes its part of what is left, so that a score grows with every finding
/// and seldom reaches the end of its lane.
fn taken(room: u8, share: u8) -> u8 {
    u8::try_from((u16::from(room) * u16::from(share) + 50) / 100).unwrap_or(0)
}

/// Each reason's share in percent, heaviest first: findings, each halved for every heavier one of its rule, what the message leaves
/// unsaid, and who uses what the change brings in.
fn weighed(findings: &[Finding], story: &Story, activated: &[Activation]) -> Vec<(u8, String)> {
    let mut by_rule: BTreeMap<RuleId, Vec<(u8, &Finding)>> = BTreeMap::new();
    for finding in findings {
        by_rule.entry(finding.rule).or_default().push((weight(finding), finding));
    }
    let mut shares: Vec<(u8, String)> = Vec::new();
    for mut one in by_rule.into_values() {
        one.sort_by_key(|(share, finding)| (Reverse(*share), finding.at.clone(), finding.id.clone()));
        shares.extend(one.into_iter().zip(0_u32..).map(|((share, finding), heavier)| (share >> heavier.min(7), reason(finding))));
    }
    shares.extend(
        story
            .undisclosed
            .iter()
            .map(|undisclosed| (silence(undisclosed.severity), format!("not mentioned in the message: {}", undisclosed.fact))),
    );
    shares.extend(activated.iter().map(|one| (share(one.severity, Confidence::Medium), one.says())));
    shares.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    shares
}

/// The share of a fact that the message does not mention. It says where to look, and opens no lane.
fn silence(severity: Severity) -> u8 {
    match severity {
        Severity::Info => 0,
        Severity::Low => 2,
        Severity::Medium => 4,
        Severity::High => 6,
        Severity::Critical => 8,
    }
}

/// What a finding says of itself, and why it weighs more than others of its kind.
fn reason(finding: &Finding) -> String {
    let severity = finding.severity.word();
    let more = match (is_tied(finding), is_sensitive(finding)) {
        (true, true) => " (linked, on a sensitive path)",
        (true, false) => " (linked)",
        (false, true) => " (on a sensitive path)",
        (false, false) => "",
    };
    format!("{severity}: {} at {}{more}", finding.title, finding.at)
}

/// The share of a finding alone: a quarter more when it is part of a chain, and a quarter more where it decides who gets in.
fn weight(finding: &Finding) -> u8 {
    let full = share(finding.severity, finding.confidence);
    let quarters = u8::from(is_tied(finding)) + u8::from(is_sensitive(finding));
    full + full / 4 * quarters
}

fn is_tied(finding: &Finding) -> bool {
    finding.severity > Severity::Info && !finding.links.is_empty()
}

/// Whether it stands where code runs by itself, or where a path speaks of access, keys or money. A place alone weighs nothing.
fn is_sensitive(finding: &Finding) -> bool {
    let path = finding.at.path().filter(|_| finding.severity > Severity::Info).map(crate::model::path::RepoPath::text);
    path.is_some_and(|path| {
        let role = Role::of(&path);
        matches!(role, Role::Workflow | Role::AgentConfig | Role::Instructions | Role::Manifest)
            || role.is_live() && identifier::has_word(&path, &PATHS.sensitive)
    })
}

fn share(severity: Severity, confidence: Confidence) -> u8 {
    let full = match severity {
        Severity::Info => 0,
        Severity::Low => 6,
        Severity::Medium => 14,
        Severity::High => 24,
        Severity::Critical => 36,
    };
    match confidence {
        Confidence::High => full,
        Confidence::Medium => full - full / 4,
        Confidence::Low => full / 2,
    }
}
