//! One line of what was looked at: how it is, what it is called, what was found.

use std::io;

use crate::export::paint::Paint;
use crate::model::inert;
use crate::model::rule::Severity;

/// How one part is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Good,
    /// Not there, and nothing is wrong with that.
    Absent,
    Broken,
}

/// How it is, its name, what was found.
pub(super) struct Line(pub(super) State, pub(super) &'static str, pub(super) String);

impl Line {
    pub(super) fn write(&self, out: &mut dyn io::Write, paint: Paint) -> io::Result<()> {
        let word = match self.0 {
            State::Good => paint.severity(Severity::Low, "ok    "),
            State::Absent => paint.quiet("none  "),
            State::Broken => paint.severity(Severity::High, "broken"),
        };
        writeln!(out, "{word}  {:<11} {}", self.1, inert::line(&self.2))
    }
}
