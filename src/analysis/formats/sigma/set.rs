//! All Sigma rules of a pack. Nothing of them is compiled for running before a change is judged by one.

use std::sync::OnceLock;

use rsigma_parser::FilterRule;

use super::compile::Engines;
use super::parts::{Correlates, Detects};
use crate::model::rule::Rule;

/// The rules of a pack.
#[derive(Default)]
pub(super) struct Sigma {
    /// Those that report.
    pub rules: Vec<Rule>,
    /// What is asked about single events.
    pub detections: Vec<Detects>,
    /// What counts the firings of others.
    pub correlations: Vec<Correlates>,
    /// What takes events away from detections.
    pub filters: Vec<FilterRule>,
    engines: OnceLock<Engines>,
}

impl Sigma {
    /// The detections as engines; made when they are asked for first.
    pub(super) fn engines(&self) -> &Engines {
        self.engines.get_or_init(|| Engines::of(&self.detections, &self.filters))
    }
}
