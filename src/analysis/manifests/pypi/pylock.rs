//! `pylock.toml` (PEP 751), the lock file every Python tool may write.

use super::lock::elsewhere;
use super::{normalised, remote};
use crate::analysis::document::node::Node;
use crate::analysis::document::toml_tree;
use crate::analysis::manifests::edition;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::model::dependency::{Ecosystem, PackageSource};

/// `pylock.toml` or `pylock.NAME.toml`.
pub struct Pylock;

impl Format for Pylock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Pypi
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "pylock.toml" || (name.starts_with("pylock.") && name.ends_with(".toml"))
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let list = toml_tree::listed(text, "packages")?;
        let mut reading = Reading::default();
        list.each(|package| reading.entries.extend(locked(package)))?;
        edition::tell(&list.root.get("lock-version").map(Node::scalar).unwrap_or_default(), 1, &mut reading);
        Ok(reading)
    }
}

fn locked(package: &Node) -> Option<Entry> {
    let name = package.get("name").and_then(Node::text)?;
    let version = package.get("version");
    let needs = package.get("dependencies").into_iter().flat_map(Node::items);
    let needs = needs.filter_map(|need| need.get("name").and_then(Node::text)).map(normalised).collect::<Vec<_>>();
    let entry = Entry::new(Ecosystem::Pypi, normalised(name), "").version(version.map(Node::scalar).unwrap_or_default());
    Some(entry.source(source(package)).hashes(hashes(package)).at(version.map_or(package.line, |node| node.line)).needs(needs))
}

fn source(package: &Node) -> PackageSource {
    let text = |keys: &[&str]| package.at(keys).and_then(Node::text);
    if let Some(url) = text(&["vcs", "url"]) {
        let rev = text(&["vcs", "commit-id"]).or_else(|| text(&["vcs", "requested-revision"])).unwrap_or("");
        return PackageSource::Git { url: url.trim_start_matches("git+").to_owned(), rev: rev.to_owned() };
    }
    if let Some(path) = text(&["directory", "path"]).or_else(|| text(&["archive", "path"])) {
        return PackageSource::Path(path.to_owned());
    }
    if let Some(url) = text(&["archive", "url"]) {
        return remote(url);
    }
    match text(&["index"]) {
        Some(index) if !index.contains("://pypi.org/") => PackageSource::Registry(index.to_owned()),
        _ => elsewhere(package).unwrap_or(PackageSource::DefaultRegistry),
    }
}

fn hashes(package: &Node) -> Vec<String> {
    let files = package.get("wheels").into_iter().flat_map(Node::items).chain(package.get("sdist")).chain(package.get("archive"));
    let sums = files.filter_map(|file| file.get("hashes")).flat_map(Node::entries);
    sums.map(|(algorithm, sum)| format!("{algorithm}:{}", sum.scalar())).collect()
}
