//! Utilities of a pack: rules that other rules of it ask by name, kept in files of their own as ast-grep's `utilDirs` are.

use std::collections::{BTreeMap, BTreeSet};

use ast_grep_config::{DeserializeEnv, GlobalRules, SerializableGlobalRule};
use serde_json::{Map, Value};

use super::bounds;
use super::chain::chain;
use super::circles::{Circles, ENDLESS, Found};
use super::grammar::Grammar;
use super::page::{Page, Remark};
use crate::model::pack::PackFile;

/// More utilities than this are read all or not at all: each is proven with every other.
const MOST_PROVEN: usize = 200;
/// What a utility says.
const KEYS: [&str; 7] = ["id", "language", "rule", "constraints", "utils", "transform", "arguments"];

/// The folders of a pack that hold utilities.
pub(super) struct Folders(BTreeSet<String>);

impl Folders {
    /// Those that the `sgconfig.yml` among `files` names, or else every folder called `utils`.
    pub(super) fn of(files: &[&PackFile]) -> Self {
        let settings = files.iter().filter(|file| is_settings(&file.path));
        Self(settings.flat_map(|file| named(file)).collect())
    }

    /// Whether `page` is a utility.
    pub(super) fn hold(&self, page: &Page<'_>) -> bool {
        let path = page.file.path.as_str();
        let below = |folder: &String| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let usual = path.rsplit('/').skip(1).any(|folder| folder == "utils");
        self.0.iter().any(below) || (usual && !page.keys.contains_key("message"))
    }
}

/// Whether the file at `path` holds the settings of an ast-grep project.
pub(super) fn is_settings(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("sgconfig.yml" | "sgconfig.yaml"))
}

fn named(settings: &PackFile) -> Vec<String> {
    let Ok(page) = Page::read(settings, 1, &settings.text) else { return Vec::new() };
    let around = settings.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folders = page.keys.get("utilDirs").and_then(Value::as_array);
    let folders = folders.into_iter().flatten().filter_map(Value::as_str);
    let plain = |folder: &str| folder.trim_start_matches("./").trim_end_matches('/').to_owned();
    folders.map(|folder| if around.is_empty() { plain(folder) } else { format!("{around}/{}", plain(folder)) }).collect()
}

/// All utilities of a pack.
#[derive(Default)]
pub(super) struct Utilities {
    /// They, ready to be asked.
    pub(super) ready: GlobalRules,
    /// Whether one of them asks itself.
    pub(super) recursive: bool,
    asked: BTreeMap<String, Map<String, Value>>,
}

impl Utilities {
    /// What the utility called `name` asks.
    pub(super) fn asked(&self, name: &str) -> Option<&Map<String, Value>> {
        self.asked.get(name)
    }
}

type Fault<'p> = (&'p Page<'p>, Remark);

/// What all utilities of `pages` are together, and the ones that had to be left out, each with the reason.
pub(super) fn gather<'p>(pages: &'p [Page<'p>]) -> (Utilities, Vec<Fault<'p>>) {
    let mut faults = Vec::new();
    let mut waiting = Vec::new();
    for page in pages {
        match utility(page) {
            Ok(utility) => waiting.push((page, utility)),
            Err(fault) => faults.push((page, fault)),
        }
    }
    let recursive = without_endless(&mut waiting, &mut faults);
    let asked = waiting.iter().map(|(page, utility)| (utility.id.clone(), page.keys.clone())).collect();
    let all = waiting.iter().map(|(_, utility)| utility.clone()).collect();
    let ready = match DeserializeEnv::parse_global_utils(all) {
        Ok(ready) => ready,
        Err(error) if waiting.len() > MOST_PROVEN => {
            faults.extend(waiting.iter().map(|(page, _)| (*page, page.fault(chain(&error)))));
            GlobalRules::default()
        }
        Err(_) => {
            let (ready, lost) = one_by_one(waiting);
            faults.extend(lost);
            ready
        }
    };
    (Utilities { ready, recursive, asked }, faults)
}

/// Takes those out that ask themselves for ever; whether any other asks itself.
fn without_endless<'p>(waiting: &mut Waiting<'p>, faults: &mut Vec<Fault<'p>>) -> bool {
    loop {
        let mut circles = Circles::default();
        waiting.iter().for_each(|(page, utility)| circles.add(&utility.id, &page.keys));
        let endless = match circles.look() {
            Ok(found) => return found == Found::Ending,
            Err(name) => name,
        };
        let before = waiting.len();
        waiting.retain(|(page, utility)| {
            let stays = utility.id != endless;
            if !stays {
                faults.push((page, page.fault(ENDLESS)));
            }
            stays
        });
        if waiting.len() == before {
            return true;
        }
    }
}

type Waiting<'p> = Vec<(&'p Page<'p>, SerializableGlobalRule<Grammar>)>;

/// Takes in one utility after the other, those first that need no other.
fn one_by_one(mut waiting: Waiting<'_>) -> (GlobalRules, Vec<Fault<'_>>) {
    let (mut good, mut globals) = (Vec::new(), GlobalRules::default());
    loop {
        let before = waiting.len();
        let (mut later, mut faults) = (Vec::new(), Vec::new());
        for (page, utility) in waiting {
            let with: Vec<_> = good.iter().cloned().chain([utility.clone()]).collect();
            match DeserializeEnv::parse_global_utils(with) {
                Ok(all) => {
                    good.push(utility);
                    globals = all;
                }
                Err(error) => {
                    faults.push((page, page.fault(chain(&error))));
                    later.push((page, utility));
                }
            }
        }
        // What fails with everything that works is at fault itself.
        if later.is_empty() || later.len() == before {
            return (globals, faults);
        }
        waiting = later;
    }
}

fn utility(page: &Page<'_>) -> Result<SerializableGlobalRule<Grammar>, Remark> {
    bounds::weigh(&page.keys).map_err(|why| page.fault(why))?;
    let keys = page.keys.iter().filter(|(key, _)| KEYS.contains(&key.as_str()));
    let keys = keys.map(|(key, value)| (key.clone(), value.clone())).collect();
    serde_json::from_value(Value::Object(keys)).map_err(|error| page.fault(error.to_string()))
}
