//! A setting that loosens what a machine, an app or a server lets in, as data. Never which ones there are.

use crate::analysis::pattern::Pattern;
use crate::model::rule::Severity;

/// A setting that loosens.
pub(super) struct Setting {
    /// What it does.
    pub(super) title: &'static str,
    /// The files it counts in, by path.
    pub(super) place: &'static Pattern,
    /// How it is written.
    pub(super) loose: &'static Pattern,
    /// How it was written where it guarded; it is high where this went.
    pub(super) strict: Option<&'static Pattern>,
    /// What it weighs by itself.
    pub(super) alone: Severity,
}
