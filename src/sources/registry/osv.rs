//! OSV's API: first which advisories are about which packages, all packages at once, then each advisory.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::client::{Ask, Client, Purse, Reply};
use super::record::{Record, word};
use super::route::encoded;
use super::world::garbled;
use crate::model::cancel::Cancel;
use crate::model::dependency::Ecosystem;
use crate::model::lookup::{Advisory, Package};

/// Its usual address.
pub(super) const ADDRESS: &str = "https://api.osv.dev";
/// Packages in one question; OSV takes a thousand.
const BATCH: usize = 500;
/// Rounds for packages with more advisories than OSV names at once.
const ROUNDS: usize = 4;

#[derive(Serialize)]
struct Questions<'p> {
    queries: Vec<Question<'p>>,
}

#[derive(Serialize)]
struct Question<'p> {
    package: Name<'p>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'p str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_token: Option<&'p str>,
}

#[derive(Serialize)]
struct Name<'p> {
    name: &'p str,
    ecosystem: &'static str,
}

#[derive(Deserialize)]
struct Answers {
    #[serde(default)]
    results: Vec<Answer>,
}

#[derive(Default, Deserialize)]
struct Answer {
    #[serde(default)]
    vulns: Vec<Brief>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Brief {
    id: String,
}

/// What it says of one package.
#[derive(Default)]
pub(super) struct Said {
    /// The advisories about it.
    pub(super) advisories: Vec<Advisory>,
    /// What some of them say was not read, and why.
    pub(super) unread: Option<String>,
    /// Whether it knows the package under one of its names.
    pub(super) known: bool,
}

/// A package, and the names under which it is asked about.
pub(super) struct Asked<'p> {
    pub(super) package: &'p Package,
    pub(super) names: Vec<String>,
}

/// One of them.
#[derive(Clone, Copy)]
struct Spelt<'p> {
    package: &'p Package,
    name: &'p str,
}

/// What it says of each of `asked`, in their order, under whichever of its names.
pub(super) fn ask(client: &Client, base: &str, asked: &[Asked<'_>], purse: &Purse, cancel: &Cancel) -> Vec<Result<Said, String>> {
    let spelt: Vec<Spelt<'_>> = asked.iter().flat_map(|one| one.names.iter().map(|name| Spelt { package: one.package, name })).collect();
    let mut each: Vec<Result<BTreeSet<String>, String>> = Vec::new();
    for few in spelt.chunks(BATCH) {
        each.extend(briefs(client, base, few, purse, cancel));
    }
    let mut each = each.into_iter();
    let named: Vec<Result<BTreeSet<String>, String>> = asked
        .iter()
        .map(|one| {
            let all: Vec<Result<BTreeSet<String>, String>> = each.by_ref().take(one.names.len()).collect();
            all.into_iter().collect::<Result<Vec<_>, String>>().map(|ids| ids.into_iter().flatten().collect())
        })
        .collect();
    let packages: Vec<&Package> = asked.iter().map(|one| one.package).collect();
    let about = packages.iter().zip(&named).filter_map(|(package, ids)| Some((package, ids.as_ref().ok()?)));
    // What is asked about without a version has advisories about old ones; only what is malware as a whole counts.
    let ids: BTreeSet<&String> = about.flat_map(|(package, ids)| ids.iter().filter(|id| wanted(package, id))).collect();
    let records = records(client, base, &ids, purse, cancel);
    let one = |(package, ids): (&Package, Result<BTreeSet<String>, String>)| ids.map(|ids| said(package, &ids, &records));
    packages.into_iter().zip(named).map(one).collect()
}

fn wanted(package: &Package, id: &str) -> bool {
    package.version.is_some() || id.starts_with("MAL-")
}

/// An advisory that could not be read is known all the same, by its id.
fn said(package: &Package, ids: &BTreeSet<String>, records: &BTreeMap<String, Result<Record, String>>) -> Said {
    let mut said = Said { known: !ids.is_empty(), ..Said::default() };
    for id in ids.iter().filter(|id| wanted(package, id)) {
        let bare = || Advisory { id: id.clone(), ..Advisory::default() };
        let advisory = match records.get(id) {
            Some(Ok(record)) if record.is_withdrawn() => continue,
            Some(Ok(record)) => record.of(package).unwrap_or_else(bare),
            Some(Err(why)) => {
                said.unread.get_or_insert_with(|| format!("what {id} says was not read: {why}"));
                bare()
            }
            None => bare(),
        };
        said.advisories.push(Advisory { matched: true, ..advisory });
    }
    said
}

/// The ids of what is about each of `packages`.
fn briefs(client: &Client, base: &str, packages: &[Spelt<'_>], purse: &Purse, cancel: &Cancel) -> Vec<Result<BTreeSet<String>, String>> {
    let mut found: Vec<Result<BTreeSet<String>, String>> = packages.iter().map(|_| Ok(BTreeSet::new())).collect();
    let mut open: Vec<(usize, Option<String>)> = (0..packages.len()).map(|at| (at, None)).collect();
    for _ in 0..ROUNDS {
        if open.is_empty() {
            return found;
        }
        let answers = round(client, base, packages, &open, purse, cancel);
        let mut further = Vec::new();
        for (at, (asked, _)) in open.iter().enumerate() {
            match &answers {
                Ok(answers) => {
                    let Some(answer) = answers.get(at) else { continue };
                    if let Some(Ok(ids)) = found.get_mut(*asked) {
                        ids.extend(answer.vulns.iter().map(|brief| brief.id.clone()).filter(|id| is_id(id)));
                    }
                    further.extend(answer.next_page_token.clone().filter(|token| !token.is_empty()).map(|token| (*asked, Some(token))));
                }
                Err(why) => {
                    if let Some(slot) = found.get_mut(*asked) {
                        *slot = Err(why.clone());
                    }
                }
            }
        }
        open = further;
    }
    for (asked, _) in open {
        if let Some(slot) = found.get_mut(asked) {
            *slot = Err("OSV knows more about it than was read".to_owned());
        }
    }
    found
}

fn round(
    client: &Client,
    base: &str,
    packages: &[Spelt<'_>],
    open: &[(usize, Option<String>)],
    purse: &Purse,
    cancel: &Cancel,
) -> Result<Vec<Answer>, String> {
    let questions = open.iter().filter_map(|(at, token)| Some(question(*packages.get(*at)?, token.as_deref())));
    let body = serde_json::to_string(&Questions { queries: questions.collect() }).map_err(|error| error.to_string())?;
    let ask = Ask { url: format!("{base}/v1/querybatch"), accept: "application/json", body: Some(body) };
    let answers =
        client.each([read::<Answers>(client, &ask, purse, cancel)].into_iter()).pop().unwrap_or_else(|| Err(garbled("OSV")))?.results;
    if answers.len() == open.len() { Ok(answers) } else { Err(garbled("OSV")) }
}

fn question<'p>(Spelt { package, name }: Spelt<'p>, page_token: Option<&'p str>) -> Question<'p> {
    let version = package.version.as_deref().map(|version| match package.ecosystem {
        Ecosystem::Golang | Ecosystem::GithubActions => version.trim_start_matches('v'),
        _ => version,
    });
    let ecosystem = word(package.ecosystem).unwrap_or_default();
    Question { package: Name { name, ecosystem }, version, page_token }
}

fn records(
    client: &Client,
    base: &str,
    ids: &BTreeSet<&String>,
    purse: &Purse,
    cancel: &Cancel,
) -> BTreeMap<String, Result<Record, String>> {
    let asks = ids.iter().map(|id| Ask { url: format!("{base}/v1/vulns/{}", encoded(id)), accept: "application/json", body: None });
    let asks: Vec<Ask> = asks.collect();
    let answers = client.each(asks.iter().map(|ask| read::<Record>(client, ask, purse, cancel)));
    ids.iter().map(|id| (*id).clone()).zip(answers).collect()
}

async fn read<T: for<'de> Deserialize<'de>>(client: &Client, ask: &Ask, purse: &Purse, cancel: &Cancel) -> Result<T, String> {
    match client.ask(ask, purse, cancel).await? {
        Reply::Found(body, _) => serde_json::from_slice(&body).map_err(|_| garbled("OSV")),
        Reply::None(why) => Err(why),
        Reply::Absent | Reply::Large => Err(garbled("OSV")),
    }
}

/// Whether an id is written as ids are.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 100 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b)) && id != "." && id != ".."
}
