//! Why a rule fired on an event: which selections, on which fields, by which values, and where those stand.
//!
//! The engine stops at the first part of a condition that decides it; a reader wants all of them.

use std::collections::{BTreeMap, BTreeSet};

use rsigma_eval::compiler::eval_condition;
use rsigma_eval::{CompiledDetection, CompiledDetectionItem, CompiledMatcher, CompiledRule, Event as _, MatcherKind};
use rsigma_parser::ConditionExpr;

use super::asked::Asked;
use super::locate::{Spot, spots};
use crate::analysis::events::event::{Event, Span, Stands, Value};
use crate::analysis::events::fields::{EventKind, field};
use crate::analysis::redact::redact;
use crate::model::diff::{Place, Side};
use crate::model::finding::Where;
use crate::model::inert;
use crate::model::path::RepoPath;

/// A value is shown up to here, in characters.
const LONGEST: usize = 80;

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

/// Where and why `rule` fired on `event`; nothing where another event of the same commit tells the same better.
pub(super) fn of(rule: &CompiledRule, event: &Event<'_>, told_by_commit: bool) -> Vec<Evidence> {
    if told_by_commit && !is_own(rule, event.kind) {
        return Vec::new();
    }
    let mut places: BTreeMap<(Where, String), Vec<String>> = BTreeMap::new();
    for name in selections(rule) {
        let identifier = ConditionExpr::Identifier(name.to_owned());
        let holds = eval_condition(&identifier, &rule.detections, &Asked(event), &mut Vec::new());
        let Some(detection) = rule.detections.get(name).filter(|_| holds) else { continue };
        let mut matched = Vec::new();
        items(detection, event, &mut matched);
        places.entry(place(&matched, event)).or_default().push(said(name, &matched));
    }
    if places.is_empty() {
        // Only what must not be there was asked for.
        places.insert(place(&[], event), Vec::new());
    }
    places.into_iter().map(|((place, shows), said)| Evidence { place, shows, why: said.join("; ") }).collect()
}

/// Whether `rule` asks for something that an event of `kind` tells and a commit does not.
fn is_own(rule: &CompiledRule, kind: EventKind) -> bool {
    let mut fields = BTreeSet::new();
    rule.detections.values().for_each(|detection| asked(detection, &mut fields));
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

/// An item that matched.
struct Matched<'r> {
    /// The field; none for a keyword.
    field: Option<&'r str>,
    matcher: &'r CompiledMatcher,
    /// Where its patterns stand, when the field holds lines.
    spots: Vec<Line>,
}

/// An occurrence in the lines of a side.
struct Line {
    side: Side,
    /// Its number in the file.
    number: u32,
    spot: Spot,
}

fn items<'r>(detection: &'r CompiledDetection, event: &Event<'_>, matched: &mut Vec<Matched<'r>>) -> bool {
    match detection {
        CompiledDetection::AllOf(all) => {
            let holds = all.iter().all(|item| holds(item, event));
            if holds {
                matched.extend(all.iter().map(|item| located(item.field.as_deref(), &item.matcher, event)));
            }
            holds
        }
        CompiledDetection::AnyOf(parts) => each(parts, event, matched).contains(&true),
        CompiledDetection::And(parts) => !each(parts, event, matched).contains(&false),
        CompiledDetection::Keywords(matcher) => {
            let holds = matcher.matches_keyword(&Asked(event));
            matched.extend(holds.then(|| located(None, matcher, event)));
            holds
        }
        CompiledDetection::ArrayMatch { .. } | CompiledDetection::Conditional { .. } => true,
    }
}

/// Which of `parts` hold; all of them are looked at.
fn each<'r>(parts: &'r [CompiledDetection], event: &Event<'_>, matched: &mut Vec<Matched<'r>>) -> Vec<bool> {
    parts.iter().map(|part| items(part, event, matched)).collect()
}

fn holds(item: &CompiledDetectionItem, event: &Event<'_>) -> bool {
    let asked = Asked(event);
    let Some(name) = &item.field else { return item.matcher.matches_keyword(&asked) };
    let value = asked.get_field(name);
    match (item.exists, value) {
        (Some(wanted), value) => value.is_some() == wanted,
        (None, Some(value)) => item.matcher.matches(&value, &asked),
        (None, None) => matches!(item.matcher, CompiledMatcher::Null),
    }
}

fn located<'r>(field: Option<&'r str>, matcher: &'r CompiledMatcher, event: &Event<'_>) -> Matched<'r> {
    let mut found = Vec::new();
    for (name, side) in [("code_content", Side::New), ("removed_content", Side::Old)] {
        if field.is_none_or(|field| field == name)
            && let Some(Value::Text(text)) = event.get(name)
        {
            let line = |spot: Spot| Line { side, number: number(event, side, spot.line), spot };
            found.extend(spots(matcher, text).into_iter().map(line));
        }
    }
    Matched { field, matcher, spots: found }
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

/// The number of the line at `index` of the text of `side`.
fn number(event: &Event<'_>, side: Side, index: usize) -> u32 {
    let Stands::Lines(span) = &event.stands else { return 0 };
    let numbers = if side == Side::New { &span.added } else { &span.removed };
    numbers.get(index).or(numbers.last()).copied().unwrap_or(0)
}

fn text(event: &Event<'_>, name: &str) -> String {
    match event.get(name) {
        Some(Value::Text(text)) => text.clone().into_owned(),
        _ => String::new(),
    }
}

/// What a selection matched, in words.
fn said(name: &str, matched: &[Matched<'_>]) -> String {
    let routine = |matched: &&Matched<'_>| !matches!(matched.field, Some("event_type" | "source" | "kind"));
    let telling: Vec<&Matched<'_>> = matched.iter().filter(routine).collect();
    let told = if telling.is_empty() { matched.iter().collect() } else { telling };
    let words: Vec<String> = told.into_iter().map(words).collect();
    format!("{} matched: {}", shown(name), words.join(", "))
}

fn words(matched: &Matched<'_>) -> String {
    let field = matched.field.unwrap_or("a keyword");
    if !matched.spots.is_empty() {
        let place = |line: &Line| format!("{} at line {}", shown(&line.spot.shown), line.number);
        let places: Vec<String> = matched.spots.iter().map(place).collect();
        return format!("{field} has {}", places.join(" and "));
    }
    let described = matched.matcher.describe();
    let verb = match described.kind {
        MatcherKind::Exact => "is",
        MatcherKind::Contains | MatcherKind::Keyword => "contains",
        MatcherKind::StartsWith => "begins with",
        MatcherKind::EndsWith => "ends with",
        MatcherKind::Regex | MatcherKind::Expand => "is like",
        MatcherKind::OneOf => "has one of",
        MatcherKind::Cidr => "lies in",
        MatcherKind::Exists => "exists:",
        MatcherKind::FieldRef => "equals the field",
        MatcherKind::Null => return format!("{field} is not there"),
        MatcherKind::Numeric | MatcherKind::Bool | MatcherKind::Timestamp => "is",
    };
    let not = if described.negated { "not: " } else { "" };
    format!("{field} {not}{verb} {}", shown(&described.pattern.unwrap_or_default()))
}

/// Outside text as evidence shows it: harmless, without secrets, short.
fn shown(text: &str) -> String {
    let text = redact(text);
    let short = match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text.into_owned(),
    };
    format!("`{}`", inert::line(&short))
}
