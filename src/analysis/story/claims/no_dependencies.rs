//! "no new dependencies", "no dependency changes", "the lock file is unchanged".

use super::dependencies::place;
use super::judged::Judged;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::{Facts, MOST_PLACES};
use crate::analysis::story::prose::Sentence;
use crate::model::dependency::{DependencyChange, DependencyMove, Scope};

static NONE_NEW: Pattern = Pattern::new(
    r"(?i)\b(?:no|without(?: any)?|zero)\s+(?:(?:new|additional|extra|added)\s+)(?:(runtime|production)\s+|external\s+|third[- ]party\s+)*(?:dependenc(?:y|ies)|deps)\b|\b(?:does not|doesn't|do not|don't)\s+(?:add|introduce)\s+(?:any\s+)?(?:new\s+)?dependenc",
);
static NONE_CHANGED: Pattern =
    Pattern::new(r"(?i)\bno\s+dependenc(?:y|ies)\s+(?:changes?|updates?|were changed|changed)\b|\bdependencies (?:are |stay )?unchanged\b");
static LOCK_KEPT: Pattern = Pattern::new(
    r"(?i)\b(?:the|all|our|no|any)?\s*lock[- ]?files?\s+(?:is|are|was|were|stays?|remains?)\s+(?:left\s+)?(?:unchanged|untouched|unmodified|as (?:it|they) (?:is|are|was|were))\b|\bno\s+(?:changes?\s+(?:to|in)\s+(?:the\s+|any\s+)?lock[- ]?files?|lock[- ]?file\s+changes?)\b|\b(?:does not|doesn't|did not|without)\s+(?:touch|change|modify|touching|changing|modifying)\s+(?:the\s+|any\s+)?lock[- ]?files?\b",
);

/// A sentence about programs that look for dependencies.
static ABOUT: Pattern =
    Pattern::new(r"(?i)\b(?:if|when|while|unless|whether|projects?|packages?|handle|print|warn|report|says?|message|detect|found)\b");

/// "no new dependencies", "no dependency changes", "the lock file is unchanged".
#[must_use]
pub fn none_new(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if LOCK_KEPT.is_match(&sentence.text) {
        return lock_kept(facts, sentence);
    }
    let none_changed = NONE_CHANGED.is_match(&sentence.text);
    if !none_changed && !NONE_NEW.is_match(&sentence.text) || sentence.text.ends_with('?') || ABOUT.is_match(&sentence.text) {
        return None;
    }
    let runtime_only = NONE_NEW.group(&sentence.text, 1).is_some();
    let against = |row: &DependencyChange| {
        let new = row.change == DependencyMove::Added || none_changed;
        new && row.dependency().is_some_and(|known| known.direct && (!runtime_only || known.scope == Scope::Runtime))
    };
    let rows = facts.dependencies().filter(|(row, manifest)| *manifest && against(row) && (none_changed || !is_known(facts, row)));
    let mut places: Vec<String> = rows.map(|(row, _)| place(row)).collect();
    if none_changed {
        places.extend(facts.repinned().map(place).take(MOST_PLACES));
    }
    Some(match (places.is_empty(), facts.dependencies_are_known() && !facts.has_gaps()) {
        (false, _) if sentence.whole => Judged::contradicted(&sentence.text, places),
        (true, true) => Judged::supported(&sentence.text, Vec::new()),
        _ => Judged::uncheckable(&sentence.text, places),
    })
}

fn lock_kept(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if sentence.text.ends_with('?') || ABOUT.is_match(&sentence.text) {
        return None;
    }
    let paths = facts.files().iter().map(|file| file.path().text().into_owned());
    let locks: Vec<String> = paths.filter(|path| Role::of(path) == Role::Lock).take(MOST_PLACES).collect();
    Some(match (locks.is_empty(), facts.has_gaps()) {
        (false, _) if sentence.whole => Judged::contradicted(&sentence.text, locks),
        (true, false) => Judged::supported(&sentence.text, Vec::new()),
        _ => Judged::uncheckable(&sentence.text, locks),
    })
}

/// Whether a lock file that the change rewrites held the package before: then it is new to a manifest, and not to the project.
fn is_known(facts: &Facts<'_>, row: &DependencyChange) -> bool {
    row.dependency().is_some_and(|asked| facts.locked_before(asked.ecosystem, &asked.name))
}
