//! `poetry.lock`, `uv.lock` and `pdm.lock`: a list of packages with source and checksums each.

use std::collections::{HashMap, HashSet};

use super::normalised;
use crate::analysis::document::node::{Node, Value};
use crate::analysis::document::toml_tree;
use crate::analysis::manifests::edition;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading, number};
use crate::analysis::manifests::place::host;
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `poetry.lock`, `uv.lock` or `pdm.lock`.
pub struct PythonLock;

const DEFAULT: [&str; 2] = ["https://pypi.org/simple", "https://pypi.python.org/simple"];

impl Format for PythonLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Pypi
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        matches!(name, "poetry.lock" | "uv.lock" | "pdm.lock")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let list = toml_tree::listed(text, "package")?;
        let root = &list.root;
        let old_files = root.at(&["metadata", "files"]).map(Node::entries).unwrap_or_default();
        let old_files: HashMap<&str, &Node> = old_files.iter().map(|(name, files)| (name.as_str(), files)).collect();
        // uv locks the project itself, too; what it needs is asked for by the project.
        let mut direct: HashSet<String> = HashSet::new();
        let mut reading = Reading { tells_scripts: true, ..Reading::default() };
        let said = |keys: &[&str]| root.at(keys).map(Node::scalar).unwrap_or_default();
        // uv numbers its form at the top; Poetry is at 2.1 and PDM at 4.5, in tables of their own names for it.
        edition::tell(&said(&["version"]), 1, &mut reading);
        edition::tell(&said(&["metadata", "lock-version"]), 2, &mut reading);
        edition::tell(&said(&["metadata", "lock_version"]), 4, &mut reading);
        // PDM writes a package once more for each set of its extras, with what they need.
        let (mut known, repeats): (HashMap<(String, String), usize>, bool) = (HashMap::new(), text.contains("\nextras"));
        list.each(|package| {
            let needs = needs(package);
            if is_own(package) {
                direct.extend(needs.iter().cloned());
            }
            let Some(entry) = locked(package, &old_files) else { return };
            let at = || (entry.dependency.name.clone(), entry.dependency.version.clone());
            match known.get(&at()).copied().filter(|_| package.get("extras").is_some()) {
                Some(first) => reading.entries[first].needs.extend(needs),
                None => {
                    if repeats {
                        known.insert(at(), reading.entries.len());
                    }
                    reading.entries.push(if is_own(package) { entry } else { entry.needs(needs) });
                }
            }
        })?;
        reading.entries.iter_mut().for_each(|entry| entry.dependency.direct = direct.contains(&entry.dependency.name));
        Ok(reading)
    }
}

fn locked(package: &Node, old_files: &HashMap<&str, &Node>) -> Option<Entry> {
    let name = package.get("name").and_then(Node::text)?;
    let mut entry = Entry::new(Ecosystem::Pypi, normalised(name), "");
    let dependency = &mut entry.dependency;
    package.get("version").and_then(Node::text).unwrap_or("").clone_into(&mut dependency.version);
    dependency.source = source(package);
    dependency.hashes = hashes(package, old_files.get(name).copied());
    dependency.line = number(package.get("version").map_or(package.line, |node| node.line));
    dependency.scope = scope(package);
    dependency.installs_code = is_built(package, old_files.get(name).copied());
    Some(entry)
}

/// The project itself, or a member of its workspace.
fn is_own(package: &Node) -> bool {
    ["editable", "virtual"].iter().any(|key| package.at(&["source", key]).is_some())
}

/// What a package needs, with its extras and groups.
fn needs(package: &Node) -> Vec<String> {
    let groups = ["optional-dependencies", "dev-dependencies"].iter().filter_map(|key| package.get(key));
    let groups = groups.flat_map(Node::entries).map(|(_, group)| group);
    package.get("dependencies").into_iter().chain(groups).flat_map(names).collect()
}

/// The names in a list of tables (uv) or of texts (pdm), or in one table (poetry).
fn names(list: &Node) -> Vec<String> {
    let listed = list.items().iter().filter_map(|item| item.get("name").and_then(Node::text).or_else(|| item.text()));
    let listed = listed.map(|text| {
        let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.')).unwrap_or(text.len());
        normalised(text.get(..end).unwrap_or(text))
    });
    listed.chain(list.entries().iter().map(|(name, _)| normalised(name))).collect()
}

/// What a package is there for, where the form of the file says it: Poetry and PDM name the groups that lead to it.
fn scope(package: &Node) -> Scope {
    let is_true = |key: &str| package.get(key).is_some_and(|node| node.value == Value::Bool(true));
    let groups = package.get("groups").map(Node::texts).unwrap_or_default();
    let dev = !groups.is_empty() && !groups.iter().any(|group| group == "main" || group == "default");
    if dev || package.get("category").and_then(Node::text) == Some("dev") {
        return Scope::Dev;
    }
    if is_true("optional") { Scope::Optional } else { Scope::Runtime }
}

fn source(package: &Node) -> PackageSource {
    // pdm writes the source into the package itself.
    let node = package.get("source").unwrap_or(package);
    let text = |key: &str| node.get(key).and_then(Node::text);
    let kind = text("type").unwrap_or("");
    if let Some(url) = text("git").or_else(|| text("url").filter(|_| kind == "git")) {
        let rev = text("resolved_reference").or_else(|| text("revision")).or_else(|| text("reference"));
        let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
        let url = url.split('?').next().unwrap_or(url);
        return PackageSource::Git { url: url.to_owned(), rev: rev.unwrap_or(fragment).to_owned() };
    }
    if let Some(path) = ["path", "editable", "virtual", "directory"].iter().find_map(|key| text(key)) {
        return PackageSource::Path(path.to_owned());
    }
    match (kind, text("registry"), text("url")) {
        ("directory" | "file", _, Some(url)) => PackageSource::Path(url.to_owned()),
        ("legacy", _, Some(url)) | (_, Some(url), _) if !DEFAULT.contains(&url.trim_end_matches('/')) => {
            PackageSource::Registry(url.to_owned())
        }
        ("legacy", ..) | (_, Some(_), _) | (_, _, None) => elsewhere(package).unwrap_or(PackageSource::DefaultRegistry),
        (_, None, Some(url)) => PackageSource::Url(url.to_owned()),
    }
}

/// The address of a file that is not where the index keeps its files, whatever is said of the index.
pub(super) fn elsewhere(package: &Node) -> Option<PackageSource> {
    const FILES: [&str; 2] = ["files.pythonhosted.org", "pypi.org"];
    let files = ["wheels", "files"].iter().filter_map(|key| package.get(key)).flat_map(Node::items).chain(package.get("sdist"));
    let mut urls = files.filter_map(|file| file.get("url").and_then(Node::text)).filter(|url| url.contains("://"));
    urls.find(|url| !FILES.contains(&host(url))).map(|url| PackageSource::Url(url.to_owned()))
}

/// Whether there are files of it and all are sources: whoever installs it runs what builds it.
fn is_built(package: &Node, old: Option<&Node>) -> bool {
    let lists = [package.get("files"), package.get("wheels"), old].into_iter().flatten().flat_map(Node::items);
    let name =
        |file: &Node| ["file", "filename", "url", "path"].iter().find_map(|key| file.get(key).and_then(Node::text).map(str::to_owned));
    let mut names = lists.chain(package.get("sdist")).filter_map(name).peekable();
    names.peek().is_some() && names.all(|name| !name.split(['#', '?']).next().unwrap_or(&name).ends_with(".whl"))
}

fn hashes(package: &Node, old: Option<&Node>) -> Vec<String> {
    let lists = [package.get("files"), package.get("wheels"), old].into_iter().flatten().flat_map(Node::items);
    let files = lists.chain(package.get("sdist"));
    let mut hashes: Vec<String> = files.filter_map(|file| file.get("hash").and_then(Node::text)).map(str::to_owned).collect();
    hashes.sort_unstable();
    hashes
}
