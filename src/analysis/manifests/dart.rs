//! Dart and Flutter: `pubspec.yaml` and `pubspec.lock`.

use super::edition;
use super::format::{Entry, Format, Kind, Reading};
use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `pubspec.yaml`.
pub struct Pubspec;

/// `pubspec.lock`.
pub struct PubspecLock;

impl Format for Pubspec {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Pub
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        matches!(name, "pubspec.yaml" | "pubspec.yml" | "pubspec_overrides.yaml")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Yaml)?;
        let mut reading = Reading::default();
        let tables = [("dependencies", Scope::Runtime), ("dev_dependencies", Scope::Dev), ("dependency_overrides", Scope::Runtime)];
        for (table, scope) in tables {
            for (name, value) in root.get(table).into_iter().flat_map(Node::entries) {
                let version = value.get("version").unwrap_or(value).scalar();
                let version = if version == "any" { String::new() } else { version };
                let entry = Entry::new(Ecosystem::Pub, name.as_str(), table).version(version).source(asked(value)).scope(scope);
                let line = value.get("version").map_or(value.key, |node| node.line);
                reading.entries.push(entry.at(line).direct(table != "dependency_overrides"));
            }
        }
        Ok(reading)
    }
}

fn asked(value: &Node) -> PackageSource {
    let text = |keys: &[&str]| value.at(keys).and_then(Node::text);
    if let Some(url) = text(&["git"]).or_else(|| text(&["git", "url"])) {
        return PackageSource::Git { url: url.to_owned(), rev: text(&["git", "ref"]).unwrap_or("").to_owned() };
    }
    if let Some(path) = text(&["path"]) {
        return PackageSource::Path(path.to_owned());
    }
    // What comes with the framework is no package of its own.
    if value.get("sdk").is_some() {
        return PackageSource::Path(String::new());
    }
    hosted(text(&["hosted", "url"]).or_else(|| text(&["hosted"]).filter(|name| name.contains("://"))))
}

fn hosted(url: Option<&str>) -> PackageSource {
    match url.map(|url| url.trim_end_matches('/')) {
        None | Some("https://pub.dev" | "https://pub.dartlang.org" | "https://pub.flutter-io.cn") => PackageSource::DefaultRegistry,
        Some(url) => PackageSource::Registry(url.to_owned()),
    }
}

impl Format for PubspecLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Pub
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "pubspec.lock"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Yaml)?;
        let entries = root.get("packages").into_iter().flat_map(Node::entries).map(|(name, node)| {
            let text = |keys: &[&str]| node.at(keys).and_then(Node::text);
            let source = match text(&["source"]).unwrap_or("hosted") {
                "git" => PackageSource::Git {
                    url: text(&["description", "url"]).unwrap_or("").to_owned(),
                    rev: text(&["description", "resolved-ref"]).unwrap_or("").to_owned(),
                },
                "path" => PackageSource::Path(text(&["description", "path"]).unwrap_or("").to_owned()),
                "sdk" => PackageSource::Path(String::new()),
                _ => hosted(text(&["description", "url"])),
            };
            let version = node.get("version");
            let kind = node.get("dependency").map(Node::scalar).unwrap_or_default();
            let sum = text(&["description", "sha256"]).map(|sum| format!("sha256:{sum}"));
            let entry = Entry::new(Ecosystem::Pub, name.as_str(), "").version(version.map(Node::scalar).unwrap_or_default());
            let entry = entry.source(source).hashes(sum).direct(kind.starts_with("direct"));
            let scope = if kind == "direct dev" { Scope::Dev } else { Scope::Runtime };
            entry.scope(scope).at(version.map_or(node.key, |node| node.line))
        });
        let mut reading = Reading { entries: entries.collect(), ..Reading::default() };
        edition::parts(&root, &["packages", "sdks", "sdk"], &mut reading);
        Ok(reading)
    }
}
