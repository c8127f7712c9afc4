//! Packages that a change adds to a manifest and that are used by name, if at all: which words would show it. Whether nothing does is a rule's business.

use std::collections::BTreeSet;

use super::check::FileOutcome;
use super::imports;
use super::manifests::Inventory;
use super::manifests::format::Kind;
use super::role::Role;
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem, PackageSource, Scope};
use crate::model::path::RepoPath;

/// Packages of one change that are looked for.
const MOST: usize = 30;
/// What is used without being named: plugins, tools, types, drivers, what others load by themselves.
const UNNAMED: [&str; 60] = [
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
    "platform",
    "swagger-ui",
    "compiler",
    "animations",
    "popper",
    "emotion",
    "typescript",
    "sass",
    "core-js",
    "source-map",
    "multipart",
    "dotenv",
    "autoprefixer",
    "lint",
];
/// The same, by the whole name.
const UNNAMED_WHOLE: [&str; 52] = [
    // npm: engines and peers that frameworks find by themselves
    "vite",
    "husky",
    "nodemon",
    "rimraf",
    "ts-node",
    "less",
    "stylus",
    "pg",
    "tedious",
    "bufferutil",
    "utf-8-validate",
    "canvas",
    "encoding",
    "fsevents",
    "react-is",
    "zone.js",
    "prisma",
    "concurrently",
    "cross-env",
    // Python: engines, backends of libraries, tools
    "openpyxl",
    "xlrd",
    "xlsxwriter",
    "pyarrow",
    "fastparquet",
    "tables",
    "lxml",
    "html5lib",
    "uvloop",
    "httptools",
    "watchfiles",
    "websockets",
    "greenlet",
    "cryptography",
    "bcrypt",
    "argon2-cffi",
    "email-validator",
    "jinja2",
    "tzdata",
    "certifi",
    "whitenoise",
    "asyncpg",
    "accelerate",
    "sentencepiece",
    "mypy",
    "black",
    "coverage",
    "setuptools",
    "wheel",
    "pip",
    "twine",
    "tox",
    // Rust: only there to switch a feature on
    "getrandom",
];
/// Words of [`UNNAMED`] up to this length count only as a whole part of a name.
const SHORT: usize = 3;
/// Pins from which on a list of requirements is what somebody froze: most of it is there for others.
const FROZEN: usize = 15;

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
    let locks: Vec<&Inventory> = outcomes.iter().filter_map(|one| one.inventory.as_ref()).filter(|one| one.kind == Kind::Lock).collect();
    for outcome in outcomes {
        let Some(inventory) = outcome.inventory.as_ref().filter(|one| one.kind == Kind::Manifest && one.existed) else { continue };
        for row in outcome.dependencies.iter().filter(|row| row.change == DependencyMove::Added) {
            let Some(dependency) = row.after.as_ref().filter(|after| is_plain(row, after)) else { continue };
            let frozen = dependency.ecosystem == Ecosystem::Pypi
                && row.manifest.name().ends_with(".txt")
                && dependency.version.starts_with("==")
                && inventory.known.len() >= FROZEN;
            if inventory.known.contains(&dependency.name) || !is_live(&row.manifest) || frozen || is_needed(&locks, dependency) {
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

/// Whether a lock file of the change says that another package needs it or expects it beside itself.
fn is_needed(locks: &[&Inventory], dependency: &Dependency) -> bool {
    locks.iter().any(|lock| lock.ecosystem == dependency.ecosystem && lock.needed.contains(&dependency.name))
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
    let parts: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    // `cli` is a tool, `client` is none.
    let tells = |word: &str| if word.len() > SHORT { name.contains(word) } else { parts.contains(&word) };
    !UNNAMED.iter().any(|word| tells(word)) && !UNNAMED_WHOLE.contains(&name.as_str())
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
