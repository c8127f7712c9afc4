//! `expiry-weakened`: a token, session or code that is believed far longer than before.

use crate::analysis::prefilter::{Needs, Reach, Words};
use std::collections::BTreeMap;

use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::vuln::twins::twins;
use crate::analysis::pattern::Pattern;
use crate::analysis::statements::Statement;
use crate::analysis::view::{FileView, LineView, SideView};
use crate::model::rule::{Confidence, RuleId, Severity};

/// How much of a difference between two clocks is forgiven.
static LENIENCE: Pattern = Pattern::new(r"(?i)skew|leeway|grace|toleran|drift");
/// The same as those call it who look at tokens.
static OF_TOKENS: Pattern = Pattern::new(r"(?i)clock_?skew|clock_?tolerance|leeway");
static LIFETIME: Pattern = Pattern::new(r"(?i)lifetime|ttl|max_?age|expir|valid_?for|validity");
/// The same as a setting of what is issued.
static EXPIRY: Pattern = Pattern::new(
    r"(?i)expires?_?(?:in|at|on|delta)?\b|expir(?:ation|y)|[\x22\x27\s{]exp[\x22\x27]?\s*[:=]|ExpiresAt|max_?age|\bttl\b|lifetime",
);
static IDENTITY: Pattern = Pattern::new(r"(?i)token|session|auth|jwt|cookie|password|passwd|otp|nonce|login|credential|saml|oidc|identity");
static TIMED: Pattern = Pattern::new(r"Timestamp\w*Validator");
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
/// A constant of C.
static DEFINED: Pattern = Pattern::new(r"^\s*#\s*define\s+(\w+)\s+(\S.*)$");
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

/// See `rules/code/expiry-weakened.toml`.
pub struct ExpiryWeakened;

impl Check for ExpiryWeakened {
    fn rule(&self) -> RuleId {
        RuleId("expiry-weakened")
    }

    fn needs(&self) -> Needs {
        Needs::nothing().and(Reach::REMOVED, Words::of([&LENIENCE, &LIFETIME, &EXPIRY, &TIMED]))
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        let Some(side) = file.new_side() else { return };
        if !file.role.is_live() {
            return;
        }
        endless(file, side, sink);
        ageless(file, side, sink);
        other_unit(file, side, sink);
        forgiven(file, side, sink);
        let before: BTreeMap<&str, f64> = file.removed().filter_map(|line| setting(&line)).collect();
        for line in file.added() {
            let Some((name, after)) = setting(&line).filter(|_| !before.is_empty()) else { continue };
            if !(IDENTITY.is_match(name) || IDENTITY.is_match(&file.path) || signs(side, name)) {
                continue;
            }
            let Some(earlier) = before.get(name) else { continue };
            let Some(severity) = judged(name, *earlier, after) else { continue };
            let title = format!("Believed {} times longer than before", (after / earlier).round());
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}

/// Whether a link is signed for as long as `name` says: whoever has it needs nothing else.
fn signs(side: &SideView<'_>, name: &str) -> bool {
    static SIGNED: Pattern =
        Pattern::new(r"(?i)pre_?sign|sign(?:ed)?_?ur[li]|sas_?token|generate_?sas|shared_?access_?signature|temporary_?ur[li]");
    const MOST: usize = 5_000;
    let name = name.split_whitespace().next_back().unwrap_or(name).trim_start_matches('$');
    let named = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    let lines = side.lines().take(MOST).filter(|line| line.text.len() <= 600);
    name.len() > 2 && lines.map(|line| line.text).any(|text| SIGNED.is_match(text) && named(text))
}

/// What a call forgives: `jwt.WithLeeway(30*time.Second)`, `clockTolerance: 5`, `leeway=10`, also amid a longer line.
fn forgiven(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static GIVEN: Pattern = Pattern::new(
        r"(?i)\b(\w*(?:leeway|clock_?skew|clock_?tolerance)\w*)\s*(?:\(|=|:)\s*([^,;{}()\n]*(?:\(\s*[^()\n]*\))?[^,;{}()\n]*)",
    );
    let read = |text: &str| -> Option<f64> {
        let (name, value) = GIVEN.group(text, 1).zip(GIVEN.group(text, 2)).filter(|(_, value)| value.len() <= 120)?;
        let numbers: Vec<f64> = NUMBER.find_all(value).filter_map(|at| value.get(at)?.replace('_', "").parse().ok()).collect();
        let unit = |text: &str| UNITS.iter().find(|(unit, _)| unit.is_match(text)).map(|(_, seconds)| *seconds);
        (!numbers.is_empty()).then(|| numbers.iter().product::<f64>() * unit(value).or_else(|| unit(name)).unwrap_or(1.0))
    };
    let told = |text: &str| text.len() <= 600 && LENIENCE.is_match(text);
    let Some(before) = file.removed().filter(|line| told(line.text)).filter_map(|line| read(line.text)).reduce(f64::max) else { return };
    for line in file.added().filter(|line| told(line.text)) {
        let days = || BY_SETTING.is_match(line.text).then_some(DAY);
        let Some(after) = read(line.text).or_else(days).filter(|after| *after >= HOUR && *after >= before * 10.0) else { continue };
        if IDENTITY.is_match(line.text) || IDENTITY.is_match(&file.path) || OF_TOKENS.is_match(line.text) {
            let title = format!("Believed for {} hours after it has expired", (after / HOUR).round());
            return sink.report(Draft::line(file, side, line.index).title(title));
        }
    }
}

/// Days whose number a setting says.
static BY_SETTING: Pattern = Pattern::new(r"(?i)\b\w*(?:leeway|clock_?skew|clock_?tolerance)\w*\s*(?:=|:|\()\s*[\w.]*(?:days|weeks)\s*\(");

/// The same number of another unit: `Duration.ofSeconds(30)` → `Duration.ofDays(30)`.
fn other_unit(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static UNIT: Pattern = Pattern::new(r"\b(?:of|from|add|plus)?_?(?:[Mm]illi(?:second)?|[Ss]econd|[Mm]inute|[Hh]our|[Dd]ay|[Ww]eek)s?\b");
    static FORGIVES: Pattern = Pattern::new(r"(?i)skew|leeway|grace|toleran|drift|Timestamp\w*Validator");
    let split = |text: &str| -> Option<(String, f64)> {
        let found = UNIT.find(text).filter(|_| text.len() <= 300 && NUMBER.is_match(text))?;
        let seconds = UNITS.iter().find(|(unit, _)| unit.is_match(text.get(found.clone()).unwrap_or(""))).map(|(_, seconds)| *seconds)?;
        Some((format!("{} {}", text.get(..found.start)?.trim(), text.get(found.end..)?.trim()), seconds))
    };
    let before: BTreeMap<String, f64> = file.removed().filter_map(|line| split(line.text)).collect();
    for line in file.added().filter(|_| !before.is_empty()) {
        let Some((rest, after)) = split(line.text) else { continue };
        let Some(earlier) = before.get(&rest).filter(|earlier| after / **earlier >= 24.0) else { continue };
        let about = IDENTITY.is_match(line.text) || IDENTITY.is_match(&file.path) || OF_TOKENS.is_match(line.text);
        if about && (FORGIVES.is_match(line.text) || EXPIRY.is_match(line.text) || LIFETIME.is_match(line.text)) {
            let severity = if FORGIVES.is_match(line.text) { Severity::High } else { Severity::Medium };
            let title = format!("Believed {} times longer than before", (after / earlier).round());
            sink.report(Draft::line(file, side, line.index).title(title).severity(severity));
        }
    }
}

/// What somebody brings was believed for a time, and is believed for ever.
fn ageless(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static READS: Pattern = Pattern::new(r"\b(loads|unsign\w*|verify\w*|jwtVerify|decrypt|parse_?token|check_?token)\s*\(");
    static AGED: Pattern = Pattern::new(r"(?i)\bmax_?(?:token_?)?age\b|\bttl\s*[=:]");
    for twin in twins(file) {
        if AGED.is_match(twin.after()) {
            continue;
        }
        let was = twin.removed().find(|(_, text)| text.len() <= 600 && AGED.is_match(text));
        let Some(name) = was.and_then(|(_, text)| READS.group(text, 1)) else { continue };
        if let Some((line, _)) = twin.added().find(|(_, text)| text.len() <= 600 && READS.group(text, 1) == Some(name)) {
            let draft = Draft::line(file, side, line).title("What was believed for a time is believed for ever");
            sink.report(draft.severity(Severity::High).confidence(Confidence::Medium));
        }
    }
}

/// What is issued named a time at which it ends, and names none any more.
fn endless(file: &FileView<'_>, side: &SideView<'_>, sink: &mut Sink<'_>) {
    static ISSUES: Pattern = Pattern::new(
        r"(?i)\b(?:jwt\w*|jsonwebtoken|jose)\.(?:sign|encode)\s*\(|\bjwts\.builder\b|\bnew\s+(?:jose\.)?SignJWT\b|\bSecurityTokenDescriptor\b|\bNewWithClaims\s*\(|\bJWT\.(?:create|encode)\b",
    );
    let Some(old) = file.old().filter(|_| file.language.is_code()) else { return };
    let issues = |side: &SideView<'_>, s: &Statement| s.bytes.len() <= 4000 && ISSUES.is_match(side.code_of(s));
    let ends = |side: &SideView<'_>, s: &Statement| EXPIRY.is_match(side.plain_of(s));
    let named = |side: &SideView<'_>| side.changed_lines().any(|line| EXPIRY.is_match(side.plain_line(line.index)));
    if !named(old) || named(side) {
        return;
    }
    let was = old.statements().iter().filter(|s| old.touches(s.first_line, s.last_line) && issues(old, s));
    if was.clone().any(|s| ends(old, s)) {
        let now = side.statements().iter().find(|s| issues(side, s) && !ends(side, s));
        if let Some(now) = now {
            let draft = Draft::lines(file, side, now.first_line, now.last_line).title("What is issued here never expires any more");
            sink.report(draft.confidence(Confidence::Medium));
        }
    }
}

/// A name and the seconds it is set to, when the line sets how long something is believed.
fn setting<'v>(line: &LineView<'v>) -> Option<(&'v str, f64)> {
    let (name, value) = DEFINED.group(line.text, 1).zip(DEFINED.group(line.text, 2)).or_else(|| line.text.split_once(['=', ':']))?;
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
    // No product wishes for what never ends in anybody's use of it.
    let endless = times >= 1_000.0 && after >= 365.0 * DAY;
    (times >= 24.0 && after >= DAY).then_some(if endless { Severity::High } else { Severity::Medium })
}
