//! Pipenv: `Pipfile` and `Pipfile.lock`.

use super::normalised;
use super::pyproject::told;
use crate::analysis::document;
use crate::analysis::document::node::{Node, Value};
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Origin, Reading};
use crate::analysis::manifests::{edition, twice};
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `Pipfile`.
pub struct Pipfile;

/// `Pipfile.lock`.
pub struct PipfileLock;

impl Format for Pipfile {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Pypi
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "pipfile"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Toml)?;
        let mut reading = Reading { origins: origins(root.get("source")), ..Reading::default() };
        let groups =
            root.entries().iter().filter(|(name, _)| !matches!(name.as_str(), "source" | "requires" | "scripts" | "pipenv" | "pipfile"));
        for (group, table) in groups {
            let scope = if group == "packages" { Scope::Runtime } else { Scope::Dev };
            let entries = table.entries().iter().map(|(name, value)| package(name, value, group).scope(scope).direct(true));
            reading.entries.extend(entries);
        }
        Ok(reading)
    }
}

impl Format for PipfileLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Pypi
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "pipfile.lock"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Json)?;
        let mut reading = Reading { origins: origins(root.at(&["_meta", "sources"])), ..Reading::default() };
        twice::tell(&root, &mut reading);
        edition::tell(&root.at(&["_meta", "pipfile-spec"]).map(Node::scalar).unwrap_or_default(), 6, &mut reading);
        for (group, table) in root.entries().iter().filter(|(name, _)| name != "_meta") {
            for (name, value) in table.entries() {
                let entry = package(name, value, "");
                let version = entry.dependency.version.trim_start_matches('=').to_owned();
                let hashes = value.get("hashes").map(Node::texts).unwrap_or_default();
                let scope = if group == "default" { Scope::Runtime } else { Scope::Dev };
                reading.entries.push(entry.version(version).hashes(hashes).scope(scope));
            }
        }
        Ok(reading)
    }
}

fn package(name: &str, value: &Node, slot: &str) -> Entry {
    let version = value.text().or_else(|| value.get("version").and_then(Node::text)).unwrap_or("");
    let editable = value.get("editable").is_some_and(|node| node.value == Value::Bool(true)).then(|| PackageSource::Path(String::new()));
    // `ref` names the commit, where other tools say `rev`.
    let source = match (told(value), value.get("ref").and_then(Node::text)) {
        (Some(PackageSource::Git { url, .. }), Some(rev)) => Some(PackageSource::Git { url, rev: rev.to_owned() }),
        (source, _) => source,
    };
    let line = value.get("version").map_or(value.key, |node| node.line);
    let entry = Entry::new(Ecosystem::Pypi, normalised(name), slot).version(if version == "*" { "" } else { version }).at(line);
    entry.source(source.or(editable).unwrap_or(PackageSource::DefaultRegistry))
}

fn origins(sources: Option<&Node>) -> Vec<Origin> {
    let sources = sources.into_iter().flat_map(Node::items).filter_map(|source| source.get("url"));
    sources.map(|url| Origin::new("source", url.scalar(), url.line)).collect()
}
