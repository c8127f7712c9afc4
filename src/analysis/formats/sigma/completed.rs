//! What is said of a window that was filled: where, and what else is in it.

use std::collections::BTreeMap;

use super::correlate::{Completed, complete};
use super::set::Sigma;
use crate::analysis::check::Draft;
use crate::analysis::rule_set::{SetSink, Tells};
use crate::model::firing::Firing;
use crate::model::inert;
use crate::model::rule::Rule;

/// Places that a sentence names at most.
const NAMED: usize = 6;

/// Reports what `firings`, all of one change, complete among themselves: each window once, where it is fullest.
pub(super) fn report(set: &Sigma, firings: &[Firing], sink: &mut SetSink<'_>) {
    if firings.is_empty() || set.correlations.is_empty() {
        return;
    }
    let all: Vec<&Firing> = firings.iter().collect();
    let place = |at: usize| all.get(at).map(|firing| firing.place.to_string()).unwrap_or_default();
    for completed in last_of_each(complete(set, &all)) {
        let rule = set.correlations.get(completed.correlation).and_then(|correlation| set.rules.get(correlation.reports?));
        let (Some(rule), Some(last)) = (rule, all.get(completed.last)) else { continue };
        if let Some(draft) = draft(set, rule, &completed, last, &place) {
            sink.report(rule, draft);
        }
    }
}

/// What `firings` of several changes of these `names` complete together, and which of them tells it. What one of them completes alone is
/// told by its own report.
pub(super) fn across<'s>(set: &'s Sigma, firings: &[(usize, &Firing)], names: &[String], tells: Tells) -> Vec<(usize, &'s Rule, Draft)> {
    let known = |firing: &Firing| set.detections.iter().any(|detects| detects.id() == firing.rule);
    let own: Vec<(usize, &Firing)> = firings.iter().filter(|(_, firing)| known(firing)).copied().collect();
    if own.is_empty() || set.correlations.is_empty() {
        return Vec::new();
    }
    let all: Vec<&Firing> = own.iter().map(|(_, firing)| *firing).collect();
    let change = |at: usize| own.get(at).map(|(change, _)| *change);
    let several = |completed: &Completed| completed.parts.iter().any(|part| change(*part) != change(completed.last));
    let place = |at: usize| {
        let name = change(at).and_then(|change| names.get(change)).map_or("", String::as_str);
        all.get(at).map(|firing| format!("{name} {}", firing.place)).unwrap_or_default()
    };
    let mut told = Vec::new();
    for completed in last_of_each(complete(set, &all)).into_iter().filter(several) {
        let rule = set.correlations.get(completed.correlation).and_then(|correlation| set.rules.get(correlation.reports?));
        let Some(rule) = rule else { continue };
        // The latest firing of each change that tells.
        let mut latest: BTreeMap<usize, usize> = BTreeMap::new();
        let counted = if tells == Tells::Each { completed.parts.as_slice() } else { &[] };
        for at in counted.iter().copied().chain([completed.last]) {
            let Some(change) = change(at) else { continue };
            let kept = latest.entry(change).or_insert(at);
            let moment = |at: usize| all.get(at).map(|firing| firing.at);
            *kept = if moment(at) > moment(*kept) { at } else { *kept };
        }
        told.extend(
            latest.into_iter().filter_map(|(change, at)| Some((change, rule, draft(set, rule, &completed, all.get(at)?, &place)?))),
        );
    }
    told
}

/// The fullest of the windows of each correlation and group that run into each other.
fn last_of_each(all: Vec<Completed>) -> Vec<Completed> {
    let mut kept: Vec<Completed> = Vec::new();
    for completed in all {
        let goes_on = |known: &&mut Completed| {
            known.correlation == completed.correlation && known.group == completed.group && completed.parts.contains(&known.last)
        };
        match kept.iter_mut().rev().find(goes_on) {
            Some(known) => *known = completed,
            None => kept.push(completed),
        }
    }
    kept
}

/// The finding of a window, at the firing `told`; `place` names where each of its firings stands.
fn draft(set: &Sigma, rule: &Rule, completed: &Completed, told: &Firing, place: &dyn Fn(usize) -> String) -> Option<Draft> {
    let correlation = &set.correlations.get(completed.correlation)?.sigma;
    // Rules that count through each other meet one place more than once.
    let mut places: Vec<String> = Vec::new();
    for part in &completed.parts {
        let place = inert::line(&place(*part)).into_owned();
        if !places.contains(&place) {
            places.push(place);
        }
    }
    if places.len() > NAMED {
        let more = places.split_off(NAMED).len();
        places.push(format!("{more} more"));
    }
    let group: Vec<String> =
        completed.group.iter().map(|(name, value)| format!("{} `{}`", inert::line(name), inert::line(value))).collect();
    let with = if group.is_empty() { String::new() } else { format!(" with the same {}", group.join(", ")) };
    let kind = correlation.correlation_type.as_str();
    let why = format!(
        "{kind} came to {} within {}{with}: {}. {}",
        completed.count,
        inert::line(&correlation.timespan.original),
        places.join(", "),
        rule.why
    );
    Some(Draft::at(told.place.clone(), &told.shows).why(why.trim_end().to_owned()))
}
