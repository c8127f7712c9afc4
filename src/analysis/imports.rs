//! Packages that added lines of code load, and the files beside them that would name those. Whether one is undeclared is a rule's
//! business.
//!
//! JavaScript, TypeScript and Python: there a name that nobody declared is fetched by whoever runs the code next. Compilers refuse it
//! in the other languages.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use super::language::Language;
use super::manifests::names;
use super::pattern::Pattern;
use super::role::Role;
use super::rules::data;
use super::side::SideView;
use super::view::FileView;
use crate::model::change::{Change, TextRequest};
use crate::model::dependency::Ecosystem;
use crate::model::diff::Side;
use crate::model::path::RepoPath;

/// Imports of one change that are looked into.
pub const MOST: usize = 300;
/// Files beside the change that are asked for.
const MOST_BESIDE: usize = 40;
/// Folders above one file that are looked into.
const MOST_ABOVE: usize = 8;
/// Lines that are looked back for what a line stands in.
const FAR: usize = 12;
/// What names the packages of a folder.
const NPM: [&str; 6] = ["package.json", "tsconfig.json", "jsconfig.json", "deno.json", "pnpm-workspace.yaml", "lerna.json"];
const PYPI: [&str; 6] = ["pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile", "environment.yml"];

static SCRIPT: Pattern = Pattern::new(r#"(?:\bfrom\s*|\brequire\(\s*|\bimport\(\s*|^\s*import\s*)['"]([^'"]+)['"]"#);
static PYTHON_FROM: Pattern = Pattern::new(r"^\s*from\s+([A-Za-z_]\w*)(?:\.[\w.]+)?\s+import\b");
static PYTHON: Pattern = Pattern::new(r"^\s*import\s+([A-Za-z_][\w.]*(?:\s+as\s+\w+)?(?:\s*,\s*[A-Za-z_][\w.]*(?:\s+as\s+\w+)?)*)");
/// Around an import that may fail, or that never runs.
static OPTIONAL: Pattern = Pattern::new(r"^\s*(?:try\b|except\b|if\s+(?:typing\.)?TYPE_CHECKING\b|\}?\s*catch\b)|\btry\s*\{\s*$");

static LISTS: LazyLock<Lists> = LazyLock::new(|| toml::from_str(data("lists/imports.toml")).unwrap_or_default());

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    python: BTreeSet<String>,
    node: BTreeSet<String>,
    given: BTreeSet<String>,
    packages: BTreeMap<String, Vec<String>>,
}

/// The packages that hold the Python module called `module`, where they are called otherwise.
#[must_use]
pub fn packages(module: &str) -> &'static [String] {
    LISTS.packages.get(module).map_or(&[], Vec::as_slice)
}

/// The modules that the Python package called `name` is known to hold.
pub fn modules(name: &str) -> impl Iterator<Item = &'static str> {
    let holds = LISTS.packages.iter().filter(move |(_, packages)| packages.iter().any(|package| package == name));
    holds.map(|(module, _)| module.as_str()).collect::<Vec<_>>().into_iter()
}

/// Whether the language or the program around the code brings it.
fn is_given(ecosystem: Ecosystem, name: &str) -> bool {
    let own = if ecosystem == Ecosystem::Npm { &LISTS.node } else { &LISTS.python };
    own.contains(name) || LISTS.given.contains(name)
}

/// One import on an added line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Whose package it is.
    pub ecosystem: Ecosystem,
    /// npm: the package. Python: the outermost module, as it is written.
    pub name: String,
    /// The line, from 1.
    pub line: u32,
    /// The line's text.
    pub text: String,
}

/// What the added lines of `file` load and none did before, as far as it can be a package that the language does not bring.
#[must_use]
pub fn of(file: &FileView<'_>) -> Vec<Import> {
    let ecosystem = match file.language {
        Language::JavaScript | Language::TypeScript => Ecosystem::Npm,
        Language::Python => Ecosystem::Pypi,
        _ => return Vec::new(),
    };
    if file.role != Role::Product {
        return Vec::new();
    }
    let Some(new) = file.new_side() else { return Vec::new() };
    let mut seen: Option<HashSet<String>> = None;
    let mut all: Vec<Import> = Vec::new();
    for line in new.changed_lines() {
        let mut loads = loaded(ecosystem, line.text, || line.text);
        loads.retain(|name| !is_given(ecosystem, name));
        // What stands in comments and strings is asked last: it costs a reading of the file.
        if loads.is_empty() || loaded(ecosystem, line.text, || line.code()).is_empty() {
            continue;
        }
        let seen = seen.get_or_insert_with(|| file.old().map(|old| loaded_before(ecosystem, old)).unwrap_or_default());
        // What may fail at one place can be needed at the next.
        if is_optional(new, line.index) {
            continue;
        }
        let text = line.text.trim();
        for name in loads.into_iter().filter(|name| seen.insert(name.clone())) {
            all.push(Import { ecosystem, name, line: line.number, text: text.to_owned() });
        }
        if all.len() >= MOST {
            break;
        }
    }
    all
}

/// All that the lines of a side load, in comments as well.
fn loaded_before(ecosystem: Ecosystem, old: &SideView<'_>) -> HashSet<String> {
    old.lines().flat_map(|line| loaded(ecosystem, line.text, || line.text)).collect()
}

/// The packages that a line of `text` loads, of which `code` stands outside comments and strings.
fn loaded<'l>(ecosystem: Ecosystem, text: &'l str, code: impl Fn() -> &'l str) -> Vec<String> {
    match ecosystem {
        Ecosystem::Npm => {
            let spec = SCRIPT.group(text, 1).filter(|_| ["import", "require", "from"].iter().any(|word| code().contains(word)));
            // A type alone is gone before anything runs.
            let is_type = |text: &str| text.starts_with("import type") || text.starts_with("export type");
            spec.filter(|_| !is_type(text.trim_start())).and_then(package).into_iter().collect()
        }
        _ => {
            let names: Vec<String> = match PYTHON_FROM.group(text, 1) {
                Some(module) => vec![module.to_owned()],
                None => PYTHON.group(text, 1).map(|list| list.split(',').filter_map(outermost).collect()).unwrap_or_default(),
            };
            if names.is_empty() || !code().contains("import") { Vec::new() } else { names }
        }
    }
}

/// `@scope/name/part` -> `@scope/name`; `None` for paths, addresses and aliases.
fn package(spec: &str) -> Option<String> {
    let parts = if spec.starts_with('@') { 2 } else { 1 };
    let name: Vec<&str> = spec.split('/').take(parts).collect();
    let name = name.join("/");
    let bare = name.strip_prefix('@').unwrap_or(&name);
    let is_name = bare.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && bare.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | '/'))
        && (parts == 1 || bare.split_once('/').is_some_and(|(_, own)| !own.is_empty()));
    is_name.then_some(name)
}

/// `a.b as c` -> `a`
fn outermost(entry: &str) -> Option<String> {
    let name = entry.trim().split(['.', ' ', '\t']).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether the line at `index` stands directly in what may fail, or is read by type checkers only.
fn is_optional(side: &SideView<'_>, index: usize) -> bool {
    let deep = |text: &str| text.len() - text.trim_start().len();
    let own = deep(side.line(index).text);
    let above = (index.saturating_sub(FAR)..index).rev().map(|at| side.line(at).text).filter(|text| !text.trim().is_empty());
    let head = above.filter(|text| deep(text) < own).map(|text| OPTIONAL.is_match(text)).next();
    head == Some(true)
}

/// The files beside the change that would declare its imports, or are what they load.
#[must_use]
pub fn beside<'i>(change: &Change, imports: impl Iterator<Item = &'i [Import]>) -> Vec<TextRequest> {
    let mut wanted: BTreeSet<(usize, String)> = BTreeSet::new();
    let files = change.patch.files.iter().zip(imports).filter(|(_, imports)| !imports.is_empty());
    for (path, import) in files.flat_map(|(file, imports)| imports.iter().map(move |import| (file.path(), import))).take(MOST) {
        for folder in above(&path.text()) {
            wanted.extend(declaring(import.ecosystem, &folder).enumerate());
        }
        if import.ecosystem == Ecosystem::Pypi {
            wanted.extend(modules_near(&path.text(), &import.name).map(|name| (PYPI.len(), name)));
        }
    }
    let wanted = wanted.into_iter().map(|(_, path)| RepoPath::from(path.as_str())).filter(|path| !path.is_hostile());
    wanted.take(MOST_BESIDE).map(|path| TextRequest { path, side: Side::New }).collect()
}

/// The files that a Python module called `name` may be, where a file at `path` loads it.
pub fn modules_near(path: &str, name: &str) -> impl Iterator<Item = String> {
    let folders = above(path).into_iter().chain(["src/", "lib/"].map(str::to_owned));
    folders.flat_map(move |folder| [format!("{folder}{name}.py"), format!("{folder}{name}/__init__.py")])
}

/// The files that may declare what a file below `folder` loads.
pub fn declaring(ecosystem: Ecosystem, folder: &str) -> impl Iterator<Item = String> {
    let names: &[&str] = if ecosystem == Ecosystem::Npm { &NPM } else { &PYPI };
    names.iter().map(move |name| format!("{folder}{name}"))
}

/// The folders above `path`, the innermost first and the root last, each with a slash behind it unless it is the root.
#[must_use]
pub fn above(path: &str) -> Vec<String> {
    let ends = path.match_indices('/').map(|(end, _)| path.get(..=end).unwrap_or("").to_owned());
    let mut folders: Vec<String> = std::iter::once(String::new()).chain(ends).collect();
    folders.reverse();
    folders.truncate(MOST_ABOVE);
    folders
}

/// Whether `name` is a package that many projects build on.
#[must_use]
pub fn is_known(ecosystem: Ecosystem, name: &str) -> bool {
    names::of(ecosystem).is_some_and(|list| list.has(&name.replace('_', "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_and_what_is_none() {
        let named = |spec| package(spec).unwrap_or_default();
        assert_eq!(["lodash", "lodash/fp", "@acme/a/b", "socket.io"].map(named), ["lodash", "lodash", "@acme/a", "socket.io"]);
        for spec in ["./a", "../a", "/a", "@/a", "~/a", "#a", "node:fs", "Components/a", "https://x.example/a.js", "$lib/a", "@acme"] {
            assert_eq!(package(spec), None, "{spec}");
        }
        assert_eq!(["a.b as c", " d", "e.f"].map(|entry| outermost(entry).unwrap_or_default()), ["a", "d", "e"]);
    }

    #[test]
    fn folders_from_the_inside_out() {
        assert_eq!(above("a/b/c.py"), ["a/b/", "a/", ""]);
        assert_eq!(above("c.py"), [""]);
    }
}
