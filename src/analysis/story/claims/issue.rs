//! "fixes #12", "see #12": whether there is such an issue only its forge knows. It numbers issues and pulls in one row, so that a number
//! above all of them was never given to anything: that alone contradicts.

use super::judged::Judged;
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::change::Change;
use crate::model::testimony::Named;

/// An issue as it is written, from the word that says what it is to the change.
static CLOSES: Pattern = Pattern::new(
    r"(?i)\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?):?\s+((?:[\w.-]+/[\w.-]+)?(?:#|gh-|https://[\w.-]+/[\w.-]+/[\w.-]+/issues/)\d{1,9})\b",
);
static REFERS: Pattern = Pattern::new(
    r"(?i)\b(?:see(?:[ -]also)?|refs?|references|part of|relate[sd] to|addresses|implements|(?:asked|requested|described|reported|discussed|proposed) in):?\s+(?:(?:issue|ticket|pr|pull request)\s+)?((?:[\w.-]+/[\w.-]+)?(?:#|gh-|https://[\w.-]+/[\w.-]+/[\w.-]+/(?:issues|pull)/)\d{1,9})\b",
);
/// Words that take it back. A question is none.
static DENIED: Pattern =
    Pattern::new(r"(?i)\b(?:not|never|doesn't|does not|partially|partly|without|would|should|may|might|could|will|reverts?)\b|\?$");
/// Notes of another project's releases, as bots paste them.
static PASTED: Pattern = Pattern::new(r"^<\w|</\w+>|\]\(http");

/// One issue that a sentence names.
struct Reference<'t> {
    written: &'t str,
    number: u64,
    /// Whether it is of the repository itself.
    own: bool,
}

fn reference<'t>(change: &Change, written: &'t str) -> Option<Reference<'t>> {
    let start = written.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    let (place, number) = written.split_at_checked(start)?;
    let place = place.trim_end_matches('#').to_ascii_lowercase();
    let named = place.strip_prefix("https://").unwrap_or(&place).trim_end_matches("/issues/").trim_end_matches("/pull/");
    let here = change.pull.at.repo.to_ascii_lowercase();
    let own = matches!(named, "" | "gh-") || named == here || named.strip_suffix(&here).is_some_and(|host| host.ends_with('/'));
    Some(Reference { written, number: number.parse().ok()?, own })
}

/// The issues a sentence says are closed, and those it refers to.
fn references<'t>(change: &Change, text: &'t str) -> Vec<Reference<'t>> {
    if PASTED.is_match(text) {
        return Vec::new();
    }
    let closed = CLOSES.groups(text, 1).filter(|_| !DENIED.is_match(text));
    closed.chain(REFERS.groups(text, 1)).filter_map(|written| reference(change, written)).collect()
}

/// The issues of the repository of `change` that `text` names, so that it pays to ask for them.
pub(super) fn numbers(change: &Change, text: &str) -> Vec<u64> {
    references(change, text).iter().filter(|one| one.own && one.number > 0).map(|one| one.number).collect()
}

/// The issues of other repositories that `text` names, as they are written.
pub(super) fn foreign(change: &Change, text: &str) -> Vec<String> {
    references(change, text).iter().filter(|one| !one.own).map(|one| one.written.to_owned()).collect()
}

/// The issues a sentence says are closed, or refers to.
#[must_use]
pub fn closed(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let text = sentence.text.as_str();
    let linked = facts.linked();
    let (mut known, mut never, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for one in references(facts.change, text) {
        let is = |name: &&String| name.split(['#', ' ']).nth(1).and_then(|number| number.parse().ok()) == Some(one.number);
        match (linked.iter().find(is), facts.named(one.number).filter(|_| one.own)) {
            (Some(name), _) => known.push(name.clone()),
            (None, Some(Named::There(issue))) => known.push(issue.name()),
            (None, Some(Named::Never(why))) => never.push(format!("{}: {why}", one.written)),
            (None, Some(Named::Unknown(why))) => unknown.push(format!("{}: {why}", one.written)),
            (None, None) => unknown.push(format!("{}: {}", one.written, why(facts, one.own))),
        }
    }
    match (never.is_empty(), unknown.is_empty(), known.is_empty()) {
        (false, ..) => Some(Judged::contradicted(text, never)),
        (true, false, _) => Some(Judged::uncheckable(text, unknown)),
        (true, true, false) => Some(Judged::supported(text, known)),
        (true, true, true) => None,
    }
}

/// Why nobody said whether it is there.
fn why(facts: &Facts<'_>, own: bool) -> String {
    match (own, facts.unasked()) {
        (false, _) => "it is of another repository".to_owned(),
        (true, Some(why)) => why.to_owned(),
        (true, None) => "only its forge knows which issues there are".to_owned(),
    }
}
