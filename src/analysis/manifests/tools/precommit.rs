//! `.pre-commit-config.yaml`: repositories of hooks at their revisions, and what hooks install besides.

use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::analysis::manifests::pypi::requirement;
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `.pre-commit-config.yaml`.
pub struct PreCommit;

impl Format for PreCommit {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::PreCommit
    }

    fn kind(&self) -> Kind {
        Kind::Tools
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        matches!(name, ".pre-commit-config.yaml" | ".pre-commit-config.yml")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Yaml)?;
        let mut entries = Vec::new();
        for node in root.get("repos").into_iter().flat_map(Node::items) {
            let Some(url) = node.get("repo").and_then(Node::text).filter(|url| !matches!(*url, "local" | "meta" | "builtin")) else {
                continue;
            };
            let rev = node.get("rev");
            let version = rev.map(Node::scalar).unwrap_or_default();
            let line = rev.map_or(node.line, |rev| rev.line);
            entries.push(repository(url, &version).version(version).at(line).direct(true).scope(Scope::Dev));
        }
        for item in root.get("repos").into_iter().flat_map(Node::items).filter_map(|node| node.get("hooks")).flat_map(Node::items) {
            for more in item.get("additional_dependencies").into_iter().flat_map(Node::items) {
                let text = more.scalar();
                // Hooks in other languages name packages of theirs, which nothing here tells.
                let entry = requirement(&text, "additional_dependencies").filter(|_| !text.contains('@') || text.contains("://"));
                entries.extend(entry.map(|entry| entry.at(more.line).scope(Scope::Dev)));
            }
        }
        Ok(Reading { entries: super::once(entries), ..Reading::default() })
    }
}

/// One on a public forge is named by its address.
fn repository(url: &str, rev: &str) -> Entry {
    let name = url.trim_end_matches('/').trim_end_matches(".git").to_lowercase();
    match ["https://github.com/", "https://gitlab.com/", "https://codeberg.org/"].iter().any(|forge| name.starts_with(forge)) {
        true => Entry::new(Ecosystem::PreCommit, name.trim_start_matches("https://"), "repos"),
        false => Entry::new(Ecosystem::PreCommit, name, "repos").source(PackageSource::Git { url: url.to_owned(), rev: rev.to_owned() }),
    }
}
