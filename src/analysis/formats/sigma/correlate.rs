//! Windows: which rules fired together, over the commits of one change or over many changes, against windows that slide with them.
//!
//! A pure function over firings, each with its moment; the counting itself is the library's.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rsigma_eval::{
    CorrelationConfig, CorrelationEngine, DetectionBody, EvaluationResult, MapEvent, ResultBody, RuleHeader, TimestampFallback,
};
use rsigma_parser::{CorrelationCondition, CorrelationRule, Detection, SigmaRule, SigmaValue};

use super::parts::{Correlates, Detects};
use super::set::Sigma;
use crate::analysis::events::fields::field;
use crate::model::firing::Firing;

/// Firings that are told of one completion at most.
pub(super) const MOST_PARTS: usize = 100;

/// A window that was filled.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Completed {
    /// Which of the correlations.
    pub correlation: usize,
    /// The firing that filled it.
    pub last: usize,
    /// What was counted.
    pub count: f64,
    /// What its firings have in common.
    pub group: Vec<(String, String)>,
    /// The firings in it, the first ones only where there are many.
    pub parts: Vec<usize>,
}

/// The fields by which correlations tell the firings of `rule` apart.
fn fields<'c>(rule: &SigmaRule, correlations: &'c [Correlates]) -> BTreeSet<&'c str> {
    let mut fields = BTreeSet::new();
    for correlation in correlations.iter().map(|correlation| &correlation.sigma) {
        // A correlation of correlations goes by what its parts go by.
        fields.extend(correlation.group_by.iter().map(|name| actual(correlation, rule, name)));
        if let CorrelationCondition::Threshold { field: Some(counted), .. } = &correlation.condition {
            fields.extend(counted.iter().map(String::as_str));
        }
    }
    fields
}

/// The field of `rule` that `name` stands for.
pub(super) fn actual<'c>(correlation: &'c CorrelationRule, rule: &SigmaRule, name: &'c str) -> &'c str {
    let alias = correlation.aliases.iter().find(|alias| alias.alias == name);
    let mapped = alias.and_then(|alias| [&rule.id, &rule.name].into_iter().flatten().find_map(|own| alias.mapping.get(own)));
    mapped.map_or(name, String::as_str)
}

/// The detections that count towards a correlation that `runs`, by what correlations tell their firings apart.
pub(super) fn counted<'s>(set: &'s Sigma, runs: &dyn Fn(Option<usize>) -> bool) -> BTreeMap<usize, BTreeSet<&'s str>> {
    let running = set.correlations.iter().filter(|correlation| runs(correlation.reports));
    let ids: BTreeSet<&str> = running.flat_map(|correlation| rules(set, &correlation.sigma).into_keys()).collect();
    let own = set.detections.iter().enumerate().filter(|(_, detects)| ids.contains(detects.id()));
    own.map(|(at, detects)| (at, fields(&detects.sigma, &set.correlations))).collect()
}

/// Every window that `firings` fill, in the order of time.
pub(super) fn complete(set: &Sigma, firings: &[&Firing]) -> Vec<Completed> {
    let mut engine = engine(&set.detections, &set.correlations);
    let places: HashMap<&str, usize> =
        set.correlations.iter().enumerate().filter_map(|(at, correlation)| Some((correlation.sigma.id.as_deref()?, at))).collect();
    let mut order: Vec<usize> = (0..firings.len()).collect();
    order.sort_by_key(|at| firings.get(*at).map(|firing| firing.at));
    let mut completed = Vec::new();
    for last in order {
        let Some(firing) = firings.get(last) else { continue };
        let values: HashMap<String, String> = firing.values.clone().into_iter().collect();
        for result in engine.process_with_detections(&MapEvent::new(values), vec![fired(&firing.rule)], firing.at.0) {
            let (ResultBody::Correlation(body), Some(id)) = (result.body, result.header.rule_id) else { continue };
            let Some(correlation) = places.get(id.as_str()).copied() else { continue };
            let parts = parts(set, correlation, firings, firing);
            completed.push(Completed { correlation, last, count: body.aggregated_value, group: body.group_key, parts });
        }
    }
    completed
}

/// The library's engine over these correlations. Detections are told to it, so that rules are only their names there.
fn engine(detections: &[Detects], correlations: &[Correlates]) -> CorrelationEngine {
    let config = CorrelationConfig { emit_detections: false, timestamp_fallback: TimestampFallback::Skip, ..CorrelationConfig::default() };
    let mut engine = CorrelationEngine::new(config);
    let means = |rule: &SigmaRule, own: &str| rule.id.as_deref() == Some(own) || rule.name.as_deref() == Some(own);
    let counted = |rule: &SigmaRule| correlations.iter().any(|other| other.sigma.rules.iter().any(|own| means(rule, own)));
    for detects in detections.iter().filter(|detects| counted(&detects.sigma)) {
        let mut named = detects.sigma.clone();
        named.custom_attributes.clear();
        named.detection.conditions.clear();
        named.detection.named = HashMap::from([("nothing".to_owned(), Detection::Keywords(vec![SigmaValue::Null]))]);
        // What is tried out when rules are read cannot fail here.
        drop(engine.add_rule(&named));
    }
    for correlation in correlations.iter().filter(|correlation| is_told_apart(&correlation.sigma)) {
        drop(engine.add_correlation(&correlation.sigma));
    }
    engine
}

/// Whether every field that `correlation` groups by is one: what no event has would put all of them into one group.
fn is_told_apart(correlation: &CorrelationRule) -> bool {
    let alias = |name: &String| correlation.aliases.iter().find(|alias| alias.alias == *name);
    let known = |name: &String| match alias(name) {
        Some(alias) => alias.mapping.values().all(|name| field(name).is_some()),
        None => field(name).is_some(),
    };
    correlation.group_by.iter().all(known)
}

fn fired(rule: &str) -> EvaluationResult {
    let header = RuleHeader {
        rule_title: String::new(),
        rule_id: Some(rule.to_owned()),
        level: None,
        tags: Vec::new(),
        custom_attributes: Arc::default(),
        enrichments: None,
    };
    let body = DetectionBody { matched_selections: Vec::new(), matched_fields: Vec::new(), event: None };
    EvaluationResult { header, body: ResultBody::Detection(body) }
}

/// The firings that count towards `correlation` in the window that ends with `last`.
fn parts(set: &Sigma, correlation: usize, firings: &[&Firing], last: &Firing) -> Vec<usize> {
    let Some(Correlates { sigma, .. }) = set.correlations.get(correlation) else { return Vec::new() };
    let rules = rules(set, sigma);
    let span = i64::try_from(sigma.timespan.seconds).unwrap_or(i64::MAX);
    let from = last.at.0.saturating_sub(span);
    let group = |firing: &Firing| -> Vec<Option<String>> {
        let rule = rules.get(firing.rule.as_str());
        let value = |name: &String| rule.and_then(|rule| firing.values.get(actual(sigma, rule, name))).cloned();
        sigma.group_by.iter().map(value).collect()
    };
    let own = group(last);
    let counts =
        |firing: &Firing| rules.contains_key(firing.rule.as_str()) && (from..=last.at.0).contains(&firing.at.0) && group(firing) == own;
    firings.iter().enumerate().filter(|(_, firing)| counts(firing)).map(|(at, _)| at).take(MOST_PARTS).collect()
}

/// The detection rules that count towards `correlation`, through other correlations too, by id.
fn rules<'s>(set: &'s Sigma, correlation: &'s CorrelationRule) -> BTreeMap<&'s str, &'s SigmaRule> {
    let (mut rules, mut open, mut seen) = (BTreeMap::new(), vec![correlation], BTreeSet::new());
    while let Some(correlation) = open.pop() {
        let means =
            |id: &Option<String>, name: &Option<String>| [id, name].into_iter().flatten().any(|own| correlation.rules.contains(own));
        let own = set.detections.iter().map(|detects| &detects.sigma).filter(|rule| means(&rule.id, &rule.name));
        rules.extend(own.map(|rule| (rule.id.as_deref().unwrap_or(""), rule)));
        let others = set.correlations.iter().map(|other| &other.sigma).filter(|other| means(&other.id, &other.name));
        open.extend(others.filter(|other| seen.insert(other.id.as_deref())));
    }
    rules
}
