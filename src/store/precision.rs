//! How findings of each rule were judged, counted from the decisions of the ledger: there is no second book.

use std::collections::BTreeMap;

use super::error::StoreError;
use super::ledger::Ledger;
use super::schema::case;
use crate::model::finding::Fingerprint;
use crate::model::ledger::RecordKind;
use crate::model::noise::Judged;
use crate::model::review::Disposition;
use crate::model::rule::RuleId;
use crate::model::time::Timestamp;

/// Judgements by rule. A finding that was judged in several decisions on the same pulls counts once, as it was judged last; decisions
/// of older versions do not say whose findings they judged, and count for none.
///
/// # Errors
/// When the ledger cannot be read or a payload makes no sense.
pub fn judged(ledger: &Ledger) -> Result<BTreeMap<RuleId, Judged>, StoreError> {
    let mut latest: BTreeMap<(String, String, Fingerprint), (RuleId, bool)> = BTreeMap::new();
    for (record, payload) in ledger.of_kind(RecordKind::Intent, None, Timestamp(i64::MIN))? {
        let read = case::read_intent(&payload).map_err(|why| ledger.damaged(format!("record {}: {why}", record.seq)));
        let (repository, plan) = read?;
        let pulls = plan.decision.pulls.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        for (finding, judged) in plan.decision.dispositions {
            let Some(rule) = plan.decision.rules.get(&finding) else { continue };
            let right = !matches!(judged, Disposition::FalsePositive(_));
            latest.entry((repository.clone(), pulls.clone(), finding)).or_insert((*rule, right));
        }
    }
    let mut counted: BTreeMap<RuleId, Judged> = BTreeMap::new();
    for (rule, right) in latest.into_values() {
        let of = counted.entry(rule).or_default();
        of.times += 1;
        of.right += u64::from(right);
    }
    Ok(counted)
}
