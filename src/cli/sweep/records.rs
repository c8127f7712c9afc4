//! What an incident report rests on beside the sweep: records of the ledger, and audit logs in the evidence of cases.

use std::collections::BTreeSet;

use crate::cli::context::Context;
use crate::model::audit::AuditEvent;
use crate::model::ledger::Record;
use crate::model::response::CaseId;
use crate::model::sweep::Sweep;
use crate::response::evidence;

/// Records of the ledger that an incident report looks through.
const RECORDS: usize = 10_000;

/// The events of audit logs in the evidence of cases that were decided since the sweep's window began.
pub(super) fn audited(
    records: &[Record],
    sweep: &Sweep,
    context: &Context,
    says: &mut dyn FnMut(String),
) -> anyhow::Result<Vec<(CaseId, AuditEvent)>> {
    let root = context.paths()?.evidence();
    let late = records.iter().filter(|record| record.at >= sweep.asked.window.since);
    let cases: BTreeSet<&str> = late.map(|record| record.case.0.as_str()).collect();
    let mut found = Vec::new();
    for case in cases.into_iter().map(|case| CaseId(case.to_owned())) {
        match evidence::audited(&root, &case) {
            Ok(events) => found.extend(events.into_iter().map(|event| (case.clone(), event))),
            Err(error) => says(format!("{error}; its audit log is left out")),
        }
    }
    Ok(found)
}

/// The records that an incident report looks through, oldest first.
pub(super) fn records(context: &Context) -> anyhow::Result<Vec<Record>> {
    Ok(context.ledger_if_any()?.map(|ledger| ledger.list(RECORDS)).transpose()?.unwrap_or_default())
}
