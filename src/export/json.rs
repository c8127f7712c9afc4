//! Reports as JSON: one over several lines, an array of them, or one on each line (jsonl).

use std::io::{self, Write};

use crate::export::escape;
use crate::export::judged::Judged;
use crate::export::v1::ReportV1;

/// One report over several lines.
///
/// # Errors
/// When `out` cannot be written.
pub fn report(out: &mut dyn Write, judged: Judged<'_>) -> io::Result<()> {
    escape::pretty(out, &ReportV1::new(judged))
}

/// One report on one line.
///
/// # Errors
/// When `out` cannot be written.
pub fn line(out: &mut dyn Write, judged: Judged<'_>) -> io::Result<()> {
    escape::compact(out, &ReportV1::new(judged))
}

/// An array of reports that is written while they come.
#[derive(Debug, Default)]
pub struct Array {
    begun: bool,
}

impl Array {
    /// Writes the next element.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn add(&mut self, out: &mut dyn Write, judged: Judged<'_>) -> io::Result<()> {
        out.write_all(if self.begun { b",\n" } else { b"[\n" })?;
        self.begun = true;
        report(out, judged)
    }

    /// Closes the array.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn finish(self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.begun { b"]\n" } else { b"[]\n" })
    }
}
