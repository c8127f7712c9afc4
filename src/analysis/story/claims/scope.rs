//! What claims about how far a change goes have in common.

use super::judged::Judged;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::dependency::Scope;

static PARTLY: Pattern =
    Pattern::new(r"(?i)\b(?:if|when|unless|not|should|will|can|mostly|almost|for|in) \w+|\b(?:that|which) (?:are|is|have|has)\b|\?$");

/// A word around the claim that takes it back or narrows it.
pub(super) fn is_qualified(text: &str) -> bool {
    PARTLY.is_match(text)
}

pub(super) fn part(sentence: &Sentence) -> Judged {
    Judged::uncheckable(&sentence.text, vec!["said of one commit, judged is the whole change".to_owned()])
}

pub(super) fn only(facts: &Facts<'_>, sentence: &Sentence, fits: impl Fn(Role, &str) -> bool) -> Judged {
    let others: Vec<String> =
        facts.files().iter().map(|file| file.path().text().into_owned()).filter(|path| !fits(Role::of(path), path)).collect();
    if others.is_empty() && !facts.has_gaps() {
        Judged::supported(&sentence.text, Vec::new())
    } else {
        Judged::uncheckable(&sentence.text, others)
    }
}

/// Programs that make up a documentation site.
pub(super) fn is_site(path: &str) -> bool {
    let path = format!("/{}", path.to_lowercase());
    ["/docs", "/doc/", "/website/", "/site/", "/www/", "/examples/", "/example/", "/documentation/", "/.github/workflows/doc", "/guide"]
        .iter()
        .any(|part| path.contains(part))
        || ["readthedocs", "mkdocs", "storybook", "typedoc", "netlify", ".stories.", "sphinx"].iter().any(|part| path.contains(part))
}

/// Places where what the product is built from changes.
pub(super) fn dependencies(facts: &Facts<'_>) -> Vec<String> {
    let rows = facts.dependencies().filter(|(row, manifest)| *manifest && row.dependency().is_some_and(|dependency| dependency.direct));
    let rows =
        rows.filter(|(row, _)| !is_site(&row.manifest.text()) && row.dependency().is_some_and(|known| known.scope == Scope::Runtime));
    rows.map(|(row, _)| format!("{}:{}", row.manifest.text(), row.dependency().map_or(0, |dependency| dependency.line))).collect()
}
