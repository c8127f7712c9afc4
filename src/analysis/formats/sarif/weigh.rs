//! How much a result of another tool weighs, what it points to, and how sure its tool is.
//!
//! High needs a reason: a score of the scale code scanning uses, or an error about security that the tool is sure of. Linters call
//! matters of style errors too, so an error alone is worth an answer and no more.

use std::collections::BTreeSet;

use serde_json::Value;

use super::shape::{Descriptor, Outcome, Reference, Shaped};
use crate::analysis::foreign::MOST;
use crate::model::rule::{Confidence, FindingClass, Severity};

/// Tags of a rule and references of a result that are looked at.
const MOST_TAGS: usize = 100;
/// References that are kept.
const MOST_REFERENCES: usize = 12;
/// Tools that look for secrets and nothing else.
const SECRET_TOOLS: [&str; 9] =
    ["gitleaks", "trufflehog", "detect-secrets", "kingfisher", "noseyparker", "betterleaks", "ggshield", "secretlint", "talisman"];
/// Tools that look for known weaknesses of dependencies.
const DEPENDENCY_TOOLS: [&str; 9] =
    ["osv-scanner", "grype", "dependency-check", "pip-audit", "cargo-audit", "cargo-deny", "npm-audit", "govulncheck", "snyk-open-source"];
/// Tools that look at automation.
const AUTOMATION_TOOLS: [&str; 4] = ["zizmor", "actionlint", "poutine", "octoscan"];

/// What is known of a result and its rule.
pub(super) struct Weighed {
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) class: FindingClass,
    pub(super) references: Vec<String>,
}

impl Weighed {
    /// The weight of `result` of `rule`, which `tool` calls `name`.
    pub(super) fn of(result: &Outcome, rule: Option<&Descriptor>, tool: &str, name: &str) -> Self {
        let tags = tags(result, rule);
        let references = references(result, rule, &tags, name);
        let class = own_class(result).unwrap_or_else(|| class(tool, name, &tags, &references));
        let confidence = confidence(result, rule, &tags);
        let secure = is_security(&tags, &references) || matches!(class, FindingClass::Secret | FindingClass::Execution);
        let severity = own_severity(result).unwrap_or_else(|| severity(result, rule, secure, confidence)).min(MOST);
        Self { severity, confidence, class, references }
    }
}

/// What this program wrote into its own file.
fn own_severity(result: &Outcome) -> Option<Severity> {
    Severity::parse(result.properties.get("severity")?.as_str()?).filter(|_| is_own(result))
}

fn own_class(result: &Outcome) -> Option<FindingClass> {
    FindingClass::parse(result.properties.get("class")?.as_str()?).filter(|_| is_own(result))
}

fn is_own(result: &Outcome) -> bool {
    result.partial_fingerprints.contains_key("lazaret/v1")
}

fn severity(result: &Outcome, rule: Option<&Descriptor>, secure: bool, confidence: Confidence) -> Severity {
    let level = level(result, rule);
    let score = [Some(&result.properties), rule.map(|rule| &rule.properties)];
    let score = score.into_iter().flatten().find_map(|properties| number(properties.get("security-severity")?));
    let weight = match (score, level) {
        (_, "none") => Severity::Info,
        (Some(score), _) if score >= 7.0 && confidence > Confidence::Low => Severity::High,
        (Some(score), _) if score >= 4.0 => Severity::Medium,
        (Some(score), _) if score > 0.0 => Severity::Low,
        (Some(_), _) => Severity::Info,
        (None, "error") if secure && confidence == Confidence::High => Severity::High,
        (None, "error") => Severity::Medium,
        (None, "warning") if secure => Severity::Medium,
        (None, "note") if !secure => Severity::Info,
        (None, _) => Severity::Low,
    };
    if level == "note" { weight.min(Severity::Low) } else { weight }
}

/// The level of the standard: that of the result, else of its rule; a rank where neither has one.
fn level<'r>(result: &'r Outcome, rule: Option<&'r Descriptor>) -> &'r str {
    if result.kind.as_deref().is_some_and(|kind| kind != "fail") {
        return "none";
    }
    let default = rule.map(|rule| &rule.default_configuration);
    let said = result.level.as_deref().or_else(|| default.and_then(|default| default.level.as_deref()));
    let rank = result.rank.or_else(|| default.and_then(|default| default.rank));
    match (said.filter(|said| ["none", "note", "warning", "error"].contains(said)), rank) {
        (Some(said), _) => said,
        (None, Some(rank)) if rank >= 70.0 => "error",
        (None, Some(rank)) if (0.0..40.0).contains(&rank) => "note",
        (None, _) => "warning",
    }
}

fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    (0.0..=10.0).contains(&number).then_some(number)
}

/// How sure the tool is, under any of the names that tools have for it.
fn confidence(result: &Outcome, rule: Option<&Descriptor>, tags: &[String]) -> Confidence {
    const NAMES: [&str; 5] = ["confidence", "precision", "zizmor/confidence", "issue_confidence", "issueConfidence"];
    let said = [Some(&result.properties), rule.map(|rule| &rule.properties)];
    let said = said.into_iter().flatten().find_map(|properties| NAMES.iter().find_map(|name| properties.get(*name)?.as_str()));
    let tagged = || tags.iter().find_map(|tag| tag.strip_suffix(" CONFIDENCE"));
    match said.or_else(tagged).map(str::to_ascii_lowercase).as_deref() {
        Some("very-high" | "high") => Confidence::High,
        Some("low" | "very-low") => Confidence::Low,
        _ => Confidence::Medium,
    }
}

fn tags(result: &Outcome, rule: Option<&Descriptor>) -> Vec<String> {
    let mut tags = Vec::new();
    for properties in [Some(&result.properties), rule.map(|rule| &rule.properties)].into_iter().flatten() {
        for name in ["tags", "cwe", "cwes", "CWE"] {
            match properties.get(name) {
                Some(Value::Array(list)) => tags.extend(list.iter().filter_map(Value::as_str).map(str::to_owned)),
                Some(Value::String(one)) => tags.push(one.clone()),
                _ => {}
            }
        }
    }
    tags.truncate(MOST_TAGS);
    tags
}

fn is_security(tags: &[String], references: &[String]) -> bool {
    tags.iter().any(|tag| tag.eq_ignore_ascii_case("security")) || references.iter().any(|reference| reference.starts_with("CWE-"))
}

/// Weaknesses, advisories and campaigns it names, and its page.
fn references(result: &Outcome, rule: Option<&Descriptor>, tags: &[String], name: &str) -> Vec<String> {
    let targets = rule.into_iter().flat_map(|rule| &rule.relationships).filter_map(Shaped::good).map(|relation| &relation.target);
    let taxa = result.taxa.iter().chain(targets).take(MOST_TAGS).filter_map(weakness_of);
    let own = result.properties.get("references").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let named = tags.iter().map(String::as_str).chain(own).chain([name]).flat_map(ids);
    let mut seen = BTreeSet::new();
    let mut found: Vec<String> = taxa.chain(named).filter(|id| seen.insert(id.clone())).take(MOST_REFERENCES).collect();
    if let Some(page) = rule.and_then(|rule| rule.help_uri.as_ref()).filter(|page| page.starts_with("https://") && page.len() < 300) {
        found.push(page.clone());
    }
    found
}

/// `CWE-79` of a reference into a taxonomy of that name.
fn weakness_of(reference: &Reference) -> Option<String> {
    let id = reference.id.as_deref()?;
    let cwe = reference
        .tool_component
        .as_ref()
        .and_then(|component| component.name.as_deref())
        .is_some_and(|name| name.eq_ignore_ascii_case("cwe"));
    if cwe && id.bytes().all(|byte| byte.is_ascii_digit()) { weakness(id) } else { ids(id).next() }
}

/// The ids in a tag or name: `CWE-89: …`, `external/cwe/cwe-089`, `CVE-2026-1234`, `GHSA-…`.
fn ids(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.')).filter(|word| word.len() < 40);
    words.filter_map(|word| {
        let upper = word.to_ascii_uppercase();
        let digits = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        match upper.split_once('-') {
            Some(("CWE", rest)) => weakness(rest),
            Some(("CVE", rest)) if digits(rest) => Some(upper),
            Some(("GHSA", rest)) if rest.len() == 14 => Some(format!("GHSA-{}", rest.to_ascii_lowercase())),
            Some(("SAFE", rest)) if rest.starts_with('T') => Some(upper),
            _ => None,
        }
    })
}

fn weakness(digits: &str) -> Option<String> {
    let number: u16 = digits.parse().ok()?;
    (number > 0).then(|| format!("CWE-{number}"))
}

/// What the result points to.
fn class(tool: &str, name: &str, tags: &[String], references: &[String]) -> FindingClass {
    let weak = |numbers: &[u16]| numbers.iter().any(|number| references.iter().any(|known| *known == format!("CWE-{number}")));
    let advisory = references.iter().any(|reference| reference.starts_with("CVE-") || reference.starts_with("GHSA-"));
    let name = name.to_ascii_lowercase();
    let called = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if SECRET_TOOLS.contains(&tool)
        || weak(&[798, 321, 259, 547, 540])
        || called(&["hardcoded-secret", "detected-private-key", ".secrets."])
    {
        FindingClass::Secret
    } else if weak(&[506, 507, 509, 510, 511, 912, 489]) {
        FindingClass::Backdoor
    } else if DEPENDENCY_TOOLS.contains(&tool) || advisory || weak(&[1104, 1357, 1395]) {
        FindingClass::Dependency
    } else if weak(&[1427]) || called(&["prompt-injection"]) {
        FindingClass::Injection
    } else if AUTOMATION_TOOLS.contains(&tool)
        || name.starts_with("actions/")
        || tags.iter().any(|tag| tag == "actions")
        || weak(&[829, 494])
    {
        FindingClass::Execution
    } else {
        FindingClass::Vulnerability
    }
}
