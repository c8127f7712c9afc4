//! What of a selection matched an event: its items, where their patterns stand in the lines, and all of it in words.

use rsigma_eval::{CompiledDetection, CompiledDetectionItem, CompiledMatcher, CompiledRule, Event as _, MatcherKind};

use super::asked::Asked;
use super::locate::{Spot, spots};
use crate::analysis::events::event::{Event, Stands, Value};
use crate::analysis::redact::redact;
use crate::model::diff::Side;
use crate::model::inert;

/// A value is shown up to here, in characters.
const LONGEST: usize = 80;

/// An item that matched.
pub(super) struct Matched<'r> {
    /// The field; none for a keyword.
    field: Option<&'r str>,
    matcher: &'r CompiledMatcher,
    /// Where its patterns stand, when the field holds lines.
    pub spots: Vec<Line>,
}

/// An occurrence in the lines of a side.
pub(super) struct Line {
    pub side: Side,
    /// Its number in the file.
    pub number: u32,
    pub spot: Spot,
}

/// The items of the selection `name` of `rule` that match `event`.
pub(super) fn matched<'r>(name: &str, rule: &'r CompiledRule, event: &Event<'_>) -> Vec<Matched<'r>> {
    let mut matched = Vec::new();
    if let Some(detection) = rule.detections.get(name) {
        items(detection, event, &mut matched);
    }
    matched
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

/// The number of the line at `index` of the text of `side`.
fn number(event: &Event<'_>, side: Side, index: usize) -> u32 {
    let Stands::Lines(span) = &event.stands else { return 0 };
    let numbers = if side == Side::New { &span.added } else { &span.removed };
    numbers.get(index).or(numbers.last()).copied().unwrap_or(0)
}

/// What a selection matched, in words.
pub(super) fn said(name: &str, matched: &[Matched<'_>]) -> String {
    let routine = |matched: &&Matched<'_>| !matches!(matched.field, Some("event_type" | "source" | "kind"));
    let telling: Vec<&Matched<'_>> = matched.iter().filter(routine).collect();
    let told = if telling.is_empty() { matched.iter().collect() } else { telling };
    let words: Vec<String> = told.into_iter().map(words).collect();
    format!("{} matched: {}", shown(name), words.join(", "))
}

fn words(matched: &Matched<'_>) -> String {
    let field = inert::line(matched.field.unwrap_or("a keyword"));
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
