//! A form of secret: one rule of a file as the matcher needs it. Never its words.

use std::sync::Arc;

use super::allow::{Allowlist, Candidate};
use super::entropy::entropy;
use super::expression::Expression;
use super::judge::{self, Verdict};
use crate::model::rule::RuleId;

/// One form.
#[derive(Clone, Debug)]
pub struct Form {
    /// The rule's name.
    pub id: RuleId,
    /// What replaces the value: `[AWS_ACCESS_KEY]`.
    pub placeholder: String,
    /// What the value looks like; `None` for rules on paths alone.
    pub(super) regex: Option<Expression>,
    /// Paths it is looked for in.
    pub(super) path: Option<Expression>,
    /// The group that holds the value; 0 for the first that took part, or the whole.
    pub(super) group: usize,
    /// The value's entropy must be above it.
    pub(super) entropy: Option<f64>,
    /// Texts one of which must be there, in lower case.
    pub(super) keywords: Vec<String>,
    /// How far from a keyword it is looked for.
    pub(super) reach: Reach,
    /// What is none.
    pub(super) allow: Vec<Arc<Allowlist>>,
    /// Other rules that must have found something too.
    pub(super) required: Vec<Required>,
    /// Whether it only serves rules that require it.
    pub silent: bool,
    /// What this program adds.
    pub own: Own,
}

/// What `[rules.lazaret]` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// Public by design, or weak alone: never above medium.
    pub note: bool,
    /// Whether the form says so little that value, name and place are judged too.
    pub judged: bool,
    /// Whether it is part of this program: values that say themselves that they are examples are left out.
    pub part: bool,
}

/// How far from a keyword a form is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// On its line: the keyword is a part of the expression, which cannot go over the end of a line.
    Line,
    /// Around it: the keyword is a part of the expression.
    Near,
    /// Everywhere.
    Text,
}

/// Another rule that must have found something near.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// Its name.
    pub id: String,
    /// Lines it may be away.
    pub lines: Option<usize>,
    /// Columns it may be away.
    pub columns: Option<usize>,
}

impl Form {
    /// Whether it looks at the file at `path`.
    #[must_use]
    pub fn reads(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|wanted| wanted.is_match(path))
    }

    /// Whether it is on paths alone, and fires on `path`.
    #[must_use]
    pub fn names(&self, path: &str) -> bool {
        self.regex.is_none() && self.path.as_ref().is_some_and(|wanted| wanted.is_match(path))
    }

    /// Whether what it found is a secret, by its entropy, its allowlists, and, for forms of this program, by what it says of itself.
    #[must_use]
    pub fn keeps(&self, found: &Candidate<'_>) -> bool {
        self.entropy.is_none_or(|least| entropy(found.secret) > least)
            && !self.allow.iter().any(|list| list.allows(found))
            && !(self.own.part && judge::is_example(found.secret))
    }

    /// Whether one of its allowlists names commits.
    #[must_use]
    pub fn asks_commit(&self) -> bool {
        self.allow.iter().any(|list| list.asks_commit())
    }

    /// What the value is, beyond its form.
    #[must_use]
    pub fn verdict(&self, found: &Candidate<'_>) -> Verdict {
        if self.own.judged { judge::judge(found) } else { Verdict::Secret }
    }
}
