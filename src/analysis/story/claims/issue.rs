//! "fixes #12", "see #12": whether there is such an issue only its forge knows. It numbers issues and pulls in one row, so that a number
//! above all of them was never given to anything: that alone contradicts. One of another repository is there, or cannot be told: a forge
//! answers the same of what does not exist and of what is private.

use std::collections::BTreeSet;

use super::judged::Judged;
use crate::analysis::pattern::Pattern;
use crate::analysis::story::facts::Facts;
use crate::analysis::story::prose::Sentence;
use crate::model::change::Change;
use crate::model::testimony::{Foreign, ForeignIssue, Issue, Named};

/// The host of a repository that names none.
const PUBLIC: &str = "github.com";
/// What is said of an issue of another repository that the forge does not show.
pub const UNSEEN: &str = "not found or not visible, which a forge does not tell apart";

/// An issue as it is written, from the word that says what it is to the change.
static CLOSES: Pattern = Pattern::new(
    r"(?i)\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?):?\s+((?:[\w.-]+/[\w.-]+)?(?:#|gh-|https://[\w.-]+(?::\d+)?/[\w.-]+/[\w.-]+/(?:-/)?issues/)\d{1,9})\b",
);
static REFERS: Pattern = Pattern::new(
    r"(?i)\b(?:see(?:[ -]also)?|refs?|references|part of|relate[sd] to|addresses|implements|(?:asked|requested|described|reported|discussed|proposed) in):?\s+(?:(?:issue|ticket|pr|pull request)\s+)?((?:[\w.-]+/[\w.-]+)?(?:#|gh-|https://[\w.-]+(?::\d+)?/[\w.-]+/[\w.-]+/(?:-/)?(?:issues|pull)/)\d{1,9})\b",
);
/// Words that take it back. A question is none.
static DENIED: Pattern =
    Pattern::new(r"(?i)\b(?:not|never|doesn't|does not|partially|partly|without|would|should|may|might|could|will|reverts?)\b|\?$");
/// Notes of another project's releases, as bots paste them.
static PASTED: Pattern = Pattern::new(r"^<\w|</\w+>|\]\(http");

/// Whose issue it is.
enum Home {
    /// Of the repository itself.
    Own,
    /// Of this one on the same forge: `owner/name`, in small letters.
    Other(String),
    /// Of another host.
    Beyond,
}

/// One issue that a sentence names.
struct Reference<'t> {
    written: &'t str,
    number: u64,
    home: Home,
}

impl Reference<'_> {
    /// What its forge would be asked.
    fn foreign(&self) -> Option<ForeignIssue> {
        let Home::Other(repository) = &self.home else { return None };
        (self.number > 0).then(|| ForeignIssue { repository: repository.clone(), number: self.number })
    }

    /// Whether it is `issue` of the forge of `change`.
    fn is(&self, change: &Change, issue: &Issue) -> bool {
        let home = match &self.home {
            Home::Own => here(change).1.eq_ignore_ascii_case(&issue.repository),
            Home::Other(repository) => repository.eq_ignore_ascii_case(&issue.repository),
            Home::Beyond => false,
        };
        home && self.number == issue.number
    }
}

/// The host of a change's repository, and its `owner/name` there.
fn here(change: &Change) -> (&str, &str) {
    let repo = change.pull.at.repo.as_str();
    let path = repo.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    let (host, path) = repo.split_at_checked(path).unwrap_or_default();
    (if host.is_empty() { PUBLIC } else { host.trim_end_matches('/') }, path)
}

fn reference<'t>(change: &Change, written: &'t str) -> Option<Reference<'t>> {
    let start = written.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    let (place, number) = written.split_at_checked(start)?;
    let place = place.trim_end_matches('#').to_ascii_lowercase();
    let (own_host, own) = here(change);
    let home = |host: &str, path: &str| match () {
        () if !host.eq_ignore_ascii_case(own_host) => Home::Beyond,
        () if path.eq_ignore_ascii_case(own) => Home::Own,
        () => Home::Other(path.to_owned()),
    };
    let home = match place.strip_prefix("https://") {
        Some(url) => {
            let mut parts = url.splitn(4, '/');
            let (host, owner, name) = (parts.next()?, parts.next()?, parts.next()?);
            home(host.strip_prefix("www.").unwrap_or(host), &format!("{owner}/{name}"))
        }
        None if matches!(place.as_str(), "" | "gh-") => Home::Own,
        None => home(own_host, place.trim_end_matches("gh-")),
    };
    Some(Reference { written, number: number.parse().ok()?, home })
}

/// The issues a sentence says are closed, and those it refers to.
fn references<'t>(change: &Change, text: &'t str) -> Vec<Reference<'t>> {
    if PASTED.is_match(text) {
        return Vec::new();
    }
    let closed = CLOSES.groups(text, 1).filter(|_| !DENIED.is_match(text));
    closed.chain(REFERS.groups(text, 1)).filter_map(|written| reference(change, written)).collect()
}

/// The issues that a message names, as they would be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedIssues {
    /// Those of the repository itself.
    pub own: BTreeSet<u64>,
    /// Those of other repositories of its forge.
    pub foreign: BTreeSet<ForeignIssue>,
    /// Those of other hosts, as they are written: nobody is asked about them.
    pub beyond: BTreeSet<String>,
}

impl NamedIssues {
    /// Takes those that `text` names.
    pub fn take(&mut self, change: &Change, text: &str) {
        for one in references(change, text) {
            self.foreign.extend(one.foreign());
            match one.home {
                Home::Own if one.number > 0 => drop(self.own.insert(one.number)),
                Home::Beyond => drop(self.beyond.insert(one.written.to_owned())),
                Home::Own | Home::Other(_) => {}
            }
        }
    }
}

/// The issues a sentence says are closed, or refers to.
#[must_use]
pub fn closed(facts: &Facts<'_>, sentence: &Sentence) -> Option<Judged> {
    let text = sentence.text.as_str();
    let (mut known, mut never, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for one in references(facts.change, text) {
        let linked = facts.testimony().into_iter().flat_map(|said| &said.linked).find(|issue| one.is(facts.change, issue));
        let named = matches!(one.home, Home::Own).then(|| facts.named(one.number)).flatten();
        match (linked, named, one.foreign().and_then(|issue| facts.foreign(&issue))) {
            (Some(issue), ..) | (None, Some(Named::There(issue)), _) => known.push(issue.name()),
            (None, Some(Named::Never(why)), _) => never.push(format!("{}: {why}", one.written)),
            (None, Some(Named::Unknown(why)), _) => unknown.push(format!("{}: {why}", one.written)),
            (None, None, Some(Foreign::There)) => known.push(format!("{} is there", one.written)),
            (None, None, Some(Foreign::Unseen)) => unknown.push(format!("{}: {UNSEEN}", one.written)),
            (None, None, Some(Foreign::Unknown(why))) => unknown.push(format!("{}: not checked: {why}", one.written)),
            (None, None, None) => unknown.push(format!("{}: {}", one.written, why(facts, &one.home))),
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
fn why(facts: &Facts<'_>, home: &Home) -> String {
    match (home, facts.unasked()) {
        (Home::Other(_), _) => "not checked: it is of another repository".to_owned(),
        (Home::Beyond, _) => "not checked: it is of another host".to_owned(),
        (Home::Own, Some(why)) => why.to_owned(),
        (Home::Own, None) => "only its forge knows which issues there are".to_owned(),
    }
}
