//! "fixes #12": whether there is such an issue only its forge knows, and a pull that names it need not be listed there.

use super::judged::Judged;
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;

static CLOSES: Pattern = Pattern::new(
    r"(?i)\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?):?\s+(?:[\w.-]+/[\w.-]+)?(?:#|gh-|https://[\w.-]+/[\w.-]+/[\w.-]+/issues/)(\d{1,9})\b",
);
/// Words that take it back. A question is none.
static DENIED: Pattern =
    Pattern::new(r"(?i)\b(?:not|never|doesn't|does not|partially|partly|without|would|should|may|might|could|will|reverts?)\b|\?$");

/// The first issue a sentence says is closed.
#[must_use]
pub fn closed(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let text = sentence.text.as_str();
    let number = CLOSES.group(text, 1)?;
    if DENIED.is_match(text) {
        return None;
    }
    let links = facts.change.dossier.iter().flat_map(|dossier| &dossier.links).filter(|link| link.kind == "issue");
    let is = |name: &str| name.split(['#', ' ']).nth(1) == Some(number);
    let known: Vec<String> = links.filter(|link| is(&link.name)).map(|link| link.name.clone()).collect();
    if known.is_empty() {
        let told = facts.change.dossier.is_some();
        let why = if told {
            "its forge links it with no such issue; it may be of another repository, or a pull"
        } else {
            "only its forge knows which issues there are"
        };
        return Some(Judged::uncheckable(text, vec![format!("#{number}: {why}")]));
    }
    Some(Judged::supported(text, known))
}
