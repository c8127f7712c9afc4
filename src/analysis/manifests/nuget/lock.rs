//! `packages.lock.json`: what a .NET project resolved, for each framework it is built for.

use std::collections::HashSet;

use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::analysis::manifests::{edition, twice};
use crate::model::dependency::Ecosystem;

/// `packages.lock.json`.
pub struct NugetLock;

impl Format for NugetLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Nuget
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "packages.lock.json" || (name.starts_with("packages.") && name.ends_with(".lock.json"))
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Json)?;
        let mut seen = HashSet::new();
        let mut reading = Reading::default();
        twice::tell(&root, &mut reading);
        edition::tell(&root.get("version").map(Node::scalar).unwrap_or_default(), 2, &mut reading);
        for (_, packages) in root.get("dependencies").into_iter().flat_map(Node::entries) {
            for (name, node) in packages.entries() {
                let field = |key: &str| node.get(key).map(Node::scalar).unwrap_or_default();
                let kind = field("type");
                // A project of this repository is no package, and one package serves several frameworks.
                if kind == "Project" || !seen.insert((name.to_lowercase(), field("resolved"))) {
                    continue;
                }
                let needs = node.get("dependencies").into_iter().flat_map(Node::entries).map(|(name, _)| name.to_lowercase());
                let entry = Entry::folded(Ecosystem::Nuget, name, "").version(field("resolved")).needs(needs).direct(kind == "Direct");
                let sum = field("contentHash");
                let line = node.get("resolved").map_or(node.line, |node| node.line);
                reading.entries.push(entry.hashes((!sum.is_empty()).then(|| format!("sha512:{sum}"))).at(line));
            }
        }
        Ok(reading)
    }
}
