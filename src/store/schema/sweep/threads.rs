//! What ties a finding to others, and the threads of a change, as they are kept.

use serde::{Deserialize, Serialize};

use super::answer::named;
use super::site::WhereData;
use crate::model::finding::Fingerprint;
use crate::model::link::{Link, Tied};
use crate::model::thread::{Earlier, Introduced, Mention, Novelty, Threads};

#[derive(Serialize, Deserialize)]
pub(super) struct TieData {
    to: TiedData,
    why: String,
}

#[derive(Serialize, Deserialize)]
enum TiedData {
    Finding(String),
    Place(WhereData),
    Change { name: String, place: WhereData },
}

#[derive(Default, Serialize, Deserialize)]
pub(super) struct ThreadsData {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    introduced: Vec<(String, String, WhereData)>,
    mentions: Vec<(String, Vec<String>, Option<String>)>,
}

impl TieData {
    pub(super) fn of(link: &Link) -> Self {
        let to = match &link.to {
            Tied::Finding(id) => TiedData::Finding(id.0.clone()),
            Tied::Place(at) => TiedData::Place(WhereData::of(at)),
            Tied::Change { name, place } => TiedData::Change { name: name.clone(), place: WhereData::of(place) },
        };
        Self { to, why: link.why.clone() }
    }

    pub(super) fn back(self) -> Result<Link, String> {
        let to = match self.to {
            TiedData::Finding(id) => Tied::Finding(Fingerprint(id)),
            TiedData::Place(at) => Tied::Place(at.back()?),
            TiedData::Change { name, place } => Tied::Change { name, place: place.back()? },
        };
        Ok(Link { to, why: self.why })
    }
}

impl ThreadsData {
    pub(super) fn of(threads: &Threads) -> Self {
        let introduced = threads.introduced.iter().map(|one| (one.kind.word().to_owned(), one.name.clone(), WhereData::of(&one.at)));
        let mentions = threads.mentions.iter().map(|one| (one.finding.0.clone(), one.names.clone(), one.within.clone()));
        Self { author: None, introduced: introduced.collect(), mentions: mentions.collect() }
    }

    pub(super) fn back(self) -> Result<Threads, String> {
        let introduced = |(kind, name, at): (String, String, WhereData)| {
            Ok::<_, String>(Introduced { kind: named(&Novelty::ALL, &kind, Novelty::word)?, name, at: at.back()? })
        };
        let mention = |(finding, names, within): (String, _, _)| Mention { finding: Fingerprint(finding), names, within };
        Ok(Threads {
            introduced: self.introduced.into_iter().map(introduced).collect::<Result<_, _>>()?,
            mentions: self.mentions.into_iter().map(mention).collect(),
        })
    }
}

/// What a change brought in and who vouched for it, as text.
///
/// # Errors
/// When it cannot be written.
pub fn write(change: &Earlier) -> Result<String, String> {
    let threads = Threads { introduced: change.introduced.clone(), mentions: Vec::new() };
    let data = ThreadsData { author: change.author.clone(), ..ThreadsData::of(&threads) };
    serde_json::to_string(&data).map_err(|e| e.to_string())
}

/// What [`write()`] wrote: who, and what.
///
/// # Errors
/// When it is something else.
pub fn read(text: &str) -> Result<(Option<String>, Vec<Introduced>), String> {
    let data: ThreadsData = serde_json::from_str(text).map_err(|e| e.to_string())?;
    Ok((data.author.clone(), data.back()?.introduced))
}
