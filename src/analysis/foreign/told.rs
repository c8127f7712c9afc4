//! What a finding says that another tool made: its rule, its evidence, and how far its place can be trusted. No secret passes here.

use super::touch::Touch;
use super::{Fate, Foreign, Spot, Spotted};
use crate::analysis::redact::redact;
use crate::model::change::Change;
use crate::model::dependency::DependencyChange;
use crate::model::inert;
use crate::model::path::RepoPath;
use crate::model::rule::{Examples, FindingClass, Rule, RuleId, RuleOrigin};

/// What stands for a secret whose form is not known.
const HIDDEN: &str = "[SECRET]";
/// A snippet below this says too little to be taken out of other texts, in characters.
const SHORTEST: usize = 6;
/// Steps of a flow that are told.
const STEPS: usize = 6;

/// `src/a.py:12`; outside text.
pub(super) fn spot(spot: &Spot) -> String {
    let file = match &spot.file {
        Spotted::Inside(path) => path.text().into_owned(),
        Spotted::Outside(says) => says.clone(),
    };
    match spot.lines {
        Some((line, _)) => format!("{file}:{line}"),
        None => file,
    }
}

/// The words a finding of `foreign` is made of.
pub(super) fn rule(foreign: &Foreign) -> Rule {
    let mut why = String::new();
    if foreign.fate == Fate::Hushed {
        why.push_str("A comment beside it asks the tool for silence, and a change cannot silence what it adds. ");
    }
    why.push_str(&clean(foreign, &foreign.why));
    if foreign.flow.len() > 1 {
        let more = if foreign.flow.len() > STEPS { " → …" } else { "" };
        let steps: Vec<String> = foreign.flow.iter().take(STEPS).map(spot).collect();
        why.push_str(&format!(" The data goes {}{more}.", steps.join(" → ")));
    }
    Rule {
        id: RuleId::named(&foreign.name()),
        origin: RuleOrigin::Code,
        title: clean(foreign, &foreign.title),
        class: foreign.class,
        severity: foreign.severity,
        confidence: foreign.confidence,
        why,
        fix: clean(foreign, &foreign.fix),
        references: foreign.references.iter().map(|one| inert::line(one).into_owned()).collect(),
        prose: String::new(),
        examples: Examples::default(),
    }
}

/// Without secrets: those of known forms, and what a tool that looks for secrets saw.
fn clean(foreign: &Foreign, text: &str) -> String {
    let text = redact(text);
    match secret(foreign) {
        Some(secret) => text.replace(secret, HIDDEN),
        None => text.into_owned(),
    }
}

fn secret(foreign: &Foreign) -> Option<&str> {
    let snippet = foreign.snippet.as_deref().map(str::trim).filter(|_| foreign.class == FindingClass::Secret)?;
    (snippet.chars().count() >= SHORTEST && !snippet.contains(char::is_whitespace)).then_some(snippet)
}

/// What the finding rests on: the line of the change itself, or what the tool saw.
pub(super) fn evidence(foreign: &Foreign, line: Option<&str>) -> String {
    let seen = || foreign.snippet.as_deref().and_then(|snippet| snippet.lines().find(|line| !line.trim().is_empty()));
    let text = line.or_else(seen).map(str::trim_end).unwrap_or_default();
    if foreign.class == FindingClass::Secret { hidden(foreign, text).trim().to_owned() } else { redact(text.trim()).into_owned() }
}

/// `text` without the secret in it. Where it cannot be told apart, nothing of the text is shown.
fn hidden(foreign: &Foreign, text: &str) -> String {
    let known = redact(text);
    if known != text {
        return clean(foreign, text);
    }
    if let Some(secret) = secret(foreign).filter(|secret| *secret != text.trim() && text.contains(*secret)) {
        return text.replace(secret, HIDDEN);
    }
    HIDDEN.to_owned()
}

/// Whether nothing shows that the tool looked at this very change: it names another commit, and the text of the line is not at hand.
pub(super) fn is_shaky(foreign: &Foreign, change: &Change, touch: Option<&Touch<'_>>, lines: Option<(u32, u32)>) -> bool {
    let head = change.pull.revision.head.as_ref().map(|head| head.as_str());
    let (Some(head), Some(looked)) = (head, foreign.revision.as_deref()) else { return false };
    let read = || {
        let (first, last) = lines?;
        touch?.reads(first, last, foreign.snippet.as_deref()?)
    };
    !looked.eq_ignore_ascii_case(head) && read() != Some(true)
}

/// Whether `foreign` names a package that the change adds or moves in the file at `path`.
pub(super) fn is_about_package(foreign: &Foreign, path: &RepoPath, rows: &[&DependencyChange]) -> bool {
    let says = [&foreign.title, &foreign.why, &foreign.fix].map(|text| text.to_ascii_lowercase());
    let here = rows.iter().filter(|row| row.manifest == *path).filter_map(|row| row.after.as_ref());
    here.map(|package| package.name.to_ascii_lowercase()).any(|name| says.iter().any(|text| has_word(text, &name)))
}

/// Whether `name` stands in `text` and is no part of a longer name.
fn has_word(text: &str, name: &str) -> bool {
    let in_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/');
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + name.len()..).unwrap_or(""));
            !before.ends_with(in_name) && !after.starts_with(in_name)
        })
}
