//! `expiry-weakened`: a token, session or code that is believed far longer than before.

use crate::analysis::prefilter::{Needs, Reach, Words};
use std::collections::BTreeMap;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::pattern::Pattern;
use crate::analysis::view::{FileView, LineView};
use crate::model::rule::{RuleId, Severity};

/// How much of a difference between two clocks is forgiven.
static LENIENCE: Pattern = Pattern::new(r"(?i)skew|leeway|grace|toleran|drift");
static LIFETIME: Pattern = Pattern::new(r"(?i)lifetime|ttl|max_?age|expir|valid_?for|validity");
static IDENTITY: Pattern = Pattern::new(r"(?i)token|session|auth|jwt|cookie|password|passwd|otp|nonce|login|credential|saml|oidc|identity");
static NUMBER: Pattern = Pattern::new(r"\b\d[\d_]*");
/// Units by name and in seconds, the longest first; what none fits counts as seconds.
static UNITS: [(Pattern, f64); 7] = [
    (Pattern::new(r#"(?i)year|["'\s]\d+\s*y["']"#), 31_557_600.0),
    (Pattern::new(r#"(?i)week|["'\s]\d+\s*w["']"#), 604_800.0),
    (Pattern::new(r#"(?i)day|["'\s]\d+\s*d["']"#), 86_400.0),
    (Pattern::new(r#"(?i)hour|["'\s]\d+\s*h["']"#), 3_600.0),
    (Pattern::new(r#"(?i)minute|_min\b|mins\b|["'\s]\d+\s*m["']"#), 60.0),
    (Pattern::new(r"(?i)milli|_ms\b|Ms\b"), 0.001),
    (Pattern::new(r"(?i)sec"), 1.0),
];
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

/// See `rules/code/expiry-weakened.toml`.
pub struct ExpiryWeakened;

impl Check for ExpiryWeakened {
    fn rule(&self) -> RuleId {
        RuleId("expiry-weakened")
    }

    fn needs(&self) -> Needs {
        let set = || Words::of([&LENIENCE, &LIFETIME]);
        Needs::nothing().and(Reach::REMOVED, set()).and(Reach::ADDED, set())
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if !file.role.is_live() {
            return;
        }
        let before: BTreeMap<&str, f64> = file.removed().filter_map(|line| setting(&line)).collect();
        for line in file.added() {
            let Some((name, after)) = setting(&line).filter(|_| !before.is_empty()) else { continue };
            if !(IDENTITY.is_match(name) || IDENTITY.is_match(&file.path)) {
                continue;
            }
            let Some(earlier) = before.get(name) else { continue };
            let Some(severity) = judged(name, *earlier, after) else { continue };
            let title = format!("Believed {} times longer than before", (after / earlier).round());
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}

/// A name and the seconds it is set to, when the line sets how long something is believed.
fn setting<'v>(line: &LineView<'v>) -> Option<(&'v str, f64)> {
    let (name, value) = line.text.split_once(['=', ':'])?;
    let name = name.trim();
    if !(LENIENCE.is_match(name) || LIFETIME.is_match(name)) || value.len() > 120 || line.code().trim().is_empty() {
        return None;
    }
    let numbers: Vec<f64> = NUMBER.find_all(value).filter_map(|at| value.get(at)?.replace('_', "").parse().ok()).collect();
    if numbers.is_empty() {
        return None;
    }
    let unit = |text: &str| UNITS.iter().find(|(unit, _)| unit.is_match(text)).map(|(_, seconds)| *seconds);
    Some((name, numbers.iter().product::<f64>() * unit(value).or_else(|| unit(name)).unwrap_or(1.0)))
}

/// A longer life may be a wish of the product; a longer forgiveness for wrong clocks is none.
fn judged(name: &str, before: f64, after: f64) -> Option<Severity> {
    let (lenient, times) = (LENIENCE.is_match(name), after / before);
    if before <= 0.0 {
        return None;
    }
    if lenient && times >= 10.0 && after >= HOUR {
        return Some(Severity::High);
    }
    (times >= 24.0 && after >= DAY).then_some(Severity::Medium)
}
