//! Why a package is there: the shortest way to it from one the project names itself, along what a lock file says each needs.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::format::Entry;

/// Longer ways are cut in the middle of nowhere: nobody reads on.
const LONGEST: usize = 12;

/// Finds for each entry the one that pulls it in; linear in entries and what they need.
pub fn settle(entries: &mut [Entry]) {
    let needs: Vec<Vec<String>> = entries.iter_mut().map(|entry| std::mem::take(&mut entry.needs)).collect();
    if needs.iter().all(Vec::is_empty) {
        return;
    }
    let edges = edges(entries, &needs);
    let mut reached: Vec<bool> = entries.iter().map(|entry| entry.dependency.direct).collect();
    if !reached.contains(&true) {
        // A lock file that does not say what the project asks for: what nothing else needs.
        reached.fill(true);
        edges.iter().flatten().for_each(|to| reached[*to] = false);
    }
    let mut queue: VecDeque<usize> = reached.iter().enumerate().filter(|(_, root)| **root).map(|(at, _)| at).collect();
    while let Some(from) = queue.pop_front() {
        for &to in &edges[from] {
            if !std::mem::replace(&mut reached[to], true) {
                entries[to].via = Some(from);
                queue.push_back(to);
            }
        }
    }
}

/// The names of the packages that others need, before [`settle`] takes what says so.
#[must_use]
pub fn needed(entries: &[Entry]) -> BTreeSet<String> {
    let by_slot: HashMap<&str, &str> = entries.iter().map(|entry| (entry.slot.as_str(), entry.dependency.name.as_str())).collect();
    let name = |need: &String| by_slot.get(need.as_str()).copied().unwrap_or_else(|| need.split(' ').next().unwrap_or(need)).to_owned();
    entries.iter().flat_map(|entry| &entry.needs).map(name).collect()
}

fn edges(entries: &[Entry], needs: &[Vec<String>]) -> Vec<Vec<usize>> {
    let mut by_key: HashMap<String, usize> = HashMap::new();
    for (at, Entry { dependency, slot, .. }) in entries.iter().enumerate() {
        let keys = [slot.clone(), format!("{} {}", dependency.name, dependency.version), dependency.name.clone()];
        for key in keys.into_iter().filter(|key| !key.is_empty()) {
            by_key.entry(key).or_insert(at);
        }
    }
    needs.iter().map(|needs| needs.iter().filter_map(|need| by_key.get(need).copied()).collect()).collect()
}

/// The names on the way to `entry`, from the project's own; empty for what is direct or unknown.
#[must_use]
pub fn path(entries: &[Entry], entry: Option<&Entry>) -> Vec<String> {
    let mut path = Vec::new();
    let mut via = entry.and_then(|entry| entry.via);
    while let Some(parent) = via.and_then(|at| entries.get(at)).filter(|_| path.len() < LONGEST) {
        path.push(parent.dependency.name.clone());
        via = parent.via;
    }
    path.reverse();
    path
}
