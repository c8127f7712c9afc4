//! Findings that belong together: one uses what another stands in, they speak of the same thing, or they are neighbours.
//!
//! Every link says why in words. A name ties only where it is new in this change or rare in it.

use std::collections::{BTreeMap, HashMap, HashSet};

use rayon::prelude::*;

use super::threads::names::{self, Asked, is_coined};
use super::threads::telling;
use crate::model::change::Change;
use crate::model::diff::Place;
use crate::model::finding::{Finding, Fingerprint, Where};
use crate::model::link::Tied;
use crate::model::thread::{Introduced, Mention, Novelty, Threads};

/// A name in more findings than this is a common word of the change, not a thread through it.
const MOST_SHARED: usize = 6;
/// A name on more lines of the diff than this, before or after, is a common word of the project.
const RARE: usize = 8;
/// Lines of one file this close belong to one thought: about the length of a function.
const NEAR: u32 = 24;
/// Places without a finding that one finding is tied to.
const MOST_PLACES: usize = 4;

/// Fills in `links` of findings that are more than notes.
pub fn link(change: &Change, threads: &Threads, findings: &mut [Finding]) {
    let mut ties = uses(threads, findings);
    ties.extend(shared(change, findings));
    ties.extend(near(findings));
    for Tie { one, other, says, back } in ties {
        let (first, second) = (&findings[one], &findings[other]);
        // That two other tools, or one of them twice, look at the same lines makes no chain.
        if first.id == second.id || first.tool.is_some() && second.tool.is_some() {
            continue;
        }
        let (to, from) = (Tied::Finding(second.id.clone()), Tied::Finding(first.id.clone()));
        findings[one].tie(to, says);
        findings[other].tie(from, back);
    }
    places(threads, findings);
}

/// Two findings that belong together, with what each says of the other.
struct Tie {
    one: usize,
    other: usize,
    says: String,
    back: String,
}

/// Findings that use what the change brings in where another finding stands.
fn uses(threads: &Threads, findings: &[Finding]) -> Vec<Tie> {
    let at: HashMap<&Fingerprint, usize> = telling(findings).map(|(index, finding)| (&finding.id, index)).collect();
    let mut ties = Vec::new();
    for (mention, introduced, name) in met(threads) {
        let Some(one) = at.get(&mention.finding).copied() else { continue };
        for other in threads.mentions.iter().filter(|other| other.finding != mention.finding) {
            let Some(there) = at.get(&other.finding).copied() else { continue };
            if stands(&findings[there].at, other, introduced) && !stands(&findings[one].at, mention, introduced) {
                let (verb, back) = (introduced.kind.verb(), back(introduced.kind, name));
                ties.push(Tie { one, other: there, says: format!("uses `{name}`, which this change {verb} there"), back });
            }
        }
    }
    ties
}

/// What a finding that stands in something new says of one that uses it.
fn back(kind: Novelty, name: &str) -> String {
    match kind {
        Novelty::Symbol => format!("is part of `{name}`, which is used there"),
        Novelty::Setting | Novelty::Dependency | Novelty::Host => format!("`{name}` is used there"),
    }
}

/// Whether a finding stands in `introduced`: in the function, on the line, or at the dependency.
fn stands(at: &Where, mention: &Mention, introduced: &Introduced) -> bool {
    if at == &introduced.at {
        return true;
    }
    match (introduced.kind, at, &introduced.at) {
        (Novelty::Symbol, ..) => mention.within.as_ref() == Some(&introduced.name) && at.path() == introduced.at.path(),
        (_, Where::Line { place, end_line }, Where::Line { place: there, .. }) => {
            place.path == there.path && place.side == there.side && (place.line..=*end_line).contains(&there.line)
        }
        (Novelty::Dependency, Where::Dependency { name, .. }, _) => *name == introduced.name,
        _ => false,
    }
}

/// What findings name that the change brings in, once and not everywhere.
fn met(threads: &Threads) -> Vec<(&Mention, &Introduced, &str)> {
    let mut by_key: HashMap<(Novelty, String), Vec<&Introduced>> = HashMap::new();
    for introduced in &threads.introduced {
        by_key.entry((introduced.kind, names::key(introduced.kind, &introduced.name).into_owned())).or_default().push(introduced);
    }
    // A name that is defined several times is a pattern of the project.
    by_key.retain(|_, all| all.len() == 1);
    let mut found: BTreeMap<&Introduced, Vec<(&Mention, &str)>> = BTreeMap::new();
    for mention in &threads.mentions {
        for name in &mention.names {
            for kind in Novelty::ALL {
                let short = kind == Novelty::Symbol || kind == Novelty::Setting;
                if short && name.len() < names::SHORTEST {
                    continue;
                }
                if let Some([introduced]) = by_key.get(&(kind, names::key(kind, name).into_owned())).map(Vec::as_slice) {
                    found.entry(introduced).or_default().push((mention, name));
                }
            }
        }
    }
    found.retain(|_, mentions| mentions.len() <= MOST_SHARED);
    found.into_iter().flat_map(|(introduced, all)| all.into_iter().map(move |(mention, name)| (mention, introduced, name))).collect()
}

/// Ties findings to places of the change that bring in what they use, where no finding stands.
fn places(threads: &Threads, findings: &mut [Finding]) {
    let mut given: HashMap<&Fingerprint, usize> = HashMap::new();
    for (mention, introduced, name) in met(threads) {
        let Some(finding) = findings.iter_mut().find(|finding| finding.id == mention.finding) else { continue };
        let told = finding.links.iter().any(|link| link.why.contains(&format!("`{name}`")));
        let own = stands(&finding.at, mention, introduced);
        // What a function sets itself is no news to a reader of it.
        let inside = introduced.kind == Novelty::Setting && finding.at.path() == introduced.at.path();
        let count = given.entry(&mention.finding).or_default();
        if !told && !own && !inside && *count < MOST_PLACES {
            *count += 1;
            let verb = introduced.kind.verb();
            finding.tie(Tied::Place(introduced.at.clone()), format!("uses `{name}`, which this change {verb} there"));
        }
    }
}

/// Findings whose evidence names the same thing.
fn shared(change: &Change, findings: &[Finding]) -> Vec<Tie> {
    let common = common_names(change, findings);
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, finding) in telling(findings) {
        for name in names::of(&finding.evidence).filter(|name| !common.contains(name)) {
            by_name.entry(name).or_default().push(index);
        }
    }
    let mut ties = Vec::new();
    for (name, sharing) in by_name.iter().filter(|(_, sharing)| sharing.len() <= MOST_SHARED) {
        for (position, one) in sharing.iter().enumerate() {
            ties.extend(sharing[position + 1..].iter().filter(|other| *other != one).map(|other| {
                let says = format!("both name `{name}`");
                Tie { one: *one, other: *other, back: says.clone(), says }
            }));
        }
    }
    ties
}

/// Findings of different rules on neighbouring lines of one file and side.
fn near(findings: &[Finding]) -> Vec<Tie> {
    let mut placed: Vec<(usize, &Place)> =
        telling(findings).filter_map(|(index, finding)| finding.at.place().map(|place| (index, place))).collect();
    placed.sort_by(|a, b| a.1.cmp(b.1));
    let close = |a: &Place, b: &Place| a.path == b.path && a.side == b.side && b.line - a.line <= NEAR;
    let pairs = placed.windows(2).filter(|pair| close(pair[0].1, pair[1].1) && findings[pair[0].0].rule != findings[pair[1].0].rule);
    let tie = |pair: &[(usize, &Place)]| {
        let says = match pair[1].1.line - pair[0].1.line {
            0 => "stands on the same line".to_owned(),
            1 => "stands on the next line".to_owned(),
            lines => format!("stands {lines} lines away"),
        };
        Tie { one: pair[0].0, other: pair[1].0, back: says.clone(), says }
    };
    pairs.map(tie).collect()
}

/// Which of the findings' names are no thread through the change: those that stood in it before on many lines, and plain
/// words that stood in it before at all.
fn common_names<'f>(change: &Change, findings: &'f [Finding]) -> HashSet<&'f str> {
    let asked = Asked::of(telling(findings).flat_map(|(_, finding)| names::of(&finding.evidence)));
    if asked.is_empty() {
        return HashSet::new();
    }
    let counts = change.patch.files.par_iter().filter_map(|file| file.text()).fold(
        || vec![(0_usize, false); asked.len()],
        |mut counts, text| {
            for line in &text.lines {
                for at in names::of(text.text(line)).filter_map(|name| asked.find(name)) {
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
    asked.each().filter(|(name, at)| counts.get(*at).is_some_and(|counts| is_common(name, *counts))).map(|(name, _)| name).collect()
}
