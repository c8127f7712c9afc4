//! Why a rule fired on an event: which selections, on which fields, by which values, and where those stand.
//!
//! The engine stops at the first part of a condition that decides it; a reader wants all of them.

use std::collections::{BTreeMap, BTreeSet};

use rsigma_eval::compiler::eval_condition;
use rsigma_eval::{CompiledDetection, CompiledRule};
use rsigma_parser::ConditionExpr;

use super::asked::Asked;
use super::matched::{Line, Matched, matched, said};
use crate::analysis::events::event::{Event, Span, Stands, Value};
use crate::analysis::events::fields::{EventKind, field};
use crate::model::diff::{Place, Side};
use crate::model::finding::Where;
use crate::model::path::RepoPath;

/// A place where a rule fired on an event, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Evidence {
    /// The place.
    pub place: Where,
    /// What stands there.
    pub shows: String,
    /// Selections, fields and values, in words.
    pub why: String,
}

/// Where and why `rule` fired on `event`; nothing where `told_by_commit` and it rests on nothing that a commit does not tell.
pub(super) fn of(rule: &CompiledRule, event: &Event<'_>, told_by_commit: bool) -> Vec<Evidence> {
    let is_own = |name: &&str| rule.detections.get(*name).is_some_and(|detection| is_own(detection, event.kind));
    let names = selections(rule);
    let held: Vec<&str> = names.iter().copied().filter(|name| holds_as_a_whole(name, rule, event)).collect();
    let (mut own, mut shared): (Vec<&str>, Vec<&str>) = held.into_iter().partition(is_own);
    if told_by_commit && own.is_empty() {
        // What must not be there may be something of its own, too.
        let wanted: BTreeSet<&str> = names.into_iter().collect();
        if !rule.detections.keys().map(String::as_str).any(|name| !wanted.contains(name) && is_own(&name)) {
            return Vec::new();
        }
    }
    if own.is_empty() {
        own = std::mem::take(&mut shared);
    }
    let mut places: BTreeMap<(Where, String), Vec<String>> = BTreeMap::new();
    for name in own {
        let matched = matched(name, rule, event);
        places.entry(place(&matched, event)).or_default().push(said(name, &matched));
    }
    if places.is_empty() {
        // Only what must not be there was asked for.
        places.insert(place(&[], event), Vec::new());
    }
    // What holds for the whole event is said once, at its first place.
    if let Some(first) = places.values_mut().next() {
        first.extend(shared.into_iter().map(|name| said(name, &matched(name, rule, event))));
    }
    places.into_iter().map(|((place, shows), said)| Evidence { place, shows, why: said.join("; ") }).collect()
}

fn holds_as_a_whole(name: &str, rule: &CompiledRule, event: &Event<'_>) -> bool {
    let identifier = ConditionExpr::Identifier(name.to_owned());
    eval_condition(&identifier, &rule.detections, &Asked(event), &mut Vec::new())
}

/// Whether `detection` asks for something that an event of `kind` tells and a commit does not.
fn is_own(detection: &CompiledDetection, kind: EventKind) -> bool {
    let mut fields = BTreeSet::new();
    asked(detection, &mut fields);
    fields.into_iter().any(|name| match name {
        "kind" => true,
        "event_type" => kind.event_type() != EventKind::Commit.event_type(),
        // A keyword may stand anywhere.
        "" => true,
        _ => field(name).is_some_and(|field| field.kinds.contains(&kind) && !field.kinds.contains(&EventKind::Commit)),
    })
}

fn asked<'r>(detection: &'r CompiledDetection, fields: &mut BTreeSet<&'r str>) {
    match detection {
        CompiledDetection::AllOf(items) => fields.extend(items.iter().map(|item| item.field.as_deref().unwrap_or(""))),
        CompiledDetection::AnyOf(parts) | CompiledDetection::And(parts) => parts.iter().for_each(|part| asked(part, fields)),
        CompiledDetection::ArrayMatch { field, .. } => {
            fields.insert(field);
        }
        CompiledDetection::Conditional { named, .. } => named.values().for_each(|part| asked(part, fields)),
        CompiledDetection::Keywords(_) => {
            fields.insert("");
        }
    }
}

/// The selections that the conditions of `rule` want, by name; not those that must not hold.
fn selections(rule: &CompiledRule) -> Vec<&str> {
    fn walk<'r>(condition: &'r ConditionExpr, rule: &'r CompiledRule, names: &mut BTreeSet<&'r str>) {
        match condition {
            ConditionExpr::Identifier(name) => {
                names.insert(name);
            }
            ConditionExpr::And(parts) | ConditionExpr::Or(parts) => parts.iter().for_each(|part| walk(part, rule, names)),
            ConditionExpr::Not(_) => {}
            ConditionExpr::Selector { pattern, .. } => {
                names.extend(rule.detections.keys().filter(|name| pattern.matches_detection_name(name)).map(String::as_str));
            }
        }
    }
    let mut names = BTreeSet::new();
    rule.conditions.iter().for_each(|condition| walk(condition, rule, &mut names));
    names.into_iter().filter(|name| !name.starts_with("__filter_")).collect()
}

/// The place that `matched` points to, and what stands there.
fn place(matched: &[Matched<'_>], event: &Event<'_>) -> (Where, String) {
    let whole = |path: &RepoPath| (Where::File(path.clone()), path.text().into_owned());
    match &event.stands {
        Stands::Lines(span) => {
            let spots = matched.iter().flat_map(|matched| &matched.spots);
            // An added line says more than a removed one.
            let first = spots.min_by_key(|line| (line.side == Side::Old, line.spot.line));
            first.and_then(|line| at_line(span, event, line)).unwrap_or_else(|| whole(span.path))
        }
        Stands::Commit(Some(id)) => (Where::Commit((*id).clone()), text(event, "subject")),
        Stands::Commit(None) | Stands::Pull => (Where::Message, text(event, "title")),
        Stands::File(path) => whole(path),
        Stands::Dependency(manifest, name) => {
            (Where::Dependency { manifest: (*manifest).clone(), name: (*name).to_owned() }, format!("{name} {}", text(event, "version")))
        }
        Stands::Branch => (Where::Branch, text(event, "branch")),
        Stands::Name(path) => (Where::Name((*path).clone()), path.text().into_owned()),
    }
}

fn at_line(span: &Span<'_>, event: &Event<'_>, line: &Line) -> Option<(Where, String)> {
    let (path, name) = match line.side {
        Side::New => (span.path, "code_content"),
        Side::Old => (span.old_path, "removed_content"),
    };
    let Some(Value::Text(held)) = event.get(name) else { return None };
    let shows = held.split('\n').nth(line.spot.line).unwrap_or("").trim().to_owned();
    let place = Place { path: path.clone(), side: line.side, line: line.number };
    Some((Where::Line { place, end_line: line.number }, shows))
}

fn text(event: &Event<'_>, name: &str) -> String {
    match event.get(name) {
        Some(Value::Text(text)) => text.clone().into_owned(),
        _ => String::new(),
    }
}
