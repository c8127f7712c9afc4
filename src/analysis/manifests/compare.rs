//! Two readings of a file -> what changed, paired by name, then by place, then by version.
//!
//! Linear in the number of entries up to sorting, also when a thousand of them share a name.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use super::format::{Entry, Kind};
use super::{range, version, why};
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, PackageSource, Scope};
use crate::model::path::RepoPath;

/// The changes from `before` to `after`, by name. Rows take what they tell out of the entries, of which only names are left: a
/// lock file may have a hundred thousand of them, and would be held twice.
#[must_use]
pub fn rows(manifest: &RepoPath, kind: Kind, before: &mut [Entry], after: &mut [Entry]) -> Vec<DependencyChange> {
    let mut found = moves(kind, before, after);
    found.shrink_to_fit();
    let row = |found: Found| DependencyChange {
        change: found.change,
        manifest: manifest.clone(),
        before: found.old.map(|at| take(&mut before[at])),
        after: found.new.map(|at| take(&mut after[at])),
        notes: found.notes,
        through: found.through,
    };
    found.into_iter().map(row).collect()
}

/// What became of one package, by its places in both readings.
struct Found {
    change: DependencyMove,
    old: Option<usize>,
    new: Option<usize>,
    notes: Vec<String>,
    through: Vec<String>,
}

fn moves(kind: Kind, before: &[Entry], after: &[Entry]) -> Vec<Found> {
    let (old_order, new_order) = (by_name(before), by_name(after));
    let (mut old_rest, mut new_rest) = (old_order.as_slice(), new_order.as_slice());
    let mut all = Vec::new();
    loop {
        let first = |side: &'_ [Entry], rest: &[usize]| rest.first().map(|at| side[*at].dependency.name.clone());
        let (old, new) = (first(before, old_rest), first(after, new_rest));
        let Some(name) = old.iter().chain(&new).min() else { return all };
        let (old, new) = (of_name(before, &mut old_rest, name), of_name(after, &mut new_rest, name));
        if old.len() == new.len() && old.iter().zip(&new).all(|((_, a), (_, b))| unmoved(a, b)) {
            continue;
        }
        for (old, new) in pairs(old, new) {
            let (one, other) = (old.map(|(_, entry)| entry), new.map(|(_, entry)| entry));
            all.extend(row(kind, one, other).map(|(change, notes)| Found {
                change,
                old: old.map(|(at, _)| at),
                new: new.map(|(at, _)| at),
                notes,
                through: why::path(after, other),
            }));
        }
    }
}

/// The places of `entries`, sorted by the name that stands there; those of one name in the order of the file.
fn by_name(entries: &[Entry]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| entries[*a].dependency.name.cmp(&entries[*b].dependency.name));
    order
}

/// Takes the entries called `name` from the front of `rest`.
fn of_name<'e>(entries: &'e [Entry], rest: &mut &[usize], name: &str) -> Vec<At<'e>> {
    let end = rest.iter().position(|at| entries[*at].dependency.name != name).unwrap_or(rest.len());
    let (taken, left) = rest.split_at(end);
    *rest = left;
    taken.iter().map(|at| (*at, &entries[*at])).collect()
}

/// What a row tells of `entry`, which keeps its name.
fn take(entry: &mut Entry) -> Dependency {
    let one = &mut entry.dependency;
    Dependency {
        ecosystem: one.ecosystem,
        name: one.name.clone(),
        written: one.written.take(),
        version: std::mem::take(&mut one.version),
        source: std::mem::replace(&mut one.source, PackageSource::DefaultRegistry),
        scope: one.scope,
        direct: one.direct,
        hashes: std::mem::take(&mut one.hashes),
        installs_code: one.installs_code,
        line: one.line,
    }
}

fn unmoved(a: &Entry, b: &Entry) -> bool {
    a.slot == b.slot && a.home == b.home && same(&a.dependency, &b.dependency)
}

fn same(a: &Dependency, b: &Dependency) -> bool {
    (&a.version, &a.source, &a.hashes, a.scope, a.installs_code) == (&b.version, &b.source, &b.hashes, b.scope, b.installs_code)
}

/// An entry with its place in its reading.
type At<'e> = (usize, &'e Entry);
type Pair<'e> = (Option<At<'e>>, Option<At<'e>>);

/// Pairs what is one thing on both sides: in one place, else of one version, else in order. Copies of one package count once.
fn pairs<'e>(old: Vec<At<'e>>, new: Vec<At<'e>>) -> Vec<Pair<'e>> {
    if let ([old], [new]) = (old.as_slice(), new.as_slice()) {
        return vec![(Some(*old), Some(*new))];
    }
    let mut done = Vec::new();
    let (old, new) = matched(old, new, |entry| (entry.slot.clone(), entry.dependency.version.clone()), &mut done);
    let (old, new) = matched(old, new, |entry| (entry.dependency.version.clone(), entry.dependency.source.clone()), &mut done);
    let known: HashSet<(String, PackageSource)> = done.iter().filter_map(|pair| pair.0).map(identity).collect();
    let there: HashSet<(String, PackageSource)> = done.iter().filter_map(|pair| pair.1).map(identity).collect();
    // A further copy of what is there on both sides is no news.
    let old = old.into_iter().filter(|at| at.1.dependency.direct || !there.contains(&identity(*at))).collect();
    let new = new.into_iter().filter(|at| at.1.dependency.direct || !known.contains(&identity(*at))).collect();
    let (old, new) = matched(old, new, |entry| entry.slot.clone(), &mut done);
    let (old, new) = (once(old), once(new));
    let both = old.len().min(new.len());
    done.extend(old.iter().zip(&new).map(|(old, new)| (Some(*old), Some(*new))));
    done.extend(old.into_iter().skip(both).map(|entry| (Some(entry), None)));
    done.extend(new.into_iter().skip(both).map(|entry| (None, Some(entry))));
    done
}

fn identity((_, entry): At<'_>) -> (String, PackageSource) {
    (entry.dependency.version.clone(), entry.dependency.source.clone())
}

/// Without further copies of one version in a lock file.
fn once(mut entries: Vec<At<'_>>) -> Vec<At<'_>> {
    let mut seen = HashSet::new();
    entries.retain(|at| at.1.dependency.direct || seen.insert(identity(*at)));
    entries
}

fn matched<'e, K: Hash + Eq>(
    old: Vec<At<'e>>,
    new: Vec<At<'e>>,
    key: impl Fn(&Entry) -> K,
    done: &mut Vec<Pair<'e>>,
) -> (Vec<At<'e>>, Vec<At<'e>>) {
    let mut waiting: HashMap<K, VecDeque<usize>> = HashMap::new();
    for (index, (_, entry)) in old.iter().enumerate() {
        waiting.entry(key(entry)).or_default().push_back(index);
    }
    let mut taken = vec![false; old.len()];
    let mut left = Vec::new();
    for at in new {
        match waiting.get_mut(&key(at.1)).and_then(VecDeque::pop_front) {
            Some(index) => {
                taken[index] = true;
                done.push((Some(old[index]), Some(at)));
            }
            None => left.push(at),
        }
    }
    (old.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(at, _)| at).collect(), left)
}

/// What happened to one package, and what is to be said of it; `None` where nothing did.
fn row(kind: Kind, old: Option<&Entry>, new: Option<&Entry>) -> Option<(DependencyMove, Vec<String>)> {
    let change = match (old, new) {
        (None, None) => return None,
        (None, Some(_)) => DependencyMove::Added,
        (Some(_), None) => DependencyMove::Removed,
        (Some(old), Some(new)) => {
            let rehomed = rehomed(old, new).then_some(DependencyMove::SourceChanged);
            moved(kind, &old.dependency, &new.dependency).or(rehomed)?
        }
    };
    let mut notes = new.or(old).map(|entry| entry.notes.clone()).unwrap_or_default();
    if let (Some(old), Some(new)) = (old, new) {
        notes.extend(differences(kind, &old.dependency, &new.dependency));
        notes.extend(rehomed(old, new).then(|| format!("its repository: {} -> {}", old.home, new.home)));
    } else if let Some(new) = new.filter(|new| new.dependency.installs_code) {
        notes.push(format!("{} runs code when it is installed", new.dependency.name));
    }
    Some((change, notes))
}

/// Whether the registry would take it from another repository than before.
fn rehomed(old: &Entry, new: &Entry) -> bool {
    let bare = |home: &str| home.trim_end_matches('/').trim_end_matches(".git").to_lowercase();
    old.dependency.source == new.dependency.source && !old.home.is_empty() && !new.home.is_empty() && bare(&old.home) != bare(&new.home)
}

fn moved(kind: Kind, old: &Dependency, new: &Dependency) -> Option<DependencyMove> {
    if place(&old.source) != place(&new.source) {
        return Some(DependencyMove::SourceChanged);
    }
    if old.version != new.version {
        if kind != Kind::Lock && range::loses_pin(old, new) {
            return Some(DependencyMove::PinLost);
        }
        if kind != Kind::Lock && range::widens(old.ecosystem, &old.version, &new.version) {
            return Some(DependencyMove::RangeWidened);
        }
        return Some(match version::order(old.ecosystem, &old.version, &new.version) {
            Some(Ordering::Less) => DependencyMove::Upgraded,
            Some(Ordering::Greater) => DependencyMove::Downgraded,
            _ => DependencyMove::Changed,
        });
    }
    if other_bytes(old, new) || lost_hashes(old, new) {
        return Some(DependencyMove::HashChanged);
    }
    if other_use(kind, old, new) {
        return Some(DependencyMove::ScopeChanged);
    }
    (old.source != new.source || (new.installs_code && !old.installs_code)).then_some(DependencyMove::Changed)
}

/// Whether it serves another end; lock files tell reliably only what is for development.
fn other_use(kind: Kind, old: &Dependency, new: &Dependency) -> bool {
    let told = |side: &Dependency| kind == Kind::Manifest || matches!(side.scope, Scope::Runtime | Scope::Dev);
    kind != Kind::Tools && old.scope != new.scope && told(old) && told(new)
}

/// A source without what moves with every version.
fn place(source: &PackageSource) -> (u8, &str) {
    match source {
        PackageSource::DefaultRegistry => (0, ""),
        PackageSource::Registry(at) => (1, at),
        PackageSource::Git { url, .. } => (2, url.trim_end_matches('/').trim_end_matches(".git")),
        // An archive's address holds its version; its folder stays.
        PackageSource::Url(url) => (3, url.get(..url.find("://").map_or(0, |at| at + 3)).unwrap_or("")),
        PackageSource::Path(path) => (4, path),
    }
}

/// Whether the checksums of one algorithm have nothing in common.
#[must_use]
pub fn other_bytes(old: &Dependency, new: &Dependency) -> bool {
    let kept: HashSet<&str> = new.hashes.iter().filter(|hash| old.hashes.binary_search(hash).is_ok()).map(|hash| algorithm(hash)).collect();
    let known: HashSet<&str> = old.hashes.iter().map(|hash| algorithm(hash)).collect();
    new.hashes.iter().map(|hash| algorithm(hash)).any(|sum| known.contains(sum) && !kept.contains(sum))
}

/// Whether checksums are gone; at one version also when those are that say what is in an archive, or that nobody can forge.
#[must_use]
pub fn lost_hashes(old: &Dependency, new: &Dependency) -> bool {
    let has = |side: &Dependency, without: &[&str]| side.hashes.iter().any(|hash| !without.contains(&algorithm(hash)));
    let weaker = || [COMMIT, FORGEABLE].iter().any(|weak| has(old, weak) && !has(new, weak));
    let gone = !old.hashes.is_empty() && (new.hashes.is_empty() || old.version == new.version && weaker());
    gone && !matches!(new.source, PackageSource::Path(_) | PackageSource::Git { .. })
}

/// What names a commit and says nothing of the archive that was made of it.
const COMMIT: &[&str] = &["git"];
/// Sums that two archives can be made to share, besides.
const FORGEABLE: &[&str] = &["git", "md5", "sha1"];

fn algorithm(hash: &str) -> &str {
    hash.split([':', '-']).next().unwrap_or("")
}

fn differences(kind: Kind, old: &Dependency, new: &Dependency) -> Vec<String> {
    let mut notes = Vec::new();
    if old.source != new.source {
        notes.push(format!("source: {} -> {}", from(&old.source), from(&new.source)));
    }
    if old.version == new.version && other_bytes(old, new) {
        notes.push("another checksum at the same version".to_owned());
    }
    if lost_hashes(old, new) {
        notes.push("its checksum is gone".to_owned());
    }
    if other_use(kind, old, new) {
        notes.push(format!("moved from {} to {}", old.scope.word(), new.scope.word()));
    }
    if new.installs_code && !old.installs_code {
        notes.push(format!("{} now runs code when it is installed", new.name));
    }
    notes
}

/// A source in words.
#[must_use]
pub fn from(source: &PackageSource) -> String {
    match source {
        PackageSource::DefaultRegistry => "the registry".to_owned(),
        PackageSource::Registry(at) => format!("registry {at}"),
        PackageSource::Git { url, rev } if rev.is_empty() => format!("git {url}"),
        PackageSource::Git { url, rev } => format!("git {url} at {rev}"),
        PackageSource::Url(url) => url.clone(),
        PackageSource::Path(path) if path.is_empty() => "this project".to_owned(),
        PackageSource::Path(path) => format!("path {path}"),
    }
}
