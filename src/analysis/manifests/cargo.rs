//! Cargo: `Cargo.toml` with all its tables and `Cargo.lock` of every version.

use std::collections::{HashMap, HashSet};

use super::edition;
use super::format::{Entry, Format, Kind, Reading, number};
use crate::analysis::document::node::{Node, Value};
use crate::analysis::document::{self, toml_tree};
use crate::analysis::language::Language;
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `Cargo.toml`.
pub struct CargoToml;

/// `Cargo.lock`.
pub struct CargoLock;

const TABLES: [(&str, Scope); 5] = [
    ("dependencies", Scope::Runtime),
    ("dev-dependencies", Scope::Dev),
    ("dev_dependencies", Scope::Dev),
    ("build-dependencies", Scope::Build),
    ("build_dependencies", Scope::Build),
];

impl Format for CargoToml {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Cargo
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "cargo.toml"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Toml)?;
        let mut reading = Reading::default();
        tables(&root, "", &mut reading);
        for (target, node) in root.get("target").into_iter().flat_map(Node::entries) {
            tables(node, &format!("target.{target}."), &mut reading);
        }
        if let Some(workspace) = root.get("workspace") {
            tables(workspace, "workspace.", &mut reading);
        }
        for (registry, node) in root.get("patch").into_iter().flat_map(Node::entries) {
            table(node, &format!("patch.{registry}"), Scope::Runtime, &mut reading);
        }
        if let Some(replace) = root.get("replace") {
            table(replace, "replace", Scope::Runtime, &mut reading);
        }
        Ok(reading)
    }
}

fn tables(node: &Node, prefix: &str, reading: &mut Reading) {
    for (name, scope) in TABLES {
        if let Some(inner) = node.get(name) {
            table(inner, &format!("{prefix}{name}"), scope, reading);
        }
    }
}

fn table(node: &Node, slot: &str, scope: Scope, reading: &mut Reading) {
    for (key, value) in node.entries() {
        // `[replace]` names a version behind a colon.
        let key = key.split_once(':').map_or(key.as_str(), |(name, _)| name);
        let name = value.get("package").and_then(Node::text).unwrap_or(key);
        let mut entry = Entry::new(Ecosystem::Cargo, name, format!("{slot}.{key}"));
        if name != key {
            entry.notes.push(format!("used under the name {key}"));
        }
        let (telling, source, version) = spec(value);
        let dependency = &mut entry.dependency;
        dependency.source = source;
        dependency.version = version;
        dependency.scope = if value.get("optional").is_some_and(|node| node.value == Value::Bool(true)) { Scope::Optional } else { scope };
        dependency.direct = true;
        dependency.line = number(telling.line);
        reading.entries.push(entry);
    }
}

/// The node that tells most, the source and the version of one entry.
fn spec(value: &Node) -> (&Node, PackageSource, String) {
    let text = |key: &str| value.get(key).and_then(Node::text);
    let version = value.text().or_else(|| text("version")).unwrap_or("").to_owned();
    let told = |key: &str| value.get(key).unwrap_or(value);
    if let Some(url) = text("git") {
        let rev = ["rev", "tag", "branch"].iter().find_map(|key| text(key)).unwrap_or("");
        return (told("git"), PackageSource::Git { url: url.to_owned(), rev: rev.to_owned() }, version);
    }
    if let Some(path) = text("path") {
        return (told("path"), PackageSource::Path(path.to_owned()), version);
    }
    if let Some(registry) = text("registry-index").or_else(|| text("registry")).filter(|name| *name != "crates-io") {
        return (told("version"), PackageSource::Registry(registry.to_owned()), version);
    }
    if value.get("workspace").is_some_and(|node| node.value == Value::Bool(true)) {
        return (value, PackageSource::DefaultRegistry, "workspace".to_owned());
    }
    (told("version"), PackageSource::DefaultRegistry, version)
}

impl Format for CargoLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Cargo
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "cargo.lock"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let list = toml_tree::listed(text, "package")?;
        let old_sums = list.root.get("metadata").map(checksums).unwrap_or_default();
        // What the members of the workspace need is what the project asks for itself.
        let mut direct: HashSet<String> = HashSet::new();
        let mut reading = Reading::default();
        edition::tell(&list.root.get("version").map(Node::scalar).unwrap_or_default(), 4, &mut reading);
        list.each(|package| reading.entries.extend(locked(package, &old_sums, &mut direct)))?;
        for entry in &mut reading.entries {
            let dependency = &mut entry.dependency;
            let asked = || direct.contains(&dependency.name) || direct.contains(&format!("{} {}", dependency.name, dependency.version));
            dependency.direct = dependency.source != PackageSource::Path(String::new()) && asked();
        }
        Ok(reading)
    }
}

/// One package; what a member of the workspace needs is added to `direct`.
fn locked(package: &Node, old_sums: &HashMap<(&str, &str), &str>, direct: &mut HashSet<String>) -> Option<Entry> {
    let field = |key: &str| package.get(key).and_then(Node::text);
    let needs = needs(package);
    if package.get("source").is_none() {
        direct.extend(needs.iter().cloned());
    }
    let name = field("name")?;
    let mut entry = Entry::new(Ecosystem::Cargo, name, "");
    let dependency = &mut entry.dependency;
    field("version").unwrap_or("").clone_into(&mut dependency.version);
    dependency.source = field("source").map_or_else(|| PackageSource::Path(String::new()), source);
    let known = || old_sums.get(&(name, dependency.version.as_str())).copied();
    dependency.hashes = field("checksum").or_else(known).into_iter().map(|sum| format!("sha256:{sum}")).collect();
    dependency.line = number(package.get("version").map_or(package.line, |node| node.line));
    if dependency.source == PackageSource::Path(String::new()) {
        return Some(entry);
    }
    let native = needs.iter().map(|need| need.split(' ').next().unwrap_or(need)).find(|need| NATIVE.contains(need));
    let entry = match native {
        Some(tool) => entry.note(format!("its build script compiles or links native code ({tool})")),
        None => entry,
    };
    Some(entry.needs(needs))
}

/// Crates that only build scripts use, to compile or to find what is not Rust.
const NATIVE: [&str; 8] = ["cc", "cmake", "bindgen", "pkg-config", "vcpkg", "system-deps", "autotools", "nasm-rs"];

/// `name`, or `name version` where several are locked; old lock files write the source behind.
fn needs(package: &Node) -> Vec<String> {
    let texts = package.get("dependencies").into_iter().flat_map(Node::items).filter_map(Node::text);
    texts.map(|text| text.split(" (").next().unwrap_or(text).to_owned()).collect()
}

/// `"checksum name version (source)" = "…"` of old lock files.
fn checksums(metadata: &Node) -> HashMap<(&str, &str), &str> {
    let entries = metadata.entries().iter().filter_map(|(key, value)| {
        let mut words = key.strip_prefix("checksum ")?.split(' ');
        Some(((words.next()?, words.next()?), value.text()?))
    });
    entries.collect()
}

fn source(text: &str) -> PackageSource {
    if let Some(git) = text.strip_prefix("git+") {
        let (address, commit) = git.split_once('#').unwrap_or((git, ""));
        let url = address.split('?').next().unwrap_or(address);
        return PackageSource::Git { url: url.to_owned(), rev: commit.to_owned() };
    }
    match text {
        "registry+https://github.com/rust-lang/crates.io-index"
        | "registry+sparse+https://index.crates.io/"
        | "sparse+https://index.crates.io/" => PackageSource::DefaultRegistry,
        _ => PackageSource::Registry(text.trim_start_matches("registry+").trim_start_matches("sparse+").to_owned()),
    }
}
