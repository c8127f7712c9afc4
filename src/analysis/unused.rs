//! Packages that a change adds to a manifest and that are used by name, if at all: which words would show it. Whether nothing does is a rule's business.

use std::collections::BTreeSet;

use super::check::FileOutcome;
use super::imports;
use super::manifests::format::Kind;
use super::role::Role;
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem, PackageSource, Scope};
use crate::model::path::RepoPath;

/// Packages of one change that are looked for.
const MOST: usize = 30;
/// What is used without being named: plugins, tools, types, drivers, what others load by themselves.
const UNNAMED: [&str; 46] = [
    "plugin",
    "preset",
    "config",
    "loader",
    "eslint",
    "babel",
    "webpack",
    "prettier",
    "types",
    "cli",
    "adapter",
    "postcss",
    "tailwind",
    "jest",
    "theme",
    "reporter",
    "polyfill",
    "transform",
    "driver",
    "mysql",
    "postgres",
    "sqlite",
    "psycopg",
    "oracle",
    "mssql",
    "redis",
    "react-dom",
    "reflect-metadata",
    "sharp",
    "graphql",
    "rxjs",
    "tslib",
    "server",
    "gunicorn",
    "uvicorn",
    "gevent",
    "uwsgi",
    "backend",
    "native",
    "wasm",
    "binary",
    "runtime",
    "stubs",
    "pytest",
    "sys",
    "font",
];

/// One package, and the words of which one stands wherever it is used.
pub struct Added<'o> {
    /// The manifest.
    pub manifest: &'o RepoPath,
    /// The package.
    pub dependency: &'o Dependency,
    /// In small letters.
    pub words: Vec<String>,
}

/// What `outcomes` add, as far as its use shows.
pub fn added(outcomes: &[FileOutcome]) -> Vec<Added<'_>> {
    let mut all = Vec::new();
    for outcome in outcomes {
        let Some(inventory) = outcome.inventory.as_ref().filter(|one| one.kind == Kind::Manifest && one.existed) else { continue };
        for row in outcome.dependencies.iter().filter(|row| row.change == DependencyMove::Added) {
            let Some(dependency) = row.after.as_ref().filter(|after| is_plain(row, after)) else { continue };
            if inventory.known.contains(&dependency.name) || !is_live(&row.manifest) {
                continue;
            }
            let words = names(dependency);
            if !words.is_empty() {
                all.push(Added { manifest: &row.manifest, dependency, words });
            }
        }
    }
    all.truncate(MOST);
    all
}

/// The words to look for, each once.
#[must_use]
pub fn words(outcomes: &[FileOutcome]) -> Vec<String> {
    let all: BTreeSet<String> = added(outcomes).into_iter().flat_map(|one| one.words).collect();
    all.into_iter().collect()
}

/// A package of the registry, for the product itself, under its own name.
fn is_plain(row: &DependencyChange, after: &Dependency) -> bool {
    let own = after.direct && after.scope == Scope::Runtime && after.source == PackageSource::DefaultRegistry;
    let file = match after.ecosystem {
        Ecosystem::Npm => "package.json",
        Ecosystem::Golang => "go.mod",
        Ecosystem::Cargo => "Cargo.toml",
        Ecosystem::Pypi => return own && is_named(&after.name),
        _ => return false,
    };
    let renamed = row.notes.iter().any(|note| note.starts_with("used under the name "));
    own && !renamed && row.manifest.name() == file && is_named(&after.name)
}

fn is_named(name: &str) -> bool {
    let name = name.to_lowercase();
    !UNNAMED.iter().any(|word| name.contains(word))
}

fn is_live(manifest: &RepoPath) -> bool {
    let path = manifest.text();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let name = manifest.name().to_lowercase();
    let aside =
        ["dev", "test", "lint", "doc", "constraint", "build", "ci"].iter().any(|word| name.contains(word)) && name.ends_with(".txt");
    Role::of(&format!("{folder}/x.rs")).is_live() && !aside
}

/// What stands where `dependency` is used; none where that is not known.
fn names(dependency: &Dependency) -> Vec<String> {
    let name = dependency.name.to_lowercase();
    match dependency.ecosystem {
        Ecosystem::Cargo => vec![name.replace('-', "_"), name],
        Ecosystem::Pypi => {
            // A module is called as its package, or as the list says: any longer word of the name counts for it.
            let modules = imports::modules(&name);
            let parts = name.split(['-', '.']).filter(|part| part.len() > 3 && *part != "python").map(str::to_owned);
            let all: BTreeSet<String> =
                modules.map(str::to_lowercase).chain(parts).chain([name.replace(['-', '.'], "_"), name.clone()]).collect();
            all.into_iter().collect()
        }
        _ => vec![name],
    }
}
