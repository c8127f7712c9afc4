//! `bun.lock`: JSON with comments, each package a list of its identity, registry, needs and checksum.

use std::collections::HashSet;

use super::{name_and_version, origin};
use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::analysis::manifests::{edition, twice};
use crate::model::dependency::{Ecosystem, PackageSource};

/// `bun.lock`.
pub struct BunLock;

const TABLES: [&str; 4] = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];

impl Format for BunLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Npm
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "bun.lock"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Json)?;
        let names = |node: &Node| {
            TABLES.iter().filter_map(|table| node.get(table)).flat_map(Node::entries).map(|(name, _)| name.clone()).collect::<Vec<_>>()
        };
        let direct: HashSet<String> =
            root.get("workspaces").into_iter().flat_map(Node::entries).flat_map(|(_, workspace)| names(workspace)).collect();
        let mut reading = Reading::default();
        twice::tell(&root, &mut reading);
        edition::tell(&root.get("lockfileVersion").map(Node::scalar).unwrap_or_default(), 2, &mut reading);
        for (key, node) in root.get("packages").into_iter().flat_map(Node::entries) {
            let Some(identity) = node.items().first().and_then(Node::text) else { continue };
            let (name, version) = parted(identity);
            if version.starts_with("workspace:") {
                continue;
            }
            let texts: Vec<&str> = node.items().iter().skip(1).filter_map(Node::text).collect();
            let registry = texts.first().filter(|text| text.starts_with("http")).map(|url| PackageSource::Registry((*url).to_owned()));
            let (source, asked) = origin(version);
            let version = if asked.is_empty() { "" } else { version };
            let sum = texts.iter().rev().find(|text| text.starts_with("sha")).map(|sum| (*sum).to_owned());
            let needs = node.items().iter().flat_map(names).collect::<Vec<_>>();
            let entry = Entry::new(Ecosystem::Npm, name, key.as_str()).version(version).source(registry.unwrap_or(source));
            reading.entries.push(entry.hashes(sum).at(node.line).direct(direct.contains(key)).needs(needs));
        }
        Ok(reading)
    }
}

/// `@scope/name@git+https://user@host/x` -> name and the rest: the first `@` behind the scope.
fn parted(identity: &str) -> (&str, &str) {
    let start = usize::from(identity.starts_with('@'));
    match identity.get(start..).and_then(|rest| rest.find('@')) {
        Some(at) => (identity.get(..start + at).unwrap_or(identity), identity.get(start + at + 1..).unwrap_or("")),
        None => name_and_version(identity),
    }
}
