//! What several changes come to together: windows of correlations that no one of them fills alone.
//!
//! A pure function over reports. The finding goes to the change that fills the window.

use std::collections::BTreeSet;

use super::check::{FileOutcome, Sink};
use super::engine::{Engine, most_serious_first};
use super::risk;
use crate::model::finding::Where;
use crate::model::firing::Firing;
use crate::model::report::Report;
use crate::model::rule::{RuleId, Severity};

/// One of several changes that were judged.
pub struct Together<'r> {
    /// Its report.
    pub report: &'r mut Report,
    /// Parts of it that could not be read, which its risk counts.
    pub unreadable: usize,
}

/// Adds to each of `changes` what it completes together with others.
pub fn join(engine: &Engine, changes: &mut [Together<'_>]) {
    let firings = gathered(changes);
    if firings.is_empty() {
        return;
    }
    let chosen: BTreeSet<RuleId> = engine.rules().collect();
    let firings: Vec<(usize, &Firing)> = firings.iter().map(|(change, firing)| (*change, firing)).collect();
    for set in engine.book().sets() {
        for (at, rule, draft) in set.across(&firings) {
            let Some(change) = changes.get_mut(at).filter(|_| chosen.contains(&rule.id)) else { continue };
            let mut outcome = FileOutcome::default();
            Sink::new(rule, &mut outcome).report(draft);
            let annotates = engine.book().annotated().contains(&rule.id);
            for mut finding in outcome.findings {
                finding.severity = if annotates { Severity::Info } else { finding.severity };
                // Together they come to more than alone: the wider window stands for the one within it.
                change.report.findings.retain(|known| known.rule != finding.rule || known.at != finding.at);
                change.report.findings.push(finding);
            }
            change.report.findings.sort_by(most_serious_first);
            change.report.risk = risk::assess(&change.report.findings, &change.report.story, change.unreadable);
        }
    }
}

/// Everything that fired, with its change; a commit that stands in two changes once.
fn gathered(changes: &[Together<'_>]) -> Vec<(usize, Firing)> {
    let mut commits = BTreeSet::new();
    let mut all: Vec<(usize, Firing)> = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        for firing in &change.report.firings {
            let first = match &firing.place {
                Where::Commit(id) => commits.insert((firing.rule.clone(), id.clone())),
                _ => true,
            };
            all.extend(first.then(|| (at, firing.clone())));
        }
    }
    all
}
