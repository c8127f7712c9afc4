//! A change judged with all that its source or field knows around it. Never what becomes of the report, and never a part of one.

use crate::analysis::engine::{Engine, Reader};
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::report::Report;
use crate::sources::source::{Source, SourceError};
use crate::sources::sweep::Field;

/// The report on `change`, which `source` gave.
///
/// # Errors
/// [`SourceError::Cancelled`] when nobody waits any more.
pub fn judged(engine: &Engine, source: &dyn Source, change: &Change, cancel: &Cancel) -> Result<Report, SourceError> {
    let report = engine.analyse_whole(
        change,
        &Reader {
            texts: &|wanted| source.texts(change, wanted, cancel),
            history: &|| source.history(change, cancel),
            packages: &|take| source.packages(change, take, cancel),
            mentions: &|words| source.mentions(change, words, cancel),
            testimony: &|question| source.testimony(change, question, cancel),
            talk: &|| source.talk(change, cancel),
            cancel,
        },
    );
    report.ok_or(SourceError::Cancelled)
}

/// The same of a change that a sweep caught in `field`, which looks words up in no tree.
///
/// # Errors
/// [`SourceError::Cancelled`] when nobody waits any more.
pub fn caught(engine: &Engine, field: &dyn Field, change: &Change, cancel: &Cancel) -> Result<Report, SourceError> {
    let report = engine.analyse_whole(
        change,
        &Reader {
            texts: &|wanted| field.texts(change, wanted, cancel),
            history: &|| field.history(change, cancel),
            packages: &|take| field.packages(change, take, cancel),
            mentions: &|_| None,
            testimony: &|question| field.testimony(change, question, cancel),
            talk: &|| field.talk(change, cancel),
            cancel,
        },
    );
    report.ok_or(SourceError::Cancelled)
}
