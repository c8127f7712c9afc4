//! Findings -> risk: lane, score and the reasons they rest on.
//!
//! The lane follows from the findings alone; the score orders changes within a lane and is the sum of its contributions.

use std::collections::BTreeMap;

use crate::model::finding::Finding;
use crate::model::risk::{Contribution, Lane, Risk};
use crate::model::rule::{Confidence, RuleId, Severity};
use crate::model::story::Story;
use crate::model::thread::Activation;

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

/// Clear: nothing. Look: notes, or parts that could not be read. Review: a hard finding, here or where another change uses what this
/// one brings in. Stop: a critical one, or two hard ones that are linked.
fn lane(findings: &[Finding], activated: &[Activation], unreadable: usize) -> Lane {
    let hard: Vec<&Finding> = findings.iter().filter(|finding| finding.severity.is_hard()).collect();
    let linked = hard.iter().any(|finding| hard.iter().any(|other| other.id != finding.id && finding.linked().any(|id| *id == other.id)));
    if linked || hard.iter().any(|finding| finding.severity == Severity::Critical) {
        Lane::Stop
    } else if !hard.is_empty() || activated.iter().any(|one| one.severity.is_hard()) {
        Lane::Review
    } else if !findings.is_empty() || !activated.is_empty() || unreadable > 0 {
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
        Lane::Look if findings.is_empty() && !activated.is_empty() => "lane look: another change uses what it brings in".to_owned(),
        Lane::Look if findings.is_empty() => "lane look: parts of it could not be read".to_owned(),
        Lane::Look => format!("lane look: {} for a reader", counted(findings.len(), "note")),
        Lane::Review if !findings.iter().any(|finding| finding.severity.is_hard()) => {
            "lane review: a change with a serious finding uses what it brings in".to_owned()
        }
        Lane::Review => "lane review: a finding must be judged".to_owned(),
        Lane::Stop if findings.iter().any(|finding| finding.severity == Severity::Critical) => "lane stop: a critical finding".to_owned(),
        Lane::Stop => "lane stop: serious findings belong together".to_owned(),
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `share` percent of `room`, rounded: each reason takes its part of what is left, so that a score grows with every finding
/// and seldom reaches the end of its lane.
fn taken(room: u8, share: u8) -> u8 {
    u8::try_from((u16::from(room) * u16::from(share) + 50) / 100).unwrap_or(0)
}

/// Each finding's share in percent, halved for every earlier finding of its rule, heaviest first; what the message leaves unsaid
/// adds a little.
fn weighed(findings: &[Finding], story: &Story, activated: &[Activation]) -> Vec<(u8, String)> {
    let mut seen: BTreeMap<RuleId, u32> = BTreeMap::new();
    let mut shares = Vec::new();
    for finding in findings {
        let earlier = seen.entry(finding.rule).or_default();
        let share = share(finding.severity, finding.confidence) >> (*earlier).min(7);
        *earlier += 1;
        shares.push((share, format!("{}: {} at {}", finding.severity.word(), finding.title, finding.at)));
    }
    shares.extend(story.undisclosed.iter().map(|undisclosed| (4, format!("not mentioned in the message: {}", undisclosed.fact))));
    shares.extend(activated.iter().map(|one| (share(one.severity, Confidence::Medium), one.says())));
    shares.sort_by_key(|(share, _)| std::cmp::Reverse(*share));
    shares
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
