//! Findings that belong together: they speak of the same thing.
//!
//! Two findings are linked when their lines share a name that is new in this change or rare in it, or when they are neighbours.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::model::change::Change;
use crate::model::finding::{Finding, Fingerprint};
use crate::model::rule::Severity;

/// A name shorter than this says too little to link by, in characters.
const SHORTEST_NAME: usize = 6;
/// A name in more findings than this is a common word of the change, not a thread through it.
const MOST_SHARED: usize = 6;
/// A name on more lines of the diff than this, before or after, is a common word of the project.
const RARE: usize = 8;
/// Lines of one file this close belong to one thought: about the length of a function.
const NEAR: u32 = 24;

static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*").ok());

/// Fills in `links` of findings that are more than notes.
pub fn link(change: &Change, findings: &mut [Finding]) {
    let common = common_names(change, findings);
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate().filter(|(_, finding)| finding.severity > Severity::Info) {
        for name in names(&finding.evidence) {
            if !common.contains(&name) {
                by_name.entry(name).or_default().push(index);
            }
        }
    }
    let mut pairs: BTreeSet<(usize, usize)> = near_pairs(findings);
    for sharing in by_name.values().filter(|sharing| sharing.len() <= MOST_SHARED) {
        for (position, first) in sharing.iter().enumerate() {
            pairs.extend(sharing[position + 1..].iter().map(|second| (*first, *second)));
        }
    }
    for (first, second) in pairs {
        let (one, other) = (findings[first].id.clone(), findings[second].id.clone());
        // That two other tools, or one of them twice, look at the same lines makes no chain.
        let foreign = findings[first].tool.is_some() && findings[second].tool.is_some();
        if one != other && !foreign {
            add(&mut findings[first].links, other);
            add(&mut findings[second].links, one);
        }
    }
}

fn add(links: &mut Vec<Fingerprint>, id: Fingerprint) {
    if !links.contains(&id) {
        links.push(id);
    }
}

/// Findings of different rules on neighbouring lines of one file and side.
fn near_pairs(findings: &[Finding]) -> BTreeSet<(usize, usize)> {
    let mut placed: Vec<(usize, &crate::model::diff::Place)> = findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| finding.severity > Severity::Info)
        .filter_map(|(index, finding)| finding.at.place().map(|place| (index, place)))
        .collect();
    placed.sort_by(|a, b| a.1.cmp(b.1));
    let close =
        |a: &crate::model::diff::Place, b: &crate::model::diff::Place| a.path == b.path && a.side == b.side && b.line - a.line <= NEAR;
    placed
        .windows(2)
        .filter(|pair| close(pair[0].1, pair[1].1) && findings[pair[0].0].rule != findings[pair[1].0].rule)
        .map(|pair| (pair[0].0.min(pair[1].0), pair[0].0.max(pair[1].0)))
        .collect()
}

/// Which of the findings' names are no thread through the change: those that stood in it before on many lines, and plain
/// words that stood in it before at all.
fn common_names(change: &Change, findings: &[Finding]) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, (usize, bool)> =
        findings.iter().flat_map(|finding| names(&finding.evidence)).map(|name| (name, (0, false))).collect();
    if seen.is_empty() {
        return BTreeSet::new();
    }
    for text in change.patch.files.iter().filter_map(|file| file.text()) {
        for line in &text.lines {
            for name in names(text.text(line)) {
                if let Some((lines, before)) = seen.get_mut(&name) {
                    *lines += 1;
                    *before |= line.old > 0;
                }
            }
        }
    }
    let is_common = |name: &str, (lines, before): (usize, bool)| before && (lines > RARE || !is_coined(name));
    seen.into_iter().filter(|(name, counts)| is_common(name, *counts)).map(|(name, _)| name).collect()
}

/// Whether somebody made the name up, rather than taking a word: `trustProxyHeaders`, `debug_auth`, `x-internal-user`.
fn is_coined(name: &str) -> bool {
    name.contains(['_', '-']) || name.chars().skip(1).any(char::is_uppercase) && name.chars().any(char::is_lowercase)
}

fn names(text: &str) -> impl Iterator<Item = String> {
    let found = NAME.as_ref().map(|pattern| pattern.find_iter(text));
    found.into_iter().flatten().map(|name| name.as_str()).filter(|name| name.len() >= SHORTEST_NAME).map(str::to_owned)
}
