//! A judged change as it is remembered over time, as it lies on the disk. Secrets were hidden before it came here.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::agent::Tier;
use crate::model::observed::{Construct, Folder, MOST_CONSTRUCTS, MOST_FOLDERS, Observed, TakenBack};
use crate::model::pull::PullState;
use crate::model::risk::Lane;
use crate::model::time::Timestamp;
use crate::store::sqlite::Format;

/// `lzob`: what tells the file from others.
pub(crate) const FORMAT: Format =
    Format { application: 0x6c7a_6f62, migrations: &[include_str!("observations-1.sql"), include_str!("observations-2.sql")] };

const TIERS: [Tier; 4] = [Tier::Unknown, Tier::Inferred, Tier::Claimed, Tier::Verified];
const LANES: [Lane; 4] = [Lane::Clear, Lane::Look, Lane::Review, Lane::Stop];
const STATES: [PullState; 4] = [PullState::Open, PullState::Merged, PullState::Closed, PullState::Quarantined];

/// The rest of a row beside its columns.
#[derive(Serialize, Deserialize)]
struct ObservedData {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    called: String,
    tier: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    author: String,
    state: String,
    lane: String,
    score: u8,
    severities: [u32; 5],
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fired: BTreeMap<String, u32>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    roles: BTreeSet<String>,
    /// Path, whether it was made, whether it steers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    folders: Vec<(String, bool, bool)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    patch: Option<String>,
    /// Digest, path, line, text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    constructs: Vec<(u64, String, u32, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    commits_back: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pulls_back: Vec<u64>,
}

/// The columns of a row.
pub(crate) struct Columns {
    pub(crate) repo: String,
    pub(crate) name: String,
    pub(crate) head: String,
    pub(crate) rules: String,
    pub(crate) agent: String,
    pub(crate) at: i64,
    pub(crate) seen: i64,
}

/// The body of `observed`.
pub(crate) fn write(observed: &Observed) -> Result<String, String> {
    let (mut commits_back, mut pulls_back) = (Vec::new(), Vec::new());
    for back in &observed.takes_back {
        match back {
            TakenBack::Commit(id) => commits_back.push(id.clone()),
            TakenBack::Pull(number) => pulls_back.push(*number),
        }
    }
    let data = ObservedData {
        number: observed.number,
        called: observed.called.clone(),
        tier: observed.tier.word().to_owned(),
        model: observed.model.clone(),
        session: observed.session.clone(),
        author: observed.author.clone(),
        state: observed.state.word().to_owned(),
        lane: observed.lane.word().to_owned(),
        score: observed.score,
        severities: observed.severities,
        fired: observed.fired.clone(),
        roles: observed.roles.clone(),
        folders: observed.folders.iter().map(|folder| (folder.path.clone(), folder.made, folder.steers)).collect(),
        patch: observed.patch.clone(),
        constructs: observed.constructs.iter().map(|one| (one.print, one.path.clone(), one.line, one.says.clone())).collect(),
        commits_back,
        pulls_back,
    };
    serde_json::to_string(&data).map_err(|e| e.to_string())
}

/// What lies in a row; `None` when it makes no sense today.
pub(crate) fn read(columns: Columns, body: &str) -> Option<Observed> {
    let data: ObservedData = serde_json::from_str(body).ok()?;
    let folder = |(path, made, steers): (String, bool, bool)| Folder { path, made, steers };
    let construct = |(print, path, line, says): (u64, String, u32, String)| Construct { print, path, line, says };
    let commits = data.commits_back.into_iter().map(TakenBack::Commit);
    Some(Observed {
        repo: columns.repo,
        name: columns.name,
        number: data.number,
        head: columns.head,
        rules: columns.rules,
        at: Timestamp(columns.at),
        seen: Timestamp(columns.seen),
        agent: Some(columns.agent).filter(|agent| !agent.is_empty()),
        called: data.called,
        tier: TIERS.into_iter().find(|tier| tier.word() == data.tier)?,
        model: data.model,
        session: data.session,
        author: data.author,
        state: STATES.into_iter().find(|state| state.word() == data.state)?,
        lane: LANES.into_iter().find(|lane| lane.word() == data.lane)?,
        score: data.score,
        severities: data.severities,
        fired: data.fired,
        roles: data.roles,
        folders: data.folders.into_iter().take(MOST_FOLDERS).map(folder).collect(),
        patch: data.patch,
        constructs: data.constructs.into_iter().take(MOST_CONSTRUCTS).map(construct).collect(),
        takes_back: commits.chain(data.pulls_back.into_iter().map(TakenBack::Pull)).collect(),
    })
}
