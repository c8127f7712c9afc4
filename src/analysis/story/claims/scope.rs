//! Claims about how far a change goes: only documentation, only tests, only white space, only comments, nothing that works differently.

use super::judged::Judged;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::{CodeLine, Facts};
use crate::analysis::story::prose::Sentence;
use crate::model::diff::{FileDiff, LineKind};

static DOCS_TYPE: Pattern = Pattern::new(r"(?i)^docs?(?:\([^)]*\))?: ");
static DOCS_ONLY: Pattern = Pattern::new(
    r"(?i)\b(?:docs?|documentation|readme)[ -]only\b|\bonly (?:touches |changes |updates |affects )?(?:the )?(?:docs|documentation|readme)\b(?: (?:is|are|was|were)? ?(?:touched|changed|updated))?[.;!]?$|\bdocumentation changes? only\b|\bno code (?:changes?|is changed|was changed|changed)\b",
);
static TESTS_ONLY: Pattern = Pattern::new(
    r"(?i)\btests?[ -]only (?:change|commit|pr|pull|patch)\b|\bonly (?:touches|changes|updates|affects) (?:the )?tests?\b[.;!]?$|\bonly (?:the )?tests (?:are|were) (?:touched|changed)\b",
);
static WHITESPACE: Pattern = Pattern::new(
    r"(?i)\bwhite-?space[ -]only(?: (?:changes?|commit|pr|pull|patch|diff|edits?|fix(?:es)?|cleanups?))?(?:[\s]*[.,;:!)]|$)|(?:^|[^-\w])only (?:changes |touches )?white-?space\b|\bwhite-?space changes? only\b",
);
static COMMENTS: Pattern = Pattern::new(
    r"(?i)\bcomments?[ -]only(?: (?:changes?|commit|pr|pull|patch|diff|edits?|fix(?:es)?|cleanups?))?(?:[\s]*[.,;:!)]|$)|(?:^|[^-\w])only (?:changes |touches |updates )?(?:the )?comments\b[.;!]?$|\bcomment changes? only\b",
);
static NO_FUNCTION: Pattern = Pattern::new(
    r"(?i)\bno (?:functional|behaviou?ral?|semantic|user[- ]facing) changes?\b|\bno changes? (?:in|to) (?:the )?(?:behaviou?r|functionality)\b|\bbehaviou?r (?:is |stays |remains )?(?:unchanged|preserved|the same)\b|\bno change in behaviou?r\b|\bpure(?:ly)? refactor\b",
);
static PARTLY: Pattern = Pattern::new(r"(?i)\b(?:if|when|unless|not|should|will|can|mostly|almost|for|in) \w+");

/// `docs: …`, "documentation only", "no code changes".
#[must_use]
pub fn documentation(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let typed = sentence.heads && DOCS_TYPE.is_match(&sentence.text);
    let strict = DOCS_ONLY.is_match(&sentence.text) && !is_qualified(&sentence.text);
    if !typed && !strict {
        return None;
    }
    if !sentence.whole {
        return Some(part(sentence));
    }
    let offends = |line: &&CodeLine| match line.role {
        Role::Workflow | Role::AgentConfig | Role::Product => !is_site(&line.path),
        Role::Test | Role::Config => strict && !is_site(&line.path),
        _ => false,
    };
    let mut against: Vec<String> = facts.code().iter().filter(offends).map(|line| line.place.clone()).collect();
    let grave = facts.code().iter().any(|line| matches!(line.role, Role::AgentConfig));
    against.extend(dependencies(facts));
    if !against.is_empty() {
        return Some(Judged::contradicted(&sentence.text, against).grave(grave));
    }
    Some(only(facts, sentence, |role| matches!(role, Role::Docs | Role::Instructions)))
}

/// "only touches tests".
#[must_use]
pub fn only_tests(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if !TESTS_ONLY.is_match(&sentence.text) || is_qualified(&sentence.text) {
        return None;
    }
    if !sentence.whole {
        return Some(part(sentence));
    }
    let against = facts.code().iter().filter(|line| matches!(line.role, Role::Workflow | Role::AgentConfig | Role::Product));
    let against: Vec<String> = against.map(|line| line.place.clone()).collect();
    if !against.is_empty() {
        return Some(Judged::contradicted(&sentence.text, against));
    }
    Some(only(facts, sentence, |role| role == Role::Test))
}

/// "whitespace only": exact, because white space can be taken out on both sides.
#[must_use]
pub fn only_whitespace(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if !WHITESPACE.is_match(&sentence.text) || is_qualified(&sentence.text) {
        return None;
    }
    if !sentence.whole || facts.has_gaps() {
        return Some(part(sentence));
    }
    let against: Vec<String> = facts.files().iter().filter_map(other_ink).collect();
    if against.is_empty() {
        Some(Judged::supported(&sentence.text, Vec::new()))
    } else {
        Some(Judged::contradicted(&sentence.text, against))
    }
}

/// "only comments".
#[must_use]
pub fn only_comments(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if !COMMENTS.is_match(&sentence.text) || is_qualified(&sentence.text) {
        return None;
    }
    if !sentence.whole {
        return Some(part(sentence));
    }
    let against: Vec<String> = facts.code().iter().map(|line| line.place.clone()).collect();
    if against.is_empty() {
        Some(Judged::supported(&sentence.text, Vec::new()))
    } else {
        Some(Judged::contradicted(&sentence.text, against))
    }
}

/// "no functional change": shown where no code changes at all, else beyond what a diff can tell.
#[must_use]
pub fn no_functional_change(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    if !NO_FUNCTION.is_match(&sentence.text) {
        return None;
    }
    if sentence.whole && facts.code().is_empty() && !facts.has_gaps() && dependencies(facts).is_empty() {
        return Some(Judged::supported(&sentence.text, vec!["no line of code changes".to_owned()]));
    }
    let places = facts.code().iter().map(|line| line.place.clone()).collect();
    Some(Judged::uncheckable(&sentence.text, places))
}

/// A word around the claim that takes it back or narrows it.
fn is_qualified(text: &str) -> bool {
    PARTLY.is_match(text) && !DOCS_TYPE.is_match(text)
}

fn part(sentence: &Sentence) -> Judged {
    Judged::uncheckable(&sentence.text, vec!["said of one commit, judged is the whole change".to_owned()])
}

fn only(facts: &Facts<'_>, sentence: &Sentence, fits: impl Fn(Role) -> bool) -> Judged {
    let others: Vec<String> =
        facts.files().iter().map(|file| file.path().text().into_owned()).filter(|path| !fits(Role::of(path)) && !is_site(path)).collect();
    if others.is_empty() && !facts.has_gaps() {
        Judged::supported(&sentence.text, Vec::new())
    } else {
        Judged::uncheckable(&sentence.text, others)
    }
}

/// Programs that make up a documentation site.
fn is_site(path: &str) -> bool {
    let path = format!("/{}", path.to_lowercase());
    ["/docs", "/doc/", "/website/", "/site/", "/www/", "/examples/", "/example/", "/documentation/", "/.github/workflows/doc", "/guide"]
        .iter()
        .any(|part| path.contains(part))
        || ["readthedocs", "mkdocs", "storybook", "typedoc", "netlify", ".stories.", "sphinx"].iter().any(|part| path.contains(part))
}

/// Places where what the product is built from changes.
fn dependencies(facts: &Facts<'_>) -> Vec<String> {
    let rows = facts.dependencies().filter(|(row, manifest)| *manifest && row.dependency().is_some_and(|dependency| dependency.direct));
    let rows = rows.filter(|(row, _)| {
        !is_site(&row.manifest.text()) && row.dependency().is_some_and(|known| known.scope == crate::model::dependency::Scope::Runtime)
    });
    rows.map(|(row, _)| format!("{}:{}", row.manifest.text(), row.dependency().map_or(0, |dependency| dependency.line))).collect()
}

/// The place of a file whose visible characters differ.
fn other_ink(file: &FileDiff) -> Option<String> {
    let path = file.path().text();
    let Some(text) = file.text() else { return Some(path.into_owned()) };
    let ink = |kind: LineKind| {
        let lines = text.lines.iter().filter(move |line| line.kind == kind);
        lines.flat_map(|line| text.text(line).chars()).filter(|c| !c.is_whitespace()).collect::<String>()
    };
    let (old, new) = (ink(LineKind::Removed), ink(LineKind::Added));
    let line = text.lines.iter().find(|line| line.kind != LineKind::Context).map_or(0, |line| line.new.max(line.old));
    (old != new).then(|| format!("{path}:{line}"))
}
