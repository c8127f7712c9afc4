//! Gradle's version catalogs: `libs.versions.toml`.

use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::model::dependency::{Ecosystem, Scope};

/// `libs.versions.toml`.
pub struct Catalog;

impl Format for Catalog {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Maven
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name.ends_with(".versions.toml")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Toml)?;
        let mut reading = Reading::default();
        for (table, key, scope) in [("libraries", "module", Scope::Runtime), ("plugins", "id", Scope::Build)] {
            for (alias, node) in root.get(table).into_iter().flat_map(Node::entries) {
                let Some((name, short)) = named(node, key) else { continue };
                let (version, line) = version(node, &root).unwrap_or((short, node.line));
                let entry = Entry::new(Ecosystem::Maven, name, format!("{table}.{alias}")).version(version).scope(scope);
                reading.entries.push(entry.at(line).direct(true));
            }
        }
        Ok(reading)
    }
}

/// The name, and the version where both are one text.
fn named(node: &Node, key: &str) -> Option<(String, String)> {
    if let Some(text) = node.text() {
        let (name, version) = text.rsplit_once(':')?;
        return Some((name.to_owned(), version.to_owned()));
    }
    let field = |key: &str| node.get(key).and_then(Node::text);
    let name = field(key).map(str::to_owned).or_else(|| Some(format!("{}:{}", field("group")?, field("name")?)))?;
    Some((name, "managed".to_owned()))
}

/// The version and the line it stands on, also where it stands in the table of versions.
fn version(node: &Node, root: &Node) -> Option<(String, usize)> {
    let own = node.get("version")?;
    let node = match own.get("ref") {
        Some(name) => root.at(&["versions", &name.scalar()])?,
        None => own,
    };
    let rich = ["strictly", "require", "prefer"].iter().find_map(|key| node.get(key));
    let told = rich.unwrap_or(node);
    Some((told.scalar(), told.line))
}
