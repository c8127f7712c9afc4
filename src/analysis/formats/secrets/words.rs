//! The words of a rule about secrets: its own where it has some, else those of `rules/lists/secrets.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::matcher::Found;
use super::rule::Written;
use crate::analysis::rules::data;
use crate::model::inert;
use crate::model::pack::{Pack, PackFile};
use crate::model::rule::{Confidence, FindingClass, Rule, RuleFormat, RuleOrigin, Severity};

/// Bytes before a value that the evidence shows.
const EVIDENCE: usize = 200;
/// A description up to here, in characters, without a full stop, names what was found; a longer one is a sentence of its own.
const NAME_LIMIT: usize = 60;

static SHARED: LazyLock<Shared> = LazyLock::new(|| toml::from_str(data("lists/secrets.toml")).unwrap_or_default());

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Shared {
    why: String,
    fix: String,
    references: Vec<String>,
    prose: String,
}

/// The rule as lists and findings show it. Whoever wrote a pack is a stranger too.
pub(super) fn rule(written: &Written, pack: &Pack, file: &PackFile) -> Rule {
    let said = |text: &str| inert::line(text).into_owned();
    let note = written.form.own.note;
    // "A key of Acme: with it anybody pays": what it is, and why it matters.
    let parts = written.description.split_once(": ").filter(|_| written.form.own.part);
    let title = if let Some((what, _)) = parts {
        said(what)
    } else if written.description.trim().is_empty() {
        written.form.id.0.to_owned()
    } else {
        said(&written.description)
    };
    let references = if written.references.is_empty() { &SHARED.references } else { &written.references };
    Rule {
        id: written.form.id,
        origin: RuleOrigin::File { format: RuleFormat::Secrets, pack: pack.name.clone(), path: file.path.clone(), line: written.line },
        title,
        class: FindingClass::Secret,
        severity: if note { Severity::Medium } else { Severity::High },
        confidence: if note { Confidence::Medium } else { Confidence::High },
        why: parts.map_or_else(|| SHARED.why.clone(), |(_, why)| format!("{}. {}", sentence(&said(why)), SHARED.why)),
        fix: written.fix.as_ref().map_or_else(|| SHARED.fix.clone(), |fix| inert::block(fix)),
        references: references.iter().map(|text| said(text)).collect(),
        prose: prose(written),
        examples: written.examples.clone(),
    }
}

/// With a capital, without a full stop.
fn sentence(text: &str) -> String {
    let mut signs = text.trim().trim_end_matches('.').chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}

fn prose(written: &Written) -> String {
    let mut prose = SHARED.prose.trim().to_owned();
    if !written.tags.is_empty() {
        let tags: Vec<String> = written.tags.iter().map(|tag| inert::line(tag).into_owned()).collect();
        prose.push_str(&format!("\n\nTags: {}.", tags.join(", ")));
    }
    prose
}

/// The title of a finding.
pub(super) fn title(rule: &Rule) -> String {
    let name = rule.title.trim();
    if name.ends_with('.') || name.chars().count() > NAME_LIMIT {
        return name.trim_end_matches('.').to_owned();
    }
    let what = name.split_once(' ').filter(|(article, _)| matches!(*article, "A" | "An"));
    what.map_or_else(|| format!("Adds a secret: {name}"), |(article, what)| format!("Adds {} {what}", article.to_lowercase()))
}

/// The title of a finding on what a change says: `place` holds a secret.
pub(super) fn said(rule: &Rule, place: &str) -> String {
    format!("{place} holds a secret, which everybody reads who is told of the change: {}", rule.title.trim_end_matches('.'))
}

/// The title of a finding on a commit: the secret is at `place` there, and gone in the end.
pub(super) fn passing(rule: &Rule, place: &str) -> String {
    format!("A commit adds a secret at {place}, which is in the history although it was taken away: {}", rule.title.trim_end_matches('.'))
}

/// Why it matters, and the name by which gitleaks knows it.
pub(super) fn why(rule: &Rule, names: &[String]) -> String {
    let name = names.first().map_or("", String::as_str);
    format!("{} Its name in `.gitleaksignore` is {}.", rule.why, inert::line(name))
}

/// The lines a match stands on up to its value, with a placeholder for that.
pub(super) fn evidence(text: &str, found: &Found, placeholder: &str) -> String {
    let start = text.get(..found.whole.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    // The placeholder shall not be cut off.
    let near = text.ceil_char_boundary(found.secret.start.saturating_sub(EVIDENCE).max(start));
    let before = text.get(near..found.secret.start).unwrap_or("").trim_start();
    let cut = if near > start { "…" } else { "" };
    format!("{cut}{before}[{placeholder}]")
}
