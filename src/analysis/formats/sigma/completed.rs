//! What is said of a window that was filled: at the firing that filled it, with what else is in it.

use super::correlate::{Completed, complete};
use super::set::Sigma;
use crate::analysis::check::Draft;
use crate::analysis::rule_set::SetSink;
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
    for completed in last_of_each(complete(set, &all)) {
        let rule = set.correlations.get(completed.correlation).and_then(|correlation| set.rules.get(correlation.reports?));
        if let (Some(rule), Some(draft)) = (rule, rule.and_then(|rule| draft(set, rule, &completed, &all))) {
            sink.report(rule, draft);
        }
    }
}

/// What `firings` of several changes complete together: at the change whose firing filled the window. What one of them completes alone
/// is told by its own report.
pub(super) fn across<'s>(set: &'s Sigma, firings: &[(usize, &Firing)]) -> Vec<(usize, &'s Rule, Draft)> {
    let known = |firing: &Firing| set.detections.iter().any(|detects| detects.id() == firing.rule);
    let own: Vec<(usize, &Firing)> = firings.iter().filter(|(_, firing)| known(firing)).copied().collect();
    if own.is_empty() || set.correlations.is_empty() {
        return Vec::new();
    }
    let all: Vec<&Firing> = own.iter().map(|(_, firing)| *firing).collect();
    let change = |at: usize| own.get(at).map(|(change, _)| *change);
    let several = |completed: &Completed| completed.parts.iter().any(|part| change(*part) != change(completed.last));
    let windows = last_of_each(complete(set, &all)).into_iter().filter(several);
    let tell = |completed: Completed| {
        let rule = set.rules.get(set.correlations.get(completed.correlation)?.reports?)?;
        Some((change(completed.last)?, rule, draft(set, rule, &completed, &all)?))
    };
    windows.filter_map(tell).collect()
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

/// The finding of a window, at the firing that filled it.
fn draft(set: &Sigma, rule: &Rule, completed: &Completed, firings: &[&Firing]) -> Option<Draft> {
    let last = firings.get(completed.last)?;
    let parts: Vec<&Firing> = completed.parts.iter().filter_map(|part| firings.get(*part)).copied().collect();
    let correlation = &set.correlations.get(completed.correlation)?.sigma;
    let mut places: Vec<String> = parts.iter().take(NAMED).map(|part| inert::line(&part.place.to_string()).into_owned()).collect();
    if parts.len() > NAMED {
        places.push(format!("{} more", parts.len() - NAMED));
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
    Some(Draft::at(last.place.clone(), &last.shows).why(why.trim_end().to_owned()))
}
