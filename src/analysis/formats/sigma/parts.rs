//! The rules of a pack in the form in which they run, each with what it reports as.

use rsigma_parser::{CorrelationRule, SigmaRule};

use crate::analysis::events::fields::EventKind;

/// A detection rule.
pub(super) struct Detects {
    /// It.
    pub sigma: SigmaRule,
    /// What it is asked about.
    pub kinds: Vec<EventKind>,
    /// Which of the rules it reports as; none when only correlations count it.
    pub reports: Option<usize>,
}

impl Detects {
    /// The id of the rule, which every rule has once it is read.
    pub(super) fn id(&self) -> &str {
        self.sigma.id.as_deref().unwrap_or("")
    }
}

/// A correlation.
pub(super) struct Correlates {
    /// It.
    pub sigma: CorrelationRule,
    /// Which of the rules it reports as; none when only other correlations count it.
    pub reports: Option<usize>,
}
