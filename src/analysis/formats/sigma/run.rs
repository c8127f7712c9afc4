//! One change asked: its events are told, the rules that fire on them report, and what only counts is kept for correlations.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::evidence::{self, Evidence};
use super::set::Sigma;
use super::{completed, correlate};
use crate::analysis::check::{ChangeView, Draft};
use crate::analysis::events::event::{Event, Stands, Value};
use crate::analysis::events::fields::EventKind;
use crate::analysis::events::teller::Teller;
use crate::analysis::rule_set::SetSink;
use crate::model::diff::FileDiff;
use crate::model::firing::Firing;
use crate::model::rule::Rule;

/// What one detection rule made of one event.
struct Told {
    /// Which of the detections.
    detection: usize,
    evidence: Vec<Evidence>,
    /// For correlations, when one counts it.
    firing: Option<Firing>,
}

/// Asks the rules of `set` that run about `view`.
pub(super) fn run(set: &Sigma, view: &ChangeView<'_>, sink: &mut SetSink<'_>) {
    let asking = Asking::of(set, sink);
    if asking.wanted.is_empty() {
        return;
    }
    let teller = Teller::of(view.change, &view.around.history).reviewed(&view.around.talk.reviews);
    let told = asking.told(&teller, view);
    for Told { detection, evidence, .. } in &told {
        if let Some(rule) = set.detections.get(*detection).and_then(|detects| set.rules.get(detects.reports?)) {
            for evidence in evidence {
                sink.report(rule, draft(rule, evidence));
            }
        }
    }
    let mut firings: Vec<Firing> = told.into_iter().filter_map(|told| told.firing).collect();
    firings.sort();
    firings.dedup_by(|one, other| one.rule == other.rule && one.place == other.place);
    completed::report(set, &firings, sink);
    firings.into_iter().for_each(|firing| sink.keep(firing));
}

fn draft(rule: &Rule, evidence: &Evidence) -> Draft {
    let sentence = if evidence.why.is_empty() { String::new() } else { format!("{}. ", evidence.why) };
    Draft::at(evidence.place.clone(), &evidence.shows).why(format!("{sentence}{}", rule.why).trim_end().to_owned())
}

/// What of a set runs now.
struct Asking<'s> {
    set: &'s Sigma,
    /// The detections that report or count towards something that does.
    wanted: BTreeSet<usize>,
    /// By what correlations tell the firings of a detection apart, where they count it.
    counted: BTreeMap<usize, BTreeSet<&'s str>>,
}

impl<'s> Asking<'s> {
    fn of(set: &'s Sigma, sink: &SetSink<'_>) -> Self {
        let runs = |reports: Option<usize>| reports.and_then(|at| set.rules.get(at)).is_some_and(|rule| sink.runs(rule));
        let counted = correlate::counted(set, &runs);
        let reporting = set.detections.iter().enumerate().filter(|(_, detects)| runs(detects.reports)).map(|(at, _)| at);
        Self { set, wanted: reporting.chain(counted.keys().copied()).collect(), counted }
    }

    fn told(&self, teller: &Teller<'_>, view: &ChangeView<'_>) -> Vec<Told> {
        let files = &view.change.patch.files;
        let may = |kind| self.set.engines().may(kind, &teller.known(kind), &|at| self.wanted.contains(&at));
        let mut told = Vec::new();
        let mut ask = |events: Vec<Event<'_>>| events.iter().for_each(|event| told.extend(self.event(event)));
        if may(EventKind::Commit) {
            ask(teller.commits());
        }
        if may(EventKind::Pull) {
            ask(teller.pulls());
        }
        if may(EventKind::Name) {
            ask(teller.names());
        }
        if may(EventKind::Dependency) {
            ask(view.dependencies().filter_map(|row| teller.dependency(row)).collect());
        }
        let (file, lines) = (may(EventKind::File), may(EventKind::Lines));
        if file || lines {
            let one = |diff: &FileDiff| -> Vec<Told> {
                let whole = file.then(|| teller.file(diff));
                let hunks = if lines { teller.lines(diff) } else { Vec::new() };
                whole.iter().chain(&hunks).flat_map(|event| self.event(event)).collect()
            };
            let all: Vec<Vec<Told>> = files.par_iter().map(one).collect();
            told.extend(all.into_iter().flatten());
        }
        told
    }

    fn event(&self, event: &Event<'_>) -> Vec<Told> {
        let mut told = Vec::new();
        for (detection, rule) in self.set.engines().ask(event) {
            let Some(detects) = self.set.detections.get(detection).filter(|_| self.wanted.contains(&detection)) else { continue };
            let below = !matches!(event.stands, Stands::Commit(_)) && event.kind != EventKind::Pull;
            let evidence = evidence::of(rule, event, below && detects.kinds.contains(&EventKind::Commit));
            let firing = evidence.first().zip(self.counted.get(&detection)).map(|(evidence, fields)| Firing {
                at: event.at,
                rule: detects.id().to_owned(),
                place: evidence.place.clone(),
                shows: evidence.shows.clone(),
                values: fields.iter().filter_map(|name| Some(((*name).to_owned(), plain(event.get(name)?)))).collect(),
            });
            if !evidence.is_empty() {
                told.push(Told { detection, evidence, firing });
            }
        }
        told
    }
}

/// A value as correlations compare it.
fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => text.clone().into_owned(),
        Value::Number(number) => number.to_string(),
        Value::Truth(truth) => truth.to_string(),
        Value::List(texts) => texts.join(", "),
    }
}
