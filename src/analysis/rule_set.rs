//! Rules that run together because one pass over a text serves them all: the trait, and the sink they report to.
//!
//! A set holds rules that were read from files. Rules of code are [`Check`](super::check::Check)s.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::{ChangeView, Draft, FileOutcome, Sink};
use super::formats::secrets::matcher::Matcher;
use super::formats::secrets::trace::Mark;
use super::hints::{Needs, Placed, Seen};
use super::redact;
use super::view::FileView;
use crate::model::finding::Fingerprint;
use crate::model::firing::Firing;
use crate::model::path::RepoPath;
use crate::model::rule::{Rule, RuleId, RuleOrigin};

/// Rules of one format. It overrides the level it needs.
pub trait RuleSet: Send + Sync {
    /// Its rules, each with a name of its own.
    fn rules(&self) -> &[Rule];

    /// The forms of secrets it looks for, so that they are hidden in whatever is said. Such a set looks at a file first.
    fn secrets(&self) -> Option<&Arc<Matcher>> {
        None
    }

    /// What each of its askers cannot do without, which are its rules or parts of them. One look through a file tells it for all sets; what
    /// was seen comes with the sink, where anybody looked.
    fn needs(&self) -> Vec<Needs> {
        Vec::new()
    }

    /// Looks at one changed file.
    fn file(&self, _file: &FileView<'_>, _sink: &mut SetSink<'_>) {}

    /// Looks at the change as a whole.
    fn change(&self, _change: &ChangeView<'_>, _sink: &mut SetSink<'_>) {}

    /// Looks at what was kept of several changes of these `names`, each firing with the number of its change: what they come to
    /// together, and who of them tells it.
    fn across(&self, _firings: &[(usize, &Firing)], _names: &[String], _tells: Tells) -> Vec<(usize, &Rule, Draft)> {
        Vec::new()
    }
}

/// Who tells what several changes come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// The change that fills the window.
    Last,
    /// Every change that counts in it: each waits for a decision of its own.
    Each,
}

/// Where the drafts of a set go.
pub struct SetSink<'s> {
    chosen: &'s BTreeMap<RuleId, RuleOrigin>,
    outcome: &'s mut FileOutcome,
    seen: Option<SeenFor<'s>>,
}

/// What was seen in a file for the askers of one set.
#[derive(Clone, Copy)]
pub struct SeenFor<'s> {
    seen: &'s Seen,
    /// The position of its first asker among all.
    first: usize,
}

impl<'s> SeenFor<'s> {
    /// What `seen` holds for a set whose askers begin at `first`.
    #[must_use]
    pub fn new(seen: &'s Seen, first: usize) -> Self {
        Self { seen, first }
    }

    /// Whether the asker at `index` of the set can find anything.
    #[must_use]
    pub fn suffices(self, index: usize) -> bool {
        self.seen.suffices(self.first + index)
    }

    /// Where the words stand that the asker at `index` of the set wanted the places of.
    #[must_use]
    pub fn places(self, index: usize) -> &'s [Placed] {
        self.seen.places(self.first + index)
    }
}

impl<'s> SetSink<'s> {
    /// A sink that keeps what the rules of `chosen` report in `outcome`.
    pub fn new(chosen: &'s BTreeMap<RuleId, RuleOrigin>, outcome: &'s mut FileOutcome) -> Self {
        Self { chosen, outcome, seen: None }
    }

    /// The same, with what was seen in the file.
    #[must_use]
    pub fn seeing(self, seen: Option<SeenFor<'s>>) -> Self {
        Self { seen, ..self }
    }

    /// What was seen in the file; `None` when nobody looked.
    #[must_use]
    pub fn seen(&self) -> Option<SeenFor<'s>> {
        self.seen
    }

    /// Whether `rule` runs: looking for what nobody asked for is not worth it, and of two rules of one name only the first runs.
    #[must_use]
    pub fn runs(&self, rule: &Rule) -> bool {
        self.chosen.get(&rule.id) == Some(&rule.origin)
    }

    /// Adds `amount` to what [`RuleSet::change`] reads as `name` of this file's outcome.
    pub fn count(&mut self, name: &'static str, amount: i64) {
        *self.outcome.counts.entry(name).or_default() += amount;
    }

    /// Completes `draft` with the words of `rule` and keeps it, when that rule runs. The name of the finding, when it is a new one.
    pub fn report(&mut self, rule: &Rule, draft: Draft) -> Option<Fingerprint> {
        if !self.runs(rule) {
            return None;
        }
        let before = self.outcome.findings.len();
        Sink::new(rule, self.outcome).report(draft);
        self.outcome.findings.get(before).map(|finding| finding.id.clone())
    }

    /// Hides `value` in whatever is said of this file.
    pub fn hide(&mut self, value: &str, placeholder: &str) {
        self.outcome.veil.hide(value, placeholder);
    }

    /// Keeps what is known of a secret without its value.
    pub fn mark(&mut self, mark: Mark) {
        self.outcome.marks.push(mark);
    }

    /// Keeps that a rule fired that only correlations count: others may complete its window in another change.
    /// It is kept longer than this change, so that secrets are hidden in it like in a finding.
    pub fn keep(&mut self, mut firing: Firing) {
        let veil = self.outcome.veil.clone();
        firing.shows = redact::through(&firing.shows, &veil);
        firing.values.values_mut().for_each(|value| *value = redact::through(value, &veil));
        self.outcome.firings.push(firing);
    }

    /// Says that something could not be looked at.
    pub fn skip(&mut self, path: Option<&RepoPath>, why: impl Into<String>) {
        let why = why.into();
        if !self.outcome.skipped.iter().any(|known| known.path.as_ref() == path && known.why == why) {
            self.outcome.skipped.push(crate::model::diff::Omission { path: path.cloned(), why });
        }
    }
}
