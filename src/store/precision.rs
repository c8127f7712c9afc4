//! How findings of each rule were judged, counted from the decisions of the ledger: there is no second book.

use std::collections::{BTreeMap, BTreeSet};

use super::error::StoreError;
use super::ledger::Ledger;
use super::schema::case;
use crate::model::decision::Verb;
use crate::model::finding::Fingerprint;
use crate::model::ledger::RecordKind;
use crate::model::noise::Judged;
use crate::model::review::Disposition;
use crate::model::rule::RuleId;
use crate::model::time::Timestamp;

/// Judgements by rule. A finding that was judged in several decisions on the same pulls counts once, as it was judged last; decisions
/// of older versions do not say whose findings they judged, and count for none. Whoever holds a change, takes it back or sends it back
/// says that its findings are real, save those they dismiss; a hold that was released says nothing any more.
///
/// # Errors
/// When the ledger cannot be read or a payload makes no sense.
pub fn judged(ledger: &Ledger) -> Result<BTreeMap<RuleId, Judged>, StoreError> {
    let mut latest: BTreeMap<(String, String, Fingerprint), (RuleId, bool)> = BTreeMap::new();
    // The latest comes first.
    let mut released: BTreeSet<(String, String)> = BTreeSet::new();
    for (record, payload) in ledger.of_kind(RecordKind::Intent, None, Timestamp(i64::MIN))? {
        let read = case::read_intent(&payload).map_err(|why| ledger.damaged(format!("record {}: {why}", record.seq)));
        let (repository, plan) = read?;
        let decision = plan.decision;
        let pulls = decision.pulls.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        if decision.verb == Verb::Release {
            released.extend(
                decision.pulls.iter().flat_map(|pull| [pull.to_string(), pull.name.clone()]).map(|name| (repository.clone(), name)),
            );
        }
        let let_go = decision.verb == Verb::Quarantine
            && [&pulls, &record.case.0].into_iter().any(|name| released.contains(&(repository.clone(), name.clone())));
        let judged: BTreeMap<&Fingerprint, &Disposition> = decision.dispositions.iter().map(|(id, judged)| (id, judged)).collect();
        for (finding, rule) in &decision.rules {
            let right = match judged.get(finding) {
                Some(judged) => !matches!(judged, Disposition::FalsePositive(_)),
                None if decision.verb.bears_out() && !let_go => true,
                None => continue,
            };
            latest.entry((repository.clone(), pulls.clone(), finding.clone())).or_insert((*rule, right));
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
