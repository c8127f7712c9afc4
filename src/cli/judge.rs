//! Source in, reports out: reads and analyses pulls on all cores, hands them on in order, and holds only a few at a time.
#![allow(clippy::disallowed_methods, reason = "the time an analysis takes is measured here")]

use std::time::Instant;

use rayon::prelude::*;

use crate::analysis::engine::Engine;
use crate::cli::output::Output;
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::pull::{Pull, PullRef};
use crate::model::report::Report;
use crate::runtime::judging::judged;
use crate::sources::source::{Source, SourceError};

/// What is needed to judge pulls.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// The rules.
    pub engine: &'a Engine,
    /// Where the pulls are.
    pub source: &'a dyn Source,
    /// Raised when nobody waits any more.
    pub cancel: &'a Cancel,
}

/// A change and its report, or why there is none.
pub type Outcome = Result<(Change, Report), SourceError>;

impl Judge<'_> {
    /// Reads and analyses one pull.
    ///
    /// # Errors
    /// When it is not there, cannot be read, or nobody waits any more.
    pub fn one(&self, at: &PullRef) -> Outcome {
        let change = self.source.change(at, self.cancel)?;
        let began = Instant::now();
        let mut report = judged(self.engine, self.source, &change, self.cancel)?;
        report.millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok((change, report))
    }

    /// Reads and analyses all of `pulls`; `take` gets each in its order as soon as those before it are done.
    ///
    /// # Errors
    /// When `take` fails, or nobody waits any more.
    pub fn each(
        &self,
        pulls: &[Pull],
        out: &mut Output,
        mut take: impl FnMut(&mut Output, &Pull, Outcome) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut done = 0;
        for few in pulls.chunks(rayon::current_num_threads().max(1)) {
            out.progress(done, pulls.len());
            let outcomes: Vec<Outcome> = few.par_iter().map(|pull| self.one(&pull.at)).collect();
            for (pull, outcome) in few.iter().zip(outcomes) {
                if let Err(SourceError::Cancelled) = outcome {
                    return Err(SourceError::Cancelled.into());
                }
                take(out, pull, outcome)?;
            }
            done += few.len();
        }
        out.clear();
        Ok(())
    }
}
