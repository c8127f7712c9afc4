//! Findings that belong together: they speak of the same thing.
//!
//! Two findings are linked when their lines share a name that is new in this change or rare in it, or when they are neighbours.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rayon::prelude::*;

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

/// Fills in `links` of findings that are more than notes.
pub fn link(change: &Change, findings: &mut [Finding]) {
    let common = common_names(change, findings);
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, finding) in telling(findings) {
        for name in names(&finding.evidence) {
            if !common.contains(name) {
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

/// Findings that are more than notes, each with its position.
fn telling(findings: &[Finding]) -> impl Iterator<Item = (usize, &Finding)> {
    findings.iter().enumerate().filter(|(_, finding)| finding.severity > Severity::Info)
}

/// Findings of different rules on neighbouring lines of one file and side.
fn near_pairs(findings: &[Finding]) -> BTreeSet<(usize, usize)> {
    let mut placed: Vec<(usize, &crate::model::diff::Place)> =
        telling(findings).filter_map(|(index, finding)| finding.at.place().map(|place| (index, place))).collect();
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
fn common_names<'f>(change: &Change, findings: &'f [Finding]) -> HashSet<&'f str> {
    let asked = Asked::of(telling(findings).flat_map(|(_, finding)| names(&finding.evidence)));
    if asked.places.is_empty() {
        return HashSet::new();
    }
    let counts = change.patch.files.par_iter().filter_map(|file| file.text()).fold(
        || vec![(0_usize, false); asked.places.len()],
        |mut counts, text| {
            for line in &text.lines {
                for at in names(text.text(line)).filter_map(|name| asked.find(name)) {
                    if let Some((lines, before)) = counts.get_mut(at) {
                        *lines += 1;
                        *before |= line.old > 0;
                    }
                }
            }
            counts
        },
    );
    let counts = counts.reduce(Vec::new, |one, two| match (one.is_empty(), two.is_empty()) {
        (true, _) => two,
        (_, true) => one,
        _ => one.into_iter().zip(two).map(|(a, b)| (a.0 + b.0, a.1 | b.1)).collect(),
    });
    let is_common = |name: &str, (lines, before): (usize, bool)| before && (lines > RARE || !is_coined(name));
    let common = asked.places.iter().filter(|(name, at)| counts.get(**at).is_some_and(|counts| is_common(name, *counts)));
    common.map(|(name, _)| *name).collect()
}

/// Names that are looked for among all names of a change, of which hardly any is one of them.
struct Asked<'f> {
    places: HashMap<&'f str, usize>,
    /// Whether a name of this mark is among them.
    marks: Vec<bool>,
}

impl<'f> Asked<'f> {
    fn of(names: impl Iterator<Item = &'f str>) -> Self {
        let mut asked = Self { places: HashMap::new(), marks: vec![false; 1 << 12] };
        for name in names {
            let next = asked.places.len();
            asked.places.entry(name).or_insert(next);
            asked.marks[mark(name)] = true;
        }
        asked
    }

    fn find(&self, name: &str) -> Option<usize> {
        if self.marks[mark(name)] { self.places.get(name).copied() } else { None }
    }
}

/// A number below 4,096 for a name, by its length, two letters at its start and one at its end.
fn mark(name: &str) -> usize {
    let byte = |at: usize| name.as_bytes().get(at).map_or(0, |byte| usize::from(*byte));
    (name.len() ^ byte(0) << 1 ^ byte(2) << 4 ^ byte(name.len() - 1) << 6) & 0xfff
}

/// Whether somebody made the name up, rather than taking a word: `trustProxyHeaders`, `debug_auth`, `x-internal-user`.
fn is_coined(name: &str) -> bool {
    name.contains(['_', '-']) || name.chars().skip(1).any(char::is_uppercase) && name.chars().any(char::is_lowercase)
}

/// The names in `text` that say enough: letters, digits and underscores from a letter or underscore on, single hyphens inside.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let joins = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += bytes.get(at..)?.iter().position(|byte| byte.is_ascii_alphabetic() || *byte == b'_')?;
            let start = at;
            while bytes.get(at).is_some_and(joins) || bytes.get(at) == Some(&b'-') && bytes.get(at + 1).is_some_and(joins) {
                at += 1;
            }
            if at - start >= SHORTEST_NAME {
                return text.get(start..at);
            }
        }
    })
}
