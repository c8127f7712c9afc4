//! "documentation only", "no code changes".

use super::dependencies::place;
use super::judged::Judged;
use super::scope::{dependencies, is_qualified, is_site, only, part};
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::{CodeLine, Facts, MOST_PLACES};
use crate::analysis::story::prose::Sentence;
use crate::model::story::Verdict;

static DOCS_ONLY: Pattern = Pattern::new(
    r"(?i)\b(?:docs?|documentation|readme)[ -]only(?: (?:changes?|commit|pr|pull|patch|diff|edits?|updates?))?(?:\s*[.,;:!)\]]|$)|\bonly (?:touches |changes |updates |affects )?(?:the )?(?:docs|documentation|readme)\b(?: (?:is|are|was|were)? ?(?:touched|changed|updated))?[.;!]?$|\bdocumentation changes? only\b|\bno code (?:changes?|is changed|was changed|changed)\b",
);

/// "documentation only".
#[must_use]
pub fn documentation(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if !DOCS_ONLY.is_match(&sentence.text) || is_qualified(&sentence.text) {
        return None;
    }
    let judged =
        judge(facts, sentence, |role| matches!(role, Role::Workflow | Role::AgentConfig | Role::Product | Role::Test | Role::Config));
    let pins: Vec<String> = facts.repinned_alone().filter(|row| !is_site(&row.manifest.text())).map(place).take(MOST_PLACES).collect();
    if sentence.whole && !pins.is_empty() && judged.claim.verdict != Verdict::Contradicted {
        return Some(Judged::contradicted(&sentence.text, pins));
    }
    Some(judged)
}

/// Documentation alone, where code of a role that `offends` is none.
pub(super) fn judge(facts: &Facts<'_>, sentence: &Sentence, offends: fn(Role) -> bool) -> Judged {
    if !sentence.whole {
        return part(sentence);
    }
    let offends = |line: &&CodeLine| offends(line.role) && !is_site(&line.path);
    let mut against: Vec<String> = facts.code().iter().filter(offends).map(|line| line.place.clone()).collect();
    let grave = facts.code().iter().any(|line| matches!(line.role, Role::AgentConfig));
    against.extend(dependencies(facts));
    if !against.is_empty() {
        return Judged::contradicted(&sentence.text, against).grave(grave);
    }
    only(facts, sentence, |role, path| matches!(role, Role::Docs | Role::Instructions) || is_site(path))
}
