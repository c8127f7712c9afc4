//! "only comments".

use super::judged::Judged;
use super::scope::{is_qualified, part};
use crate::analysis::language::Language;
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;

static COMMENTS: Pattern = Pattern::new(
    r"(?i)\bcomments?[ -]only(?: (?:changes?|commit|pr|pull|patch|diff|edits?|fix(?:es)?|cleanups?))?(?:[\s]*[.,;:!)]|$)|(?:^|[^-\w])only (?:changes |touches |updates )?(?:the )?comments\b[.;!]?$|\bcomment changes? only\b",
);

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
    if !against.is_empty() {
        return Some(Judged::contradicted(&sentence.text, against));
    }
    // Of settings, data and pages nobody here knows which lines are comments.
    let others = facts.files().iter().map(|file| file.path().text().into_owned()).filter(|path| !Language::of(path).is_code());
    let others: Vec<String> = others.collect();
    let known = others.is_empty() && !facts.has_gaps();
    Some(if known { Judged::supported(&sentence.text, others) } else { Judged::uncheckable(&sentence.text, others) })
}
