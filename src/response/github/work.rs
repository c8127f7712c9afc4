//! A step at GitHub with everything it acts by: its routes, and what its texts are known by again. Nothing here asks or writes.

use crate::model::forge_step::ForgeStep;
use crate::model::response::CaseId;
use crate::response::github::ask::Ask;

/// How a step finds the world.
pub(crate) enum State {
    /// As it should be, by this id where it has one.
    So(String),
    /// Not yet.
    Not,
}

/// A step with everything it acts by.
pub(crate) struct Work<'a> {
    pub(crate) ask: Ask<'a>,
    pub(crate) step: &'a ForgeStep,
    pub(crate) case: &'a CaseId,
    pub(crate) index: usize,
}

impl Work<'_> {
    /// What a text of this step is known by again.
    pub(crate) fn mark(&self) -> String {
        format!("<!-- lazaret {}/{} -->", self.case.0, self.index + 1)
    }

    /// A route below the repository.
    pub(crate) fn route(&self, rest: &str) -> String {
        format!("/repos/{}/{rest}", self.step.spot.repo)
    }

    /// A route below the pull, as `pulls` or `issues`.
    pub(crate) fn below(&self, kind: &str, rest: &str) -> String {
        self.route(&format!("{kind}/{}/{rest}", self.step.spot.pull))
    }

    pub(crate) fn head(&self) -> String {
        self.step.spot.head.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}
