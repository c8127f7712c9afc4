//! Sigma rules as engines, one for each kind of event, so that no rule is asked what cannot answer it.

use std::collections::BTreeMap;

use rsigma_eval::compiler::compile_detection;
use rsigma_eval::{CompiledDetection, CompiledRule, Engine, EvalError, compile_rule};
use rsigma_parser::{ConditionExpr, Detections, FilterRule, SigmaRule};

use super::asked::{Asked, value};
use super::parts::Detects;
use super::{encode, unfilled, widen};
use crate::analysis::events::event::Event;
use crate::analysis::events::fields::EventKind;

/// Compiled rules, by what they are asked about.
pub(super) struct Engines {
    kinds: BTreeMap<EventKind, Engine>,
    /// The place of each rule among the detections, by id.
    places: BTreeMap<String, usize>,
}

/// Compiles `rule` once, to say early what cannot be compiled; brings it to the form in which it runs.
///
/// # Errors
/// Why it cannot run, in one sentence.
pub(super) fn try_out(rule: &mut SigmaRule) -> Result<(), String> {
    prepare(&mut rule.detection)?;
    compile_rule(rule).map(drop).map_err(|error| sentence(&error))
}

/// The same for a filter.
///
/// # Errors
/// Why it cannot run, in one sentence.
pub(super) fn try_filter(filter: &mut FilterRule) -> Result<(), String> {
    prepare(&mut filter.detection)?;
    filter.detection.named.values().try_for_each(|detection| compile_detection(detection).map(drop)).map_err(|error| sentence(&error))
}

fn prepare(detections: &mut Detections) -> Result<(), String> {
    encode::clashes(detections).map_or(Ok(()), Err)?;
    unfilled::literal(detections);
    encode::encode(detections);
    widen::widen(detections);
    Ok(())
}

fn sentence(error: &EvalError) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Engines {
    /// The engines of `detections`, with `filters` put on them.
    pub(super) fn of(detections: &[Detects], filters: &[FilterRule]) -> Self {
        let mut all = Engine::new();
        all.extend_compiled_rules(detections.iter().filter_map(|detects| compile_rule(&detects.sigma).ok()));
        for filter in filters {
            // A filter that cannot be compiled was tried out when it was read.
            drop(all.apply_filter(filter));
        }
        let places: BTreeMap<String, usize> = detections.iter().enumerate().map(|(at, detects)| (detects.id().to_owned(), at)).collect();
        let asked = |rule: &CompiledRule, kind| {
            let place = rule.id.as_ref().and_then(|id| places.get(id)).and_then(|at| detections.get(*at));
            place.is_some_and(|detects| detects.kinds.contains(&kind))
        };
        let engine = |kind| {
            let rules: Vec<CompiledRule> = all.rules().iter().filter(|rule| asked(rule, kind)).cloned().collect();
            let mut engine = Engine::new();
            engine.extend_compiled_rules(rules);
            (kind, engine)
        };
        let kinds = EventKind::ALL.into_iter().map(engine).filter(|(_, engine)| engine.rule_count() > 0).collect();
        Self { kinds, places }
    }

    /// Whether some rule that `wanted` takes can fire on an event of `kind` that has the fields of `known`.
    pub(super) fn may(&self, kind: EventKind, known: &Event<'_>, wanted: &dyn Fn(usize) -> bool) -> bool {
        let Some(engine) = self.kinds.get(&kind) else { return false };
        let rules = engine.rules().iter().filter(|rule| self.place(rule.id.as_deref()).is_some_and(wanted));
        rules.into_iter().any(|rule| rule.conditions.iter().any(|condition| may(condition, rule, known)))
    }

    /// The rules that fire on `event`, each with its place among the detections.
    pub(super) fn ask(&self, event: &Event<'_>) -> Vec<(usize, &CompiledRule)> {
        let Some(engine) = self.kinds.get(&event.kind) else { return Vec::new() };
        let fired = engine.evaluate(&Asked(event));
        let rule = |id: &str| engine.rules().iter().find(|rule| rule.id.as_deref() == Some(id));
        let named = fired.iter().filter_map(|result| result.header.rule_id.as_deref());
        named.filter_map(|id| Some((self.place(Some(id))?, rule(id)?))).collect()
    }

    fn place(&self, id: Option<&str>) -> Option<usize> {
        id.and_then(|id| self.places.get(id)).copied()
    }
}

/// Whether `condition` can hold on an event of which only the fields of `known` are told; what is not told may be anything.
fn may(condition: &ConditionExpr, rule: &CompiledRule, known: &Event<'_>) -> bool {
    match condition {
        ConditionExpr::Identifier(name) => rule.detections.get(name).is_none_or(|detection| can(detection, known)),
        ConditionExpr::And(parts) => parts.iter().all(|part| may(part, rule, known)),
        ConditionExpr::Or(parts) => parts.iter().any(|part| may(part, rule, known)),
        ConditionExpr::Not(_) => true,
        ConditionExpr::Selector { pattern, .. } => {
            let mut named = rule.detections.iter().filter(|(name, _)| pattern.matches_detection_name(name));
            named.any(|(_, detection)| can(detection, known))
        }
    }
}

fn can(detection: &CompiledDetection, known: &Event<'_>) -> bool {
    match detection {
        CompiledDetection::AllOf(items) => items.iter().all(|item| {
            let told = item.field.as_deref().and_then(|field| known.get(field));
            item.exists.is_some() || told.is_none_or(|told| item.matcher.matches(&value(told), &Asked(known)))
        }),
        CompiledDetection::AnyOf(parts) => parts.iter().any(|part| can(part, known)),
        CompiledDetection::And(parts) => parts.iter().all(|part| can(part, known)),
        CompiledDetection::Keywords(_) | CompiledDetection::ArrayMatch { .. } | CompiledDetection::Conditional { .. } => true,
    }
}
