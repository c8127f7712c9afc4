//! Records of the ledger: a table for people, and one JSON object for each record for scripts.

use std::io::{self, Write};

use serde::Serialize;

use crate::export::escape;
use crate::export::paint::Paint;
use crate::export::table::{Cell, Table};
use crate::model::inert;
use crate::model::ledger::Record;
use crate::model::time::Timestamp;

/// Writes the records as a table, in their order.
///
/// # Errors
/// When `out` cannot be written.
pub fn table(out: &mut dyn Write, records: &[Record], paint: Paint) -> io::Result<()> {
    let mut table = Table::new(&["SEQ", "WHEN", "CASE", "VERB", "RECORD", "ACTOR", "ABOUT", "WHAT"], paint);
    for record in records {
        let text = |text: &str| Cell::new(inert::line(text).into_owned());
        table.row(vec![
            Cell::right(record.seq.to_string()),
            Cell::new(moment(record.at)),
            text(&record.case.0),
            Cell::new(record.verb.word()),
            Cell::new(record.kind.word()),
            text(&record.actor),
            text(&record.subject),
            text(&record.says),
        ]);
    }
    table.write(out)
}

/// Writes each record as JSON on its line.
///
/// # Errors
/// When `out` cannot be written.
pub fn jsonl(out: &mut dyn Write, records: &[Record]) -> io::Result<()> {
    records.iter().try_for_each(|record| escape::compact(out, &RecordV1::new(record)))
}

/// `at` as RFC 3339 in UTC, such as `2026-11-20T23:59:00Z`.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    let time = chrono::DateTime::from_timestamp(at.0, 0);
    time.map_or_else(|| at.0.to_string(), |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[derive(Serialize)]
struct RecordV1<'a> {
    schema: &'static str,
    seq: u64,
    at: String,
    case: &'a str,
    kind: &'static str,
    verb: &'static str,
    actor: &'a str,
    subject: &'a str,
    says: &'a str,
    hash: &'a str,
}

impl<'a> RecordV1<'a> {
    fn new(record: &'a Record) -> Self {
        Self {
            schema: "lazaret/record/v1",
            seq: record.seq,
            at: moment(record.at),
            case: &record.case.0,
            kind: record.kind.word(),
            verb: record.verb.word(),
            actor: &record.actor,
            subject: &record.subject,
            says: &record.says,
            hash: &record.hash,
        }
    }
}
