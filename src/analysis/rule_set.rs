//! Rules that run together because one pass over a text serves them all: the trait, and the sink they report to.
//!
//! A set holds rules that were read from files. Rules of code are [`Check`](super::check::Check)s.

use std::collections::BTreeSet;

use super::check::{ChangeView, Draft, FileOutcome, Sink};
use super::view::FileView;
use crate::model::path::RepoPath;
use crate::model::rule::{Rule, RuleId};

/// Rules of one format. It overrides the level it needs.
pub trait RuleSet: Send + Sync {
    /// Its rules, each with a name of its own.
    fn rules(&self) -> &[Rule];

    /// Looks at one changed file.
    fn file(&self, _file: &FileView<'_>, _sink: &mut SetSink<'_>) {}

    /// Looks at the change as a whole.
    fn change(&self, _change: &ChangeView<'_>, _sink: &mut SetSink<'_>) {}
}

/// Where the drafts of a set go.
pub struct SetSink<'s> {
    chosen: &'s BTreeSet<RuleId>,
    outcome: &'s mut FileOutcome,
}

impl<'s> SetSink<'s> {
    /// A sink that keeps what the rules of `chosen` report in `outcome`.
    pub fn new(chosen: &'s BTreeSet<RuleId>, outcome: &'s mut FileOutcome) -> Self {
        Self { chosen, outcome }
    }

    /// Whether `rule` runs: looking for what nobody asked for is not worth it.
    #[must_use]
    pub fn runs(&self, rule: &Rule) -> bool {
        self.chosen.contains(&rule.id)
    }

    /// Completes `draft` with the words of `rule` and keeps it, when that rule runs.
    pub fn report(&mut self, rule: &Rule, draft: Draft) {
        if self.runs(rule) {
            Sink::new(rule, self.outcome).report(draft);
        }
    }

    /// Says that something could not be looked at.
    pub fn skip(&mut self, path: Option<&RepoPath>, why: impl Into<String>) {
        let why = why.into();
        if !self.outcome.skipped.iter().any(|known| known.path.as_ref() == path && known.why == why) {
            self.outcome.skipped.push(crate::model::diff::Omission { path: path.cloned(), why });
        }
    }
}
