//! `pnpm-lock.yaml` of lockfile versions 5, 6 and 9, and the catalogs of `pnpm-workspace.yaml`.

use std::collections::{HashMap, HashSet};

use super::entry as asked;
use super::lock::source;
use crate::analysis::document::node::{Node, Value};
use crate::analysis::document::yaml;
use crate::analysis::manifests::edition;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `pnpm-lock.yaml`.
pub struct PnpmLock;

/// `pnpm-workspace.yaml`.
pub struct PnpmWorkspace;

const TABLES: [&str; 3] = ["dependencies", "devDependencies", "optionalDependencies"];

impl Format for PnpmLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Npm
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "pnpm-lock.yaml"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let documents = yaml::all(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|unread| match unread.line {
            Some(line) => format!("line {}: {}", line + 1, unread.says),
            None => unread.says,
        })?;
        let mut reading = Reading::default();
        for root in documents {
            packages(root, &mut reading);
        }
        Ok(reading)
    }
}

fn packages(mut root: Node, reading: &mut Reading) {
    let version = root.get("lockfileVersion").map(Node::scalar).unwrap_or_default();
    edition::tell(&version, 9, reading);
    // From version 9 on it no longer says what runs code.
    reading.tells_scripts = version.starts_with('5') || version.starts_with('6');
    let packages = root.take_entries("packages");
    let root = &root;
    let importers = || root.get("importers").into_iter().flat_map(Node::entries).map(|(_, node)| node).chain(std::iter::once(root));
    let asked = |fits: fn(&str) -> bool| -> HashSet<String> {
        importers()
            .flat_map(|one| TABLES.iter().filter(|table| fits(table)).filter_map(move |table| one.get(table)))
            .flat_map(needs)
            .collect()
    };
    // From version 9 on only who asks for a package says whether it is for development.
    let (direct, shipped) = (asked(|_| true), asked(|table| table != "devDependencies"));
    // Version 9 writes what a package needs apart, once for each set of peers.
    let snapshots = root.get("snapshots").into_iter().flat_map(Node::entries);
    let snapshots: HashMap<(&str, &str), &Node> = snapshots.map(|(key, node)| (identity(key), node)).collect();
    reading.entries.reserve_exact(packages.len());
    for (key, node) in packages {
        // What is from no registry has its address for a key, and says beside what it is called.
        let told = |field: &str| node.get(field).map(Node::scalar).filter(|said| !said.is_empty());
        let (written, pinned) = identity(&key);
        let (name, version) = (told("name").unwrap_or_else(|| written.to_owned()), told("version").unwrap_or_else(|| pinned.to_owned()));
        let resolution = node.get("resolution");
        let text = |key: &str| resolution.and_then(|node| node.get(key)).and_then(Node::text);
        let mut entry = Entry::new(Ecosystem::Npm, name.as_str(), key.as_str()).version(version).at(node.key);
        entry.dependency.source = match (text("repo"), text("tarball")) {
            (Some(repo), _) => PackageSource::Git { url: repo.to_owned(), rev: text("commit").unwrap_or("").to_owned() },
            (None, Some(tarball)) => source(tarball),
            (None, None) => text("directory").map_or(PackageSource::DefaultRegistry, |path| PackageSource::Path(path.to_owned())),
        };
        entry.dependency.installs_code = node.get("requiresBuild").is_some_and(|node| node.value == Value::Bool(true));
        if node.get("dev").is_some_and(|node| node.value == Value::Bool(true)) {
            entry.dependency.scope = Scope::Dev;
        }
        reading.peers.extend(node.get("peerDependencies").into_iter().flat_map(Node::entries).map(|(name, _)| name.clone()));
        let edges = snapshots.get(&(written, pinned)).copied().unwrap_or(&node);
        let needs = TABLES.iter().filter_map(|table| edges.get(table)).flat_map(needs).collect::<Vec<_>>();
        let is_direct = direct.contains(&format!("{written} {pinned}")) || direct.contains(&format!("{name} {key}"));
        if is_direct && !shipped.contains(&format!("{written} {pinned}")) && !shipped.contains(&format!("{name} {key}")) {
            entry.dependency.scope = Scope::Dev;
        }
        reading.entries.push(entry.hashes(text("integrity").map(str::to_owned)).needs(needs).direct(is_direct));
    }
}

/// `name version` of everything in a table; a version may be one text or stand beside its specifier, and may name another package.
fn needs(table: &Node) -> Vec<String> {
    let pairs = table.entries().iter().filter_map(|(name, value)| {
        let version = value.get("version").unwrap_or(value).scalar();
        let at = version.trim_start_matches('/');
        let aliased = version.starts_with('/') || without_peers(at).contains('@');
        let (name, version) = if aliased { identity(&version) } else { (name.as_str(), without_peers(at)) };
        (!version.starts_with("link:")).then(|| format!("{name} {version}"))
    });
    pairs.collect()
}

/// `/@scope/name/1.0.0_peer@1`, `/name@1.0.0(peer@1)` and `name@1.0.0` -> name and version.
fn identity(key: &str) -> (&str, &str) {
    let bare = key.strip_prefix('/').unwrap_or(key);
    let bare = bare.split('(').next().unwrap_or(bare);
    let start = if bare.starts_with('@') { bare.find('/').map_or(0, |at| at + 1) } else { 0 };
    match bare.get(start..).and_then(|rest| rest.find(['@', '/'])) {
        Some(at) => (bare.get(..start + at).unwrap_or(bare), without_peers(bare.get(start + at + 1..).unwrap_or(""))),
        None => (bare, ""),
    }
}

fn without_peers(version: &str) -> &str {
    version.split(['(', '_']).next().unwrap_or(version)
}

impl Format for PnpmWorkspace {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Npm
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "pnpm-workspace.yaml"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = crate::analysis::document::read(text, crate::analysis::language::Language::Yaml)?;
        let mut reading = Reading::default();
        let catalogs = root.get("catalogs").into_iter().flat_map(Node::entries).map(|(name, node)| (format!("catalogs.{name}"), node));
        let one = ["catalog", "overrides"].into_iter().filter_map(|name| Some((name.to_owned(), root.get(name)?)));
        for (slot, table) in one.chain(catalogs) {
            for (name, value) in table.entries() {
                let entry = asked(&slot, name, &value.scalar(), value.line, Scope::Runtime);
                reading.entries.push(entry.direct(slot != "overrides"));
            }
        }
        Ok(reading)
    }
}
