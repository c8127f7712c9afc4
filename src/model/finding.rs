//! A finding: what a rule saw, where, on what evidence. Never how it is drawn or ranked.

use super::link::{Link, Tied};
use super::rule::{Confidence, FindingClass, RuleId, Severity};
pub use super::site::{Fingerprint, Where};
use super::tool::{Sighting, Tool};

/// What a rule saw. `title`, `why`, `fix` and `references` come from the rule unless the check said something sharper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name.
    pub id: Fingerprint,
    /// The rule that made it.
    pub rule: RuleId,
    /// One line: what was seen, here.
    pub title: String,
    /// What it points to.
    pub class: FindingClass,
    /// How bad it is if true.
    pub severity: Severity,
    /// How sure the check is.
    pub confidence: Confidence,
    /// Where it sits.
    pub at: Where,
    /// The text it rests on, secrets already redacted. Outside text: hostile until shown through [`super::inert`].
    pub evidence: String,
    /// Why it matters.
    pub why: String,
    /// What would make it fine.
    pub fix: String,
    /// References such as `CWE-489`.
    pub references: Vec<String>,
    /// What it belongs together with, and why.
    pub links: Vec<Link>,
    /// Which other tool saw it; `None` when this program did.
    pub tool: Option<Tool>,
    /// Other tools that saw the same at the same place.
    pub also: Vec<Sighting>,
    /// Shared by findings of one rule in the same changed lines of several files, which one judgement judges: 16 hexadecimal digits.
    pub group: Option<String>,
}

impl Finding {
    /// Whether one judgement judges it and `other`: the same rule in the same changed lines of several files.
    #[must_use]
    pub fn is_one_with(&self, other: &Self) -> bool {
        self.id == other.id || self.group.is_some() && self.group == other.group
    }

    /// The findings of the same report it belongs together with.
    pub fn linked(&self) -> impl Iterator<Item = &Fingerprint> {
        self.links.iter().filter_map(Link::finding)
    }

    /// Why it belongs together with the finding `id` of the same report, if it does.
    #[must_use]
    pub fn why_linked(&self, id: &Fingerprint) -> Option<&str> {
        self.links.iter().find(|link| link.finding() == Some(id)).map(|link| link.why.as_str())
    }

    /// Ties it to `to`, unless it is tied to that already.
    pub fn tie(&mut self, to: Tied, why: String) {
        if !self.links.iter().any(|link| link.to == to) {
            self.links.push(Link { to, why });
        }
    }
}
