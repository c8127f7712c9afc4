//! PHP: `composer.json` and `composer.lock`.

use super::format::{Entry, Format, Kind, Origin, Reading};
use super::place::host;
use super::{edition, twice};
use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `composer.json`.
pub struct ComposerJson;

/// `composer.lock`.
pub struct ComposerLock;

/// Where the packages Packagist lists are fetched from.
const FORGES: [&str; 6] = ["api.github.com", "codeload.github.com", "github.com", "gitlab.com", "bitbucket.org", "api.bitbucket.org"];

/// What Composer writes into its lock file, in any version.
const PARTS: [&str; 14] = [
    "_readme",
    "hash",
    "content-hash",
    "packages",
    "packages-dev",
    "aliases",
    "minimum-stability",
    "stability-flags",
    "prefer-stable",
    "prefer-lowest",
    "platform",
    "platform-dev",
    "platform-overrides",
    "plugin-api-version",
];

impl Format for ComposerJson {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Composer
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "composer.json"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Json)?;
        let mut reading = Reading::default();
        twice::tell(&root, &mut reading);
        for (table, scope) in [("require", Scope::Runtime), ("require-dev", Scope::Dev)] {
            let packages = root.get(table).into_iter().flat_map(Node::entries).filter(|(name, _)| is_package(name));
            let entries = packages.map(|(name, version)| {
                Entry::folded(Ecosystem::Composer, name, table).version(version.scalar()).scope(scope).at(version.line).direct(true)
            });
            reading.entries.extend(entries);
        }
        let listed = root.get("repositories").map(|node| node.items().iter().chain(node.entries().iter().map(|(_, node)| node)));
        for repository in listed.into_iter().flatten() {
            let kind = repository.get("type").map(Node::scalar).unwrap_or_default();
            if let Some(url) = repository.get("url").filter(|url| kind != "path" && host(&url.scalar()) != "packagist.org") {
                reading.origins.push(Origin::new("repositories", url.scalar(), url.line));
            }
        }
        Ok(reading)
    }
}

/// PHP itself and what is built into it are no packages.
fn is_package(name: &str) -> bool {
    name.contains('/')
}

impl Format for ComposerLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Composer
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "composer.lock"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Json)?;
        let mut reading = Reading { tells_scripts: true, ..Reading::default() };
        twice::tell(&root, &mut reading);
        edition::tell(&root.get("plugin-api-version").map(Node::scalar).unwrap_or_default(), 2, &mut reading);
        edition::parts(&root, &PARTS, &mut reading);
        for (table, scope) in [("packages", Scope::Runtime), ("packages-dev", Scope::Dev)] {
            for package in root.get(table).into_iter().flat_map(Node::items) {
                let Some(name) = package.get("name").and_then(Node::text) else { continue };
                let version = package.get("version");
                let needs = package.get("require").into_iter().flat_map(Node::entries).map(|(name, _)| name.to_lowercase());
                let entry = Entry::folded(Ecosystem::Composer, name, "").needs(needs).scope(scope);
                let text = version.map(Node::scalar).unwrap_or_default();
                let mut entry = pinned(entry, package, text.trim_start_matches('v'));
                // Composer itself loads them while it installs the others.
                let kind = package.get("type").map(Node::scalar).unwrap_or_default();
                entry.dependency.installs_code = matches!(kind.as_str(), "composer-plugin" | "composer-installer");
                entry.home = package.at(&["source", "url"]).map(Node::scalar).unwrap_or_default();
                reading.entries.push(entry.source(source(package)).at(version.map_or(package.line, |node| node.line)));
            }
        }
        Ok(reading)
    }
}

/// The version, and what it was fetched by: the commit of a release never moves, that of a branch does.
fn pinned(entry: Entry, package: &Node, version: &str) -> Entry {
    let told = |keys: &[&str]| package.at(keys).and_then(Node::text).filter(|text| !text.is_empty());
    let commit = told(&["source", "reference"]).or_else(|| told(&["dist", "reference"])).unwrap_or("");
    if version.starts_with("dev-") || version.ends_with("-dev") {
        return entry.version(format!("{version}#{commit}")).hashes([format!("git:{commit}")]);
    }
    let sums = told(&["dist", "shasum"]).map(|sum| format!("sha1:{sum}"));
    let commit = (!commit.is_empty()).then(|| format!("git:{commit}"));
    entry.version(version).hashes(sums.into_iter().chain(commit))
}

fn source(package: &Node) -> PackageSource {
    let told = |keys: &[&str]| package.at(keys).and_then(Node::text);
    let listed = told(&["notification-url"]).is_some_and(|url| url.contains("://packagist.org/"));
    let dist = told(&["dist", "url"]).unwrap_or("");
    if told(&["dist", "type"]) == Some("path") {
        return PackageSource::Path(dist.to_owned());
    }
    if dist.contains("://") && !FORGES.contains(&host(dist)) {
        let own = told(&["notification-url"]).filter(|_| !listed);
        return own.map_or_else(|| PackageSource::Url(dist.to_owned()), |url| PackageSource::Registry(url.to_owned()));
    }
    match told(&["source", "url"]) {
        Some(url) if !listed => PackageSource::Git { url: url.to_owned(), rev: told(&["source", "reference"]).unwrap_or("").to_owned() },
        _ => PackageSource::DefaultRegistry,
    }
}
