//! What happened when, in UTC, each moment with where it is known from.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::export::ledger::moment;
use crate::export::markdown::code;
use crate::model::audit::AuditEvent;
use crate::model::ledger::Record;
use crate::model::response::CaseId;
use crate::model::sweep::{Member, Sweep};
use crate::model::time::Timestamp;

/// Moments that are written.
const MOST: usize = 500;

/// What is known besides the changes themselves.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// Records of the ledger about them.
    pub(super) records: &'a [&'a Record],
    /// Events of audit logs that their evidence kept.
    pub(super) audited: &'a [&'a (CaseId, AuditEvent)],
}

/// Writes the table.
///
/// # Errors
/// When `out` cannot be written.
pub(super) fn write(out: &mut dyn Write, sweep: &Sweep, suspects: &[&Member], known: Known<'_>) -> io::Result<()> {
    let mut moments: Vec<(Timestamp, String, &str)> = suspects.iter().flat_map(|member| of(member)).collect();
    moments.extend(known.records.iter().map(|record| {
        let says = format!("{} {}: {}", record.verb.word(), record.kind.word(), code(&record.says));
        (record.at, says, "ledger of this machine")
    }));
    let events: BTreeSet<(Timestamp, String)> =
        known.audited.iter().map(|(_, event)| (event.at, format!("{} in {}", code(&event.says()), code(&event.repository)))).collect();
    moments.extend(events.into_iter().map(|(at, says)| (at, says, "audit log, as evidence kept it")));
    moments.push((sweep.asked.now, "this sweep was asked for".to_owned(), "clock of this machine"));
    moments.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    writeln!(out, "## Timeline (UTC)\n")?;
    writeln!(out, "| when | what | known from |\n| --- | --- | --- |")?;
    let left = moments.len().saturating_sub(MOST);
    for (at, what, source) in moments.iter().skip(left) {
        // A bar ends a cell even inside a code span.
        writeln!(out, "| {} | {} | {source} |", moment(*at), what.replace('|', "\\|"))?;
    }
    if left > 0 {
        writeln!(out, "\n{left} earlier moments are left out.")?;
    }
    writeln!(out)
}

fn of(member: &Member) -> Vec<(Timestamp, String, &'static str)> {
    let pull = member.pull();
    let name = code(&pull.address().to_string());
    let agent = if pull.provenance.agent.is_some() {
        format!(" by {} ({})", code(&pull.provenance.name), pull.provenance.tier.word())
    } else {
        String::new()
    };
    let forge = pull.standing.is_some();
    let source = if forge { "forge" } else { "date of a commit, as claimed" };
    let mut moments = vec![(pull.opened, format!("{name} opened{agent}: {}", code(&pull.title)), source)];
    if member.is_merged() {
        let commit = member.landed().map(|id| format!(" as {}", code(id.short()))).unwrap_or_default();
        let seen: Vec<&str> = member.observations.iter().map(|seen| seen.conduct.word()).collect();
        let seen = if seen.is_empty() { String::new() } else { format!(" ({})", seen.join(", ")) };
        moments.push((member.happened(), format!("{name} came into {}{commit}{seen}", code(&pull.target)), source));
    } else if pull.updated != pull.opened {
        moments.push((pull.updated, format!("{name} moved last"), source));
    }
    moments
}
