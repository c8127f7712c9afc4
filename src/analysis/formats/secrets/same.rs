//! One value at several places: the findings are tied together, and two rules that saw one value at one place become one finding.

use std::collections::BTreeMap;

use super::trace::{Mark, Trace};
use crate::model::finding::{Finding, Fingerprint};
use crate::model::inert;
use crate::model::link::Tied;

/// Places of one value that a finding names.
const MOST: usize = 3;

/// Folds and ties `findings` by their `marks`.
pub fn tie(marks: &[Mark], findings: &mut Vec<Finding>) {
    let mut by_trace: BTreeMap<Trace, Vec<&Fingerprint>> = BTreeMap::new();
    for mark in marks {
        by_trace.entry(mark.trace).or_default().extend(&mark.finding);
    }
    for ids in by_trace.values().filter(|ids| ids.len() > 1) {
        fold(ids, findings);
        name(ids, findings);
    }
}

/// The heaviest of those at one place stays, and names the others.
fn fold(ids: &[&Fingerprint], findings: &mut Vec<Finding>) {
    let mut kept: Vec<usize> = Vec::new();
    let mut gone: Vec<usize> = Vec::new();
    for at in positions(ids, findings) {
        let twin = kept.iter().position(|known| findings.get(*known).map(|one| &one.at) == findings.get(at).map(|one| &one.at));
        let Some(twin) = twin else {
            kept.push(at);
            continue;
        };
        let weight = |at: usize| findings.get(at).map(|one| (one.severity, one.confidence));
        let first = kept.get(twin).copied().unwrap_or(at);
        let (stays, goes) = if weight(at) > weight(first) { (at, first) } else { (first, at) };
        if let Some(slot) = kept.get_mut(twin) {
            *slot = stays;
        }
        gone.push(goes);
        let other = findings.get(goes).map(|one| one.rule);
        if let (Some(stays), Some(other)) = (findings.get_mut(stays), other) {
            stays.why.push_str(&format!(" {other} sees it too."));
        }
    }
    gone.sort_unstable();
    for at in gone.into_iter().rev() {
        findings.remove(at);
    }
}

fn positions(ids: &[&Fingerprint], findings: &[Finding]) -> Vec<usize> {
    findings.iter().enumerate().filter(|(_, finding)| ids.contains(&&finding.id)).map(|(at, _)| at).collect()
}

/// Each of them names where the others stand.
fn name(ids: &[&Fingerprint], findings: &mut [Finding]) {
    let all = positions(ids, findings);
    let places: Vec<(usize, Fingerprint, String)> =
        all.iter().filter_map(|at| findings.get(*at).map(|one| (*at, one.id.clone(), one.at.to_string()))).collect();
    for at in all {
        let others: Vec<_> = places.iter().filter(|(other, ..)| *other != at).collect();
        let Some(finding) = findings.get_mut(at).filter(|_| !others.is_empty()) else { continue };
        let mut named: Vec<String> = others.iter().take(MOST).map(|(.., place)| inert::line(place).into_owned()).collect();
        if others.len() > MOST {
            named.push(format!("{} more places", others.len() - MOST));
        }
        finding.why.push_str(&format!(" The same value: {}.", named.join(", ")));
        for (_, id, _) in others {
            finding.tie(Tied::Finding(id.clone()), "holds the same value".to_owned());
        }
    }
}
