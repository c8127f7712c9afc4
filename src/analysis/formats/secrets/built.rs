//! The forms of one pack, ready to be looked for.

use std::sync::Arc;

use super::matcher::Matcher;
use crate::model::pack::RuleNote;
use crate::model::rule::Rule;

/// The forms of a pack.
#[derive(Clone, Default)]
pub struct Built {
    /// The rules that run, with their words; each at the position of its form.
    pub rules: Vec<Rule>,
    /// Their forms.
    pub matcher: Arc<Matcher>,
    /// What is to be said of the files.
    pub notes: Vec<RuleNote>,
}
