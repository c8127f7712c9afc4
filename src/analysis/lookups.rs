//! Which packages of a change are asked about, and what the answers come to: advisories matched, notes written. Pure: who asks is handed in.

pub mod affected;
pub mod elsewhere;
pub mod notes;

use std::collections::{BTreeMap, BTreeSet};

use self::elsewhere::Elsewhere;
use super::check::FileOutcome;
use super::manifests::Inventory;
use super::manifests::format::Kind;
use super::manifests::version::{exact, meets};
use super::told::ToldRow;
use crate::model::change::{Around, Texts};
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem, PackageSource};
use crate::model::lookup::Package;

/// Whether anything moved that could be asked about.
#[must_use]
pub fn has_rows(outcomes: &[FileOutcome]) -> bool {
    outcomes.iter().any(|outcome| outcome.dependencies.iter().any(|row| row.after.is_some()))
}

/// The packages to ask about, each once, the most important first: what the project itself asks for anew, then what moves, then what
/// comes with others.
#[must_use]
pub fn packages(outcomes: &[FileOutcome], texts: &Texts) -> Vec<Package> {
    let ground = Ground::of(outcomes, texts);
    let rows = outcomes.iter().filter_map(|outcome| Some((outcome.inventory.as_ref()?, &outcome.dependencies)));
    let rows = rows.flat_map(|(inventory, rows)| rows.iter().map(move |row| (inventory, row)));
    let mut asked: BTreeMap<Package, u8> = BTreeMap::new();
    for (inventory, row) in rows {
        if let Ok(package) = ground.package(inventory, row) {
            let rank = rank(row);
            asked.entry(package).and_modify(|known| *known = rank.min(*known)).or_insert(rank);
        }
    }
    let mut ranked: Vec<(u8, Package)> = asked.into_iter().map(|(package, rank)| (rank, package)).collect();
    ranked.sort();
    ranked.into_iter().map(|(_, package)| package).collect()
}

fn rank(row: &DependencyChange) -> u8 {
    let direct = row.after.as_ref().is_some_and(|after| after.direct);
    match (direct, row.change) {
        (true, DependencyMove::Added | DependencyMove::SourceChanged) => 0,
        (true, _) => 1,
        (false, DependencyMove::Added | DependencyMove::SourceChanged | DependencyMove::HashChanged) => 2,
        (false, _) => 3,
    }
}

/// What the files of a change say of each other's packages.
pub struct Ground<'o> {
    /// Versions that lock files hold, by package.
    locked: BTreeMap<(Ecosystem, &'o str), BTreeSet<&'o str>>,
    /// How names are written that the change writes in capitals somewhere: one way for each, so that none is asked about twice.
    written: BTreeMap<(Ecosystem, &'o str), &'o str>,
    elsewhere: Elsewhere,
}

impl<'o> Ground<'o> {
    /// Of `outcomes`, with the files beside them in `texts`.
    #[must_use]
    pub fn of(outcomes: &'o [FileOutcome], texts: &Texts) -> Self {
        let mut locked: BTreeMap<(Ecosystem, &str), BTreeSet<&str>> = BTreeMap::new();
        for inventory in outcomes.iter().filter_map(|outcome| outcome.inventory.as_ref()).filter(|one| one.kind == Kind::Lock) {
            for (name, versions) in &inventory.locked {
                let known = locked.entry((inventory.ecosystem, name)).or_default();
                known.extend(versions.iter().map(|(version, _)| version.as_str()));
            }
        }
        let mut written: BTreeMap<(Ecosystem, &str), &str> = BTreeMap::new();
        for after in outcomes.iter().flat_map(|outcome| &outcome.dependencies).filter_map(|row| row.after.as_ref()) {
            if let Some(spelling) = after.written.as_deref() {
                let known = written.entry((after.ecosystem, &after.name)).or_insert(spelling);
                *known = spelling.min(known);
            }
        }
        Self { locked, written, elsewhere: elsewhere::of(texts) }
    }

    /// The package that a registry is asked about for `row`, or why none is.
    ///
    /// # Errors
    /// When its registry has nothing to say of it, in words that follow "not checked:".
    pub fn package(&self, inventory: &Inventory, row: &DependencyChange) -> Result<Package, String> {
        let Some(after) = &row.after else { return Err("it is gone".to_owned()) };
        match &after.source {
            PackageSource::DefaultRegistry => {}
            PackageSource::Registry(_) => return Err("it comes from another registry, which is not asked".to_owned()),
            PackageSource::Git { .. } => return Err("it comes from git, which no registry speaks for".to_owned()),
            PackageSource::Url(_) => return Err("it comes from an address, which no registry speaks for".to_owned()),
            PackageSource::Path(_) => return Err("it comes from a folder, which no registry speaks for".to_owned()),
        }
        if after.version == "workspace" {
            return Err("it is a part of this project".to_owned());
        }
        if !inventory.places.is_empty() || !inventory.origins.is_empty() {
            return Err("its file names another registry besides, and a private name is told to nobody".to_owned());
        }
        if let Some(file) = self.elsewhere.get(&after.ecosystem) {
            return Err(format!("{file} names another registry, and a private name is told to nobody"));
        }
        let name = self.written.get(&(after.ecosystem, after.name.as_str())).copied().unwrap_or(&after.name);
        Ok(Package { ecosystem: after.ecosystem, name: name.to_owned(), version: self.version(inventory.kind, after) })
    }

    /// The version that is installed: the one that is pinned, else the one that a lock file of the change holds.
    fn version(&self, kind: Kind, after: &Dependency) -> Option<String> {
        // Of an action the tag of a release is as good as exact; advisories know no commits.
        if after.ecosystem == Ecosystem::GithubActions {
            return is_release(&after.version).then(|| after.version.clone());
        }
        let written = exact(after.ecosystem, &after.version, kind == Kind::Lock).map(str::to_owned);
        written.or_else(|| {
            let held = self.locked.get(&(after.ecosystem, after.name.as_str()))?;
            let fits = |version: &&&str| meets(after.ecosystem, &after.version, version) == Some(true);
            held.iter().rev().find(fits).map(|version| (*version).to_owned())
        })
    }
}

/// `v1.2.3`
fn is_release(tag: &str) -> bool {
    let parts: Vec<&str> = tag.strip_prefix('v').unwrap_or(tag).split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// The rows of which somebody was asked, each package once: in the manifest that names it rather than in a lock file.
#[must_use]
pub fn told_rows(outcomes: &[FileOutcome], around: &Around) -> Vec<ToldRow> {
    let answers = &around.lookups.answers;
    if answers.is_empty() {
        return Vec::new();
    }
    let ground = Ground::of(outcomes, &around.texts);
    let inventories = || outcomes.iter().enumerate().filter_map(|(file, outcome)| Some((file, outcome, outcome.inventory.as_ref()?)));
    let (manifests, locks): (Vec<_>, Vec<_>) = inventories().partition(|(.., inventory)| inventory.kind == Kind::Manifest);
    let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
    for (file, outcome, inventory) in manifests.into_iter().chain(locks) {
        for (row, change) in outcome.dependencies.iter().enumerate() {
            let Ok(package) = ground.package(inventory, change) else { continue };
            if answers.contains_key(&package) && seen.insert(package.clone()) {
                all.push(ToldRow { file, row, package });
            }
        }
    }
    all
}
