//! What is kept of calibrations, as it lies on the disk: what rules saw in one commit, and how often each fires.

use serde::{Deserialize, Serialize};

use crate::model::commit_id::CommitId;
use crate::model::noise::{Hit, Witness};
use crate::model::rule::{RuleId, Severity};
use crate::store::schema::sweep::judgement::FiringData;
use crate::store::sqlite::Format;

/// `lzno`: what tells the file from others.
pub(crate) const FORMAT: Format = Format { application: 0x6c7a_6e6f, migrations: &[include_str!("noise-1.sql")] };

#[derive(Serialize, Deserialize)]
struct WitnessData {
    agent: bool,
    added: u64,
    hits: Vec<HitData>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    firings: Vec<FiringData>,
}

#[derive(Serialize, Deserialize)]
struct HitData {
    rule: String,
    severity: String,
    at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

/// `witness` as text.
pub(crate) fn write(witness: &Witness) -> Result<String, String> {
    let hit = |hit: &Hit| HitData {
        rule: hit.rule.0.to_owned(),
        severity: hit.severity.word().to_owned(),
        at: hit.at.clone(),
        path: hit.path.clone(),
        line: hit.line,
    };
    let (hits, firings) = (witness.hits.iter().map(hit).collect(), witness.firings.iter().map(FiringData::of).collect());
    let data = WitnessData { agent: witness.agent, added: witness.added, hits, firings };
    serde_json::to_string(&data).map_err(|e| e.to_string())
}

/// The witness of `commit` in `text`; `None` when it makes no sense today.
pub(crate) fn read(commit: CommitId, text: &str) -> Option<Witness> {
    let data: WitnessData = serde_json::from_str(text).ok()?;
    let hit = |hit: HitData| {
        let severity = Severity::parse(&hit.severity)?;
        Some(Hit { rule: RuleId::named(&hit.rule), severity, at: hit.at, path: hit.path, line: hit.line })
    };
    let hits = data.hits.into_iter().map(hit).collect::<Option<_>>()?;
    let firings = data.firings.into_iter().map(|firing| firing.back().ok()).collect::<Option<_>>()?;
    Some(Witness { commit, agent: data.agent, added: data.added, hits, firings })
}
