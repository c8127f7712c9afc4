//! What every format is made from: a change together with what was found in it.

use crate::model::change::Change;
use crate::model::report::Report;

/// A change and its judgement.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The change.
    pub change: &'a Change,
    /// The judgement.
    pub report: &'a Report,
}
