//! The words of a rule: ast-grep's own keys, and those of `metadata` that this program reads.
//!
//! Whoever wrote a pack is a stranger too: every word is made harmless here.

use serde_json::{Map, Value};

use super::page::{Page, Remark};
use crate::model::inert;
use crate::model::pack::{NoteKind, Pack};
use crate::model::rule::{Confidence, Examples, FindingClass, Rule, RuleFormat, RuleId, RuleOrigin, Severity};

/// When a rule fires: `metadata: { when: … }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// When what it matches is added or changed.
    Added,
    /// When what it matches was there, is removed and is nowhere else in the file: a guard that is gone.
    Removed,
}

impl When {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "added" => Some(Self::Added),
            "removed" => Some(Self::Removed),
            _ => None,
        }
    }
}

/// The files a rule is about, besides its globs: `metadata: { where: … }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// All in its language.
    Everywhere,
    /// Those that run in production or in automation: no tests, examples, documents, and nothing copied or generated.
    Live,
}

impl Where {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "everywhere" => Some(Self::Everywhere),
            "live" => Some(Self::Live),
            _ => None,
        }
    }
}

/// A rule's words and when and where it fires.
pub(super) struct Told {
    /// Its words.
    pub(super) rule: Rule,
    /// When it fires.
    pub(super) when: When,
    /// The files it is about.
    pub(super) place: Where,
    /// What is to be said of them.
    pub(super) remarks: Vec<Remark>,
}

/// Reads `metadata`, remarking on words it does not know.
struct Metadata<'p> {
    page: &'p Page<'p>,
    keys: Option<&'p Map<String, Value>>,
    remarks: Vec<Remark>,
}

impl<'p> Metadata<'p> {
    fn new(page: &'p Page<'p>) -> Self {
        Self { page, keys: page.keys.get("metadata").and_then(Value::as_object), remarks: Vec::new() }
    }

    fn text(&self, key: &str) -> Option<String> {
        self.keys?.get(key)?.as_str().map(|text| inert::block(text.trim()))
    }

    /// One text or several.
    fn list(&self, key: &str) -> Vec<String> {
        let texts = match self.keys.and_then(|keys| keys.get(key)) {
            Some(Value::Array(entries)) => entries.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(one)) => vec![one.as_str()],
            _ => Vec::new(),
        };
        texts.into_iter().map(|text| inert::line(text).into_owned()).collect()
    }

    /// A word of ours under `key`, in any case.
    fn word<T>(&mut self, key: &str, parse: impl Fn(&str) -> Option<T>, known: &str) -> Option<T> {
        let written = self.keys?.get(key)?;
        let found = written.as_str().and_then(|word| parse(&word.to_ascii_lowercase()));
        if found.is_none() {
            let text = format!("metadata `{key}` is {known}, not {}", inert::line(&written.to_string()));
            self.remarks.push(self.page.remark(self.page.line_of(key), NoteKind::Advice, text));
        }
        found
    }

    fn references(&self) -> Vec<String> {
        // Semgrep and others write `CWE-78: Improper Neutralization …`.
        let short = |cwe: String| cwe.split(':').next().unwrap_or("").trim().to_owned();
        let mut all: Vec<String> = self.list("cwe").into_iter().map(short).chain(self.list("references")).collect();
        all.extend(self.page.text_of("url").map(|url| inert::line(url).into_owned()));
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|reference| !reference.is_empty() && seen.insert(reference.clone()));
        all
    }
}

/// The words of the rule in `page`, when and where it fires, and what is to be said of them.
pub(super) fn read(page: &Page<'_>, id: &str, pack: &Pack) -> Told {
    let mut metadata = Metadata::new(page);
    let note = page.text_of("note").map(|note| inert::block(note.trim())).unwrap_or_default();
    let weighs = metadata.word("severity", Severity::parse, "info, low, medium, high or critical");
    let class = metadata.word(
        "class",
        FindingClass::parse,
        "backdoor, vulnerability, exfiltration, dependency, execution, injection, secret or integrity",
    );
    let confidence = metadata.word("confidence", Confidence::parse, "low, medium or high");
    let when = metadata.word("when", When::parse, "added or removed").unwrap_or(When::Added);
    let place = metadata.word("where", Where::parse, "everywhere or live").unwrap_or(Where::Everywhere);
    let message = page.text_of("message").unwrap_or("");
    let rule = Rule {
        id: RuleId::named(id),
        origin: RuleOrigin::File { format: RuleFormat::Structure, pack: pack.name.clone(), path: page.file.path.clone(), line: page.line },
        title: inert::line(if message.is_empty() { id } else { message }).into_owned(),
        class: class.unwrap_or(FindingClass::Vulnerability),
        severity: weighs.unwrap_or_else(|| graded(page.text_of("severity"))),
        confidence: confidence.unwrap_or(Confidence::Medium),
        why: metadata.text("why").unwrap_or_else(|| note.clone()),
        fix: metadata.text("fix").unwrap_or_else(|| rewritten(page)),
        references: metadata.references(),
        prose: metadata.text("prose").unwrap_or(note),
        examples: Examples::default(),
    };
    Told { rule, when, place, remarks: metadata.remarks }
}

/// What ast-grep's severities weigh here.
fn graded(word: Option<&str>) -> Severity {
    match word {
        Some("error") => Severity::High,
        Some("warning") => Severity::Medium,
        Some("info") => Severity::Low,
        _ => Severity::Info,
    }
}

/// What ast-grep would write instead. It is told, never done.
fn rewritten(page: &Page<'_>) -> String {
    let template = match page.keys.get("fix") {
        Some(Value::String(template)) => template,
        Some(Value::Object(keys)) => match keys.get("template").and_then(Value::as_str) {
            Some(template) => template,
            None => return String::new(),
        },
        _ => return String::new(),
    };
    let line = template.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "remove it".to_owned() } else { format!("write instead: {}", inert::line(&line)) }
}
