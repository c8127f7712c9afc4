//! `dependency-lock-mismatch`: the lock file pins something else than the manifest asks for, or other bytes than before.

use std::collections::{HashMap, HashSet};

use super::table::{MOST, Table, shown, tables};
use crate::analysis::check::{ChangeView, Check, Draft, Sink};
use crate::analysis::hints::Needs;
use crate::analysis::manifests::compare::{from, lost_hashes, other_bytes};
use crate::analysis::manifests::format::Kind;
use crate::analysis::manifests::npm::lock::BUNDLED;
use crate::analysis::manifests::{asking, forms, version};
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem, PackageSource, Scope};
use crate::model::diff::{FileStatus, Side};
use crate::model::path::RepoPath;
use crate::model::rule::{RuleId, Severity};

/// See `rules/code/dependency-lock-mismatch.toml`.
pub struct DependencyLockMismatch;

impl Check for DependencyLockMismatch {
    fn rule(&self) -> RuleId {
        RuleId("dependency-lock-mismatch")
    }

    fn needs(&self) -> Needs {
        Needs::of_changes()
    }

    fn change(&self, view: &ChangeView<'_>, sink: &mut Sink<'_>) {
        for table in tables(view) {
            for draft in table.rows.iter().filter_map(|row| other_checksum(&table, row)).take(MOST) {
                sink.report(draft.severity(table.weighed(Severity::High)));
            }
            for (draft, severity) in lost_checksums(&table).into_iter().chain(never_summed(&table)) {
                sink.report(draft.severity(table.weighed(severity)));
            }
        }
        for table in tables(view).filter(|table| is_dropped(table, view)) {
            let names = table.rows.iter().filter_map(|row| row.before.as_ref()).take(3).map(shown).collect::<Vec<_>>().join(", ");
            let title = format!("The lock file is deleted, and nothing pins its {} packages any more", table.rows.len());
            let draft = Draft::dependency(table.file.path(), "", &names).title(title);
            sink.report(draft.severity(table.weighed(Severity::Medium)));
        }
        for table in tables(view).filter(|table| table.inventory.kind == Kind::Lock) {
            for (draft, severity) in alone(&table, view).into_iter().take(MOST) {
                sink.report(draft.severity(table.weighed(severity)));
            }
        }
        let locks = Locks::new(view);
        for table in tables(view).filter(Table::is_manifest) {
            let asked = table.rows.iter().filter_map(|row| row.after.as_ref()).filter(|after| after.direct);
            for (draft, severity) in asked.filter_map(|after| disagreement(&table, after, &locks)).take(MOST) {
                sink.report(draft.severity(table.weighed(severity)));
            }
        }
    }
}

/// What a lock file that changed by itself has otherwise than its manifest asks for, where that stayed as it was.
fn alone(lock: &Table<'_>, view: &ChangeView<'_>) -> Vec<(Draft, Severity)> {
    let path = asking::manifest(&lock.file.path().text()).filter(|_| !lock.inventory.locked.is_empty());
    let Some((path, text)) = path.and_then(|path| {
        let text = view.around.texts.get(&RepoPath::from(path.as_str()), Side::New)?;
        Some((path, text.strip_prefix('\u{feff}').unwrap_or(text)))
    }) else {
        return Vec::new();
    };
    let Some(asked) = forms::of(&path).and_then(|form| form.read(text).ok()) else { return Vec::new() };
    let changed = tables(view).filter(|table| table.file.path().text() == path).flat_map(|table| table.rows);
    let changed: HashSet<&str> = changed.filter_map(DependencyChange::dependency).map(name).collect();
    let names = asked.entries.iter().map(|entry| &entry.dependency).filter(|one| elsewhere(one)).map(name).collect();
    let redirected = Redirected { names, origins: asked.origins.iter().map(|origin| bare(&origin.url)).collect() };
    let moved: HashMap<&str, &DependencyChange> = lock.rows.iter().filter_map(|row| Some((name(row.dependency()?), row))).collect();
    let asked =
        asked.entries.iter().map(|entry| &entry.dependency).filter(|asked| asked.direct && asked.ecosystem == lock.inventory.ecosystem);
    let found = asked.filter_map(|asked| {
        // What comes from where it came from before is no news: a manifest may name repositories that hold it.
        let row = moved.get(asked.name.as_str()).filter(|row| !changed.contains(asked.name.as_str()) && !stayed(row))?;
        let (title, severity) = differs(lock, asked, &redirected, &path)?;
        Some((lock.draft(row.dependency()?).title(title), severity))
    });
    found.collect()
}

/// Whether a package comes from the same place outside of its registry as before.
fn stayed(row: &DependencyChange) -> bool {
    let place = |side: &Option<Dependency>| match side.as_ref().map(|side| &side.source) {
        Some(PackageSource::Git { url, .. }) => Some(bare(url)),
        Some(PackageSource::Registry(address)) => Some(address.to_lowercase()),
        _ => None,
    };
    place(&row.before).is_some_and(|before| place(&row.after) == Some(before))
}

fn name(dependency: &Dependency) -> &str {
    &dependency.name
}

fn elsewhere(dependency: &Dependency) -> bool {
    dependency.source != PackageSource::DefaultRegistry
}

/// Whether a lock file goes while its project stays, and no lock file of another tool takes its place.
fn is_dropped(table: &Table<'_>, view: &ChangeView<'_>) -> bool {
    let gone = |table: &Table<'_>| table.file.status == FileStatus::Deleted;
    let ecosystem = table.inventory.ecosystem;
    let mut others = tables(view).filter(|other| other.inventory.ecosystem == ecosystem && other.file.path() != table.file.path());
    let stays = |other: &Table<'_>| match other.inventory.kind {
        // Another lock file that is new or written anew, here or for the whole workspace.
        Kind::Lock => !gone(other),
        // A project that goes with its lock file.
        _ => gone(other) && other.folder() == table.folder(),
    };
    table.inventory.kind == Kind::Lock && gone(table) && !table.rows.is_empty() && !others.any(|other| stays(&other))
}

/// More packages of one file that lost their checksums are one finding: a tool wrote the file anew.
const MOST_LOST: usize = 3;

/// Another checksum for the same version.
fn other_checksum(table: &Table<'_>, row: &DependencyChange) -> Option<Draft> {
    let (before, after) = (row.before.as_ref()?, row.after.as_ref()?);
    let same = before.version == after.version && row.change != DependencyMove::SourceChanged && other_bytes(before, after);
    same.then(|| table.draft(after).title(format!("{} {} has another checksum than before", after.name, after.version)))
}

/// A package that comes without a checksum into a lock file where every other has one.
fn never_summed(table: &Table<'_>) -> Option<(Draft, Severity)> {
    if table.inventory.kind != Kind::Lock || !table.inventory.all_hashed {
        return None;
    }
    let new = table.rows.iter().filter(|row| row.change == DependencyMove::Added && !row.notes.iter().any(|note| note == BUNDLED));
    let bare = new.filter_map(|row| row.after.as_ref()).filter(|new| new.hashes.is_empty() && new.source == PackageSource::DefaultRegistry);
    let bare: Vec<&Dependency> = bare.collect();
    let title = match bare.as_slice() {
        [] => return None,
        [only] => format!("{} {} comes without a checksum, and every package before it had one", only.name, only.version),
        [first, ..] => format!("{} packages come without a checksum, among them {}; all before them had one", bare.len(), first.name),
    };
    Some((table.draft(bare.first()?).title(title), Severity::Medium))
}

/// No checksum any more.
fn lost_checksums(table: &Table<'_>) -> Vec<(Draft, Severity)> {
    let sides = table.rows.iter().filter_map(|row| Some((row.before.as_ref()?, row.after.as_ref()?)));
    let lost: Vec<&Dependency> =
        sides.filter(|(before, after)| lost_hashes(before, after) || lost_digest(before, after)).map(|(_, after)| after).collect();
    // One package without a checksum among packages with one is an exception somebody made.
    let excepted =
        table.inventory.hashed > 0 && matches!(table.inventory.ecosystem, Ecosystem::Cargo | Ecosystem::Pypi | Ecosystem::Golang);
    let severity = if excepted { Severity::High } else { Severity::Medium };
    match lost.as_slice() {
        [] => Vec::new(),
        [first, second, ..] if lost.len() > MOST_LOST => {
            let title = format!("{} packages lost their checksums, among them {} and {}", lost.len(), first.name, second.name);
            vec![(table.draft(first).title(title), severity)]
        }
        few => few
            .iter()
            .map(|after| {
                (table.draft(after).title(format!("{} {} lost its checksum", after.name, after.version).replace("  ", " ")), severity)
            })
            .collect(),
    }
}

/// Whether an image was named with the sum of what it holds and is not any more.
fn lost_digest(before: &Dependency, after: &Dependency) -> bool {
    let summed = |side: &Dependency| side.version.contains("sha256:");
    after.ecosystem == Ecosystem::Docker && summed(before) && !summed(after)
}

/// The lock files of a change, found from the folders they cover.
struct Locks<'a> {
    by_folder: HashMap<(Ecosystem, String, String), Table<'a>>,
    redirected: Redirected<'a>,
}

/// What a manifest takes from elsewhere than its registry.
struct Redirected<'a> {
    /// Names that it redirects for everybody, as `[patch]` and `overrides` do.
    names: HashSet<&'a str>,
    /// Repositories that it names as a place of packages.
    origins: HashSet<String>,
}

impl Redirected<'_> {
    fn holds(&self, name: &str, source: &PackageSource) -> bool {
        self.names.contains(name) || matches!(source, PackageSource::Git { url, .. } if self.origins.contains(&bare(url)))
    }
}

/// An address as it is compared with others.
fn bare(url: &str) -> String {
    url.trim_end_matches('/').trim_end_matches(".git").to_lowercase()
}

impl<'a> Locks<'a> {
    fn new(view: &ChangeView<'a>) -> Self {
        let whole = tables(view).filter(|table| table.inventory.kind == Kind::Lock && !table.inventory.locked.is_empty());
        let by_folder = whole.map(|table| ((table.inventory.ecosystem, family(&table), table.folder()), table)).collect();
        let rows = tables(view).filter(Table::is_manifest).flat_map(|table| table.rows.iter());
        let redirected = rows.filter_map(|row| row.after.as_ref()).filter(|after| after.source != PackageSource::DefaultRegistry);
        let names = redirected.map(|after| after.name.as_str()).collect();
        let origins = tables(view).filter(Table::is_manifest).flat_map(|table| table.inventory.origins.iter());
        Self { by_folder, redirected: Redirected { names, origins: origins.map(|origin| bare(&origin.url)).collect() } }
    }

    /// The nearest lock file in the manifest's folder or above it.
    fn of(&self, table: &Table<'_>) -> Option<&Table<'a>> {
        let (family, mut folder) = (family(table), table.folder());
        loop {
            if let Some(lock) = self.by_folder.get(&(table.inventory.ecosystem, family.clone(), folder.clone())) {
                return Some(lock);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.trim_end_matches('/').rsplit_once('/').map_or_else(String::new, |(above, _)| format!("{above}/"));
        }
    }
}

/// Which files belong together in one folder: `requirements-dev.txt` with `requirements-dev.lock`, all others with the one of their tool.
fn family(table: &Table<'_>) -> String {
    let path = table.file.path();
    let name = path.name().to_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let apart = match name.as_str() {
        // Tools with a lock file of their own beside others of their world, and files whose packages are not all used.
        "pipfile" | "pipfile.lock" => "pipfile",
        "deno.json" | "deno.jsonc" | "deno.lock" => "deno",
        "setup.py" | "setup.cfg" | "packages.config" | "pnpm-workspace.yaml" | "pom.xml" => name.as_str(),
        _ if name.starts_with("directory.") || name.ends_with(".versions.toml") || name.ends_with(".gemspec") => name.as_str(),
        // A set of its own for each version that is tried: `Gemfile.rails-8` and its `.lock`.
        _ if name.starts_with("gemfile.") && name != "gemfile.lock" => name.trim_end_matches(".lock"),
        _ if name.ends_with(".lockfile") || name.contains(".gradle") => "gradle",
        _ => "",
    };
    if !apart.is_empty() {
        return apart.to_owned();
    }
    if stem.starts_with("requirements") || stem.starts_with("constraints") || stem.ends_with("requirements") {
        stem.to_owned()
    } else {
        String::new()
    }
}

fn disagreement(table: &Table<'_>, asked: &Dependency, locks: &Locks<'_>) -> Option<(Draft, Severity)> {
    let (title, severity) = differs(locks.of(table)?, asked, &locks.redirected, "")?;
    Some((table.draft(asked).title(title), severity))
}

/// How `lock` has it otherwise than `asked` in the manifest called `beside`, which is empty for the one that the finding stands in.
fn differs(lock: &Table<'_>, asked: &Dependency, redirected: &Redirected<'_>, beside: &str) -> Option<(String, Severity)> {
    let local = matches!(asked.source, PackageSource::Path(_)) || asked.version == "workspace";
    // A file may name packages of several worlds; its lock file pins those of one.
    let foreign = asked.ecosystem != lock.inventory.ecosystem || asked.version == "managed";
    if local || foreign || (asked.ecosystem == Ecosystem::Golang && asked.source != PackageSource::DefaultRegistry) {
        return None;
    }
    let path = lock.file.path().text().into_owned();
    let Some(pins) = lock.inventory.locked.get(&asked.name) else {
        // What a build or a peer needs is not always pinned.
        if matches!(asked.scope, Scope::Optional | Scope::Build) {
            return None;
        }
        let place = if beside.is_empty() { "is asked for here".to_owned() } else { format!("{beside} asks for") };
        return Some((format!("{path} does not pin {}, which {place}", asked.name), Severity::Medium));
    };
    let fits = |source: &PackageSource| {
        std::mem::discriminant(source) == std::mem::discriminant(&asked.source) && same_place(source, &asked.source)
    };
    let alike: Vec<&(String, PackageSource)> = pins.iter().filter(|(_, source)| fits(source)).collect();
    if alike.is_empty() {
        let (_, source) = pins.first()?;
        let title = format!("{path} takes {} from {}, not from {}", asked.name, from(source), from(&asked.source));
        let unasked = asked.source == PackageSource::DefaultRegistry;
        if unasked && redirected.holds(&asked.name, source) {
            return None;
        }
        let remote = !matches!(source, PackageSource::Path(_)) && !is_mirrored(asked, source);
        return Some((title, if unasked && remote { Severity::High } else { Severity::Medium }));
    }
    if asked.version.is_empty() || asked.source != PackageSource::DefaultRegistry {
        return None;
    }
    let met: Vec<Option<bool>> = alike.iter().map(|(pinned, _)| version::meets(asked.ecosystem, &asked.version, pinned)).collect();
    if !met.iter().all(|met| *met == Some(false)) {
        return None;
    }
    let title = format!("{path} pins {} {}, which {} does not allow", asked.name, alike.first()?.0, asked.version);
    Some((title, Severity::Medium))
}

/// Whether a registry that mirrors packages of another world names the repository of each: those of `bower-asset` and `npm-asset`.
fn is_mirrored(asked: &Dependency, source: &PackageSource) -> bool {
    let mirrored =
        asked.ecosystem == Ecosystem::Composer && (asked.name.starts_with("bower-asset/") || asked.name.starts_with("npm-asset/"));
    mirrored && matches!(source, PackageSource::Git { .. })
}

fn same_place(a: &PackageSource, b: &PackageSource) -> bool {
    match (a, b) {
        (PackageSource::Git { url: a, .. }, PackageSource::Git { url: b, .. }) => bare(a).rsplit('/').next() == bare(b).rsplit('/').next(),
        _ => true,
    }
}
