//! Two readings of a file -> what changed, paired by name, then by place, then by version.
//!
//! Linear in the number of entries up to sorting, also when a thousand of them share a name.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::hash::Hash;

use super::format::{Entry, Kind};
use super::{range, version, why};
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, PackageSource, Scope};
use crate::model::path::RepoPath;

/// The changes from `before` to `after`, by name.
#[must_use]
pub fn rows(manifest: &RepoPath, kind: Kind, before: &[Entry], after: &[Entry]) -> Vec<DependencyChange> {
    let mut names: BTreeMap<&str, (Vec<&Entry>, Vec<&Entry>)> = BTreeMap::new();
    for entry in before {
        names.entry(&entry.dependency.name).or_default().0.push(entry);
    }
    for entry in after {
        names.entry(&entry.dependency.name).or_default().1.push(entry);
    }
    let mut rows = Vec::new();
    for (old, new) in names.into_values() {
        if old.len() == new.len()
            && old.iter().zip(&new).all(|(a, b)| a.slot == b.slot && a.home == b.home && same(&a.dependency, &b.dependency))
        {
            continue;
        }
        for (old, new) in pairs(old, new) {
            rows.extend(row(manifest, kind, old, new).map(|row| DependencyChange { through: why::path(after, new), ..row }));
        }
    }
    rows
}

fn same(a: &Dependency, b: &Dependency) -> bool {
    (&a.version, &a.source, &a.hashes, a.scope, a.installs_code) == (&b.version, &b.source, &b.hashes, b.scope, b.installs_code)
}

type Pair<'e> = (Option<&'e Entry>, Option<&'e Entry>);

/// Pairs what is one thing on both sides: in one place, else of one version, else in order. Copies of one package count once.
fn pairs<'e>(old: Vec<&'e Entry>, new: Vec<&'e Entry>) -> Vec<Pair<'e>> {
    let mut done = Vec::new();
    let (old, new) = matched(old, new, |entry| (entry.slot.clone(), entry.dependency.version.clone()), &mut done);
    let (old, new) = matched(old, new, |entry| (entry.dependency.version.clone(), entry.dependency.source.clone()), &mut done);
    let known: HashSet<(String, PackageSource)> = done.iter().filter_map(|pair| pair.0).map(identity).collect();
    let there: HashSet<(String, PackageSource)> = done.iter().filter_map(|pair| pair.1).map(identity).collect();
    // A further copy of what is there on both sides is no news.
    let old = old.into_iter().filter(|entry| entry.dependency.direct || !there.contains(&identity(entry))).collect();
    let new = new.into_iter().filter(|entry| entry.dependency.direct || !known.contains(&identity(entry))).collect();
    let (old, new) = matched(old, new, |entry| entry.slot.clone(), &mut done);
    let (old, new) = (once(old), once(new));
    let both = old.len().min(new.len());
    done.extend(old.iter().zip(&new).map(|(old, new)| (Some(*old), Some(*new))));
    done.extend(old.into_iter().skip(both).map(|entry| (Some(entry), None)));
    done.extend(new.into_iter().skip(both).map(|entry| (None, Some(entry))));
    done
}

fn identity(entry: &Entry) -> (String, PackageSource) {
    (entry.dependency.version.clone(), entry.dependency.source.clone())
}

/// Without further copies of one version in a lock file.
fn once(mut entries: Vec<&Entry>) -> Vec<&Entry> {
    let mut seen = HashSet::new();
    entries.retain(|entry| entry.dependency.direct || seen.insert(identity(entry)));
    entries
}

fn matched<'e, K: Hash + Eq>(
    old: Vec<&'e Entry>,
    new: Vec<&'e Entry>,
    key: impl Fn(&Entry) -> K,
    done: &mut Vec<Pair<'e>>,
) -> (Vec<&'e Entry>, Vec<&'e Entry>) {
    let mut waiting: HashMap<K, VecDeque<usize>> = HashMap::new();
    for (index, entry) in old.iter().enumerate() {
        waiting.entry(key(entry)).or_default().push_back(index);
    }
    let mut taken = vec![false; old.len()];
    let mut left = Vec::new();
    for entry in new {
        match waiting.get_mut(&key(entry)).and_then(VecDeque::pop_front) {
            Some(index) => {
                taken[index] = true;
                done.push((Some(old[index]), Some(entry)));
            }
            None => left.push(entry),
        }
    }
    (old.into_iter().zip(taken).filter(|(_, taken)| !taken).map(|(entry, _)| entry).collect(), left)
}

fn row(manifest: &RepoPath, kind: Kind, old: Option<&Entry>, new: Option<&Entry>) -> Option<DependencyChange> {
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
    let owned = |entry: Option<&Entry>| entry.map(|entry| entry.dependency.clone());
    Some(DependencyChange { change, manifest: manifest.clone(), before: owned(old), after: owned(new), notes, through: Vec::new() })
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
