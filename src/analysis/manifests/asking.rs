//! Which manifest asks for what a lock file pins, where the tool keeps both in one folder. Never reads one.

use std::collections::BTreeSet;

use crate::model::change::{Change, TextRequest};
use crate::model::diff::{FileStatus, Side};
use crate::model::path::RepoPath;

/// Manifests beside one change that are asked for.
const MOST: usize = 20;

/// Lock files with the manifest of their tool.
const PAIRS: [(&str, &str); 15] = [
    ("bun.lock", "package.json"),
    ("cargo.lock", "Cargo.toml"),
    ("composer.lock", "composer.json"),
    ("gemfile.lock", "Gemfile"),
    ("go.sum", "go.mod"),
    ("mix.lock", "mix.exs"),
    ("npm-shrinkwrap.json", "package.json"),
    ("package-lock.json", "package.json"),
    ("pdm.lock", "pyproject.toml"),
    ("pipfile.lock", "Pipfile"),
    ("pnpm-lock.yaml", "package.json"),
    ("poetry.lock", "pyproject.toml"),
    ("pubspec.lock", "pubspec.yaml"),
    ("uv.lock", "pyproject.toml"),
    ("yarn.lock", "package.json"),
];

/// The manifest beside the lock file at `path`; `None` for other files, and where none is known.
#[must_use]
pub fn manifest(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(_, name)| (path.get(..path.len() - name.len()).unwrap_or(""), name));
    let name = name.to_lowercase();
    PAIRS.iter().find(|(lock, _)| *lock == name).map(|(_, manifest)| format!("{folder}{manifest}"))
}

/// The manifests of the lock files that `change` writes anew, whole, whether or not it changes them, too.
#[must_use]
pub fn beside(change: &Change) -> Vec<TextRequest> {
    let files = &change.patch.files;
    let locks = files.iter().filter(|file| file.status != FileStatus::Deleted).filter_map(|file| manifest(&file.path().text()));
    let wanted: BTreeSet<RepoPath> = locks.map(|path| RepoPath::from(path.as_str())).filter(|path| !path.is_hostile()).collect();
    wanted.into_iter().take(MOST).map(|path| TextRequest { path, side: Side::New }).collect()
}
