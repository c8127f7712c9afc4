//! `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3, in one pass over the text.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::name_and_version;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::analysis::manifests::{edition, twice};
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `package-lock.json`.
pub struct PackageLock;

/// Said of a package that lies within another and is not fetched by itself.
pub const BUNDLED: &str = "comes within another package";

/// What packages need that hold native code or compile it when they are installed.
const NATIVE: [&str; 8] =
    ["node-gyp", "node-gyp-build", "node-addon-api", "prebuild-install", "@mapbox/node-pre-gyp", "node-pre-gyp", "bindings", "cmake-js"];

/// npm nests folders no deeper than this; serde_json stops at 128 by itself.
const DEEPEST: usize = 48;

impl Format for PackageLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Npm
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        matches!(name, "package-lock.json" | "npm-shrinkwrap.json")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let file: File = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut lines = Lines { text, at: 0, line: 1, lost: false };
        let mut reading = Reading { tells_scripts: file.packages.is_some(), ..Reading::default() };
        edition::tell(&file.lockfile_version.map(|version| version.to_string()).unwrap_or_default(), 3, &mut reading);
        if let Some(packages) = &file.packages {
            flat(packages, &mut lines, &mut reading);
            return Ok(reading);
        }
        // Version 2 says everything twice; only version 1 has nothing but the nested form.
        let file: OldFile = serde_json::from_str(text).map_err(|error| error.to_string())?;
        nested(&file.dependencies.unwrap_or_default(), "", &mut lines, &mut reading, 0);
        Ok(reading)
    }
}

fn flat(packages: &Pairs<Package>, lines: &mut Lines<'_>, reading: &mut Reading) {
    let root: HashSet<&str> = packages.0.iter().filter(|(path, _)| path.is_empty()).flat_map(|(_, package)| package.asked()).collect();
    // A folder that the project asks for stands between it and what the folder needs; members of the workspace are the project.
    let linked: HashMap<&str, &Package> = packages.0.iter().map(|(path, package)| (path.as_str(), package)).collect();
    let links = packages.0.iter().filter_map(|(path, package)| {
        let folder = path.strip_prefix("node_modules/").filter(|folder| package.link && root.contains(folder))?;
        package.target().map(|target| (folder, target))
    });
    let links: HashMap<&str, &str> = links.collect();
    let between: HashSet<&str> = links.values().copied().collect();
    let own = packages.0.iter().filter(|(path, _)| !path.contains("node_modules/") && !between.contains(path.as_str()));
    let direct: HashSet<&str> = own.flat_map(|(_, package)| package.asked()).collect();
    let paths: HashSet<&str> = packages.0.iter().map(|(path, _)| path.as_str()).collect();
    let mut seen = HashSet::new();
    for (path, package) in &packages.0 {
        let line = lines.of(path);
        if !seen.insert(path.as_str()) {
            twice::tell_one((line as usize).saturating_sub(1), path, reading);
        }
        let Some((_, folder)) = path.rsplit_once("node_modules/") else { continue };
        let peers = package.peer_dependencies.iter().flat_map(|peers| &peers.0);
        reading.peers.extend(peers.map(|(name, _)| name.to_string()));
        if package.link {
            let Some(target) = links.get(folder) else { continue };
            let needs = linked.get(target).into_iter().flat_map(|package| package.needs());
            let needs: Vec<String> = needs.filter_map(|need| installed(&paths, target, need)).collect();
            let entry = Entry::new(Ecosystem::Npm, folder, path.as_str()).source(PackageSource::Path((*target).to_owned()));
            let line = usize::try_from(line).unwrap_or(0);
            reading.entries.push(if line > 0 { entry.at(line - 1) } else { entry }.direct(true).needs(needs));
            continue;
        }
        let name = package.name.as_deref().unwrap_or(folder);
        let top = path.len() == "node_modules/".len() + folder.len();
        let entry = package.entry(name, path, line).direct(top && direct.contains(folder));
        reading.entries.push(entry.needs(package.needs().filter_map(|need| installed(&paths, path, need))));
    }
}

/// Where the package at `path` finds `name`: in its own folder or in one above it.
fn installed(paths: &HashSet<&str>, path: &str, name: &str) -> Option<String> {
    let mut above = path;
    for _ in 0..DEEPEST {
        let place = if above.is_empty() { format!("node_modules/{name}") } else { format!("{above}/node_modules/{name}") };
        if paths.contains(place.as_str()) {
            return Some(place);
        }
        if above.is_empty() {
            return None;
        }
        above = above.rfind("/node_modules/").and_then(|at| above.get(..at)).unwrap_or("");
    }
    None
}

fn nested(packages: &Pairs<OldPackage>, above: &str, lines: &mut Lines<'_>, reading: &mut Reading, depth: usize) {
    let mut seen = HashSet::new();
    for (name, package) in &packages.0 {
        let path = format!("{above}/{name}");
        let line = lines.of(name);
        if !seen.insert(name.as_str()) {
            twice::tell_one((line as usize).saturating_sub(1), name, reading);
        }
        let needs = package.requires.iter().flat_map(Required::names).map(str::to_owned);
        reading.entries.push(package.entry(name, &path, line).needs(needs));
        if let Some(inner) = package.dependencies.as_ref().filter(|_| depth < DEEPEST) {
            nested(inner, &path, lines, reading, depth + 1);
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    lockfile_version: Option<serde_json::Number>,
    packages: Option<Pairs<Package>>,
}

#[derive(Deserialize)]
struct OldFile {
    dependencies: Option<Pairs<OldPackage>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Package {
    name: Option<String>,
    version: Option<String>,
    resolved: Option<Resolved>,
    integrity: Option<String>,
    #[serde(default)]
    has_install_script: bool,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    link: bool,
    #[serde(default)]
    in_bundle: bool,
    dependencies: Option<Pairs<IgnoredAny>>,
    dev_dependencies: Option<Pairs<IgnoredAny>>,
    optional_dependencies: Option<Pairs<IgnoredAny>>,
    peer_dependencies: Option<Pairs<IgnoredAny>>,
}

#[derive(Deserialize)]
struct OldPackage {
    version: Option<String>,
    resolved: Option<Resolved>,
    integrity: Option<String>,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    bundled: bool,
    requires: Option<Required>,
    dependencies: Option<Pairs<OldPackage>>,
}

/// What a package needs; old versions of npm write `true` where they do not say.
#[derive(Deserialize)]
#[serde(untagged)]
enum Required {
    Named(Pairs<IgnoredAny>),
    Other(IgnoredAny),
}

impl Required {
    fn names(&self) -> impl Iterator<Item = &str> {
        let pairs = match self {
            Self::Named(pairs) => pairs.0.as_slice(),
            Self::Other(_) => &[],
        };
        pairs.iter().map(|(name, _)| name.as_str())
    }
}

/// npm writes `false` for packages it bundles.
#[derive(Deserialize)]
#[serde(untagged)]
enum Resolved {
    At(String),
    Other(IgnoredAny),
}

impl OldPackage {
    fn entry(&self, name: &str, slot: &str, line: u32) -> Entry {
        let (said, sums) = (self.version.as_deref().unwrap_or(""), self.integrity.as_deref());
        let aliased = said.strip_prefix("npm:").map(name_and_version).filter(|(real, _)| !real.is_empty());
        let (real, version) = aliased.unwrap_or((name, said));
        let version = Some(version).filter(|version| !is_address(version)).unwrap_or_else(|| filed(said, name));
        let (resolved, address) = (self.resolved.as_ref(), is_address(said).then_some(said));
        let said = Said { version: Some(version), address, resolved, sums, scripts: false, dev: self.dev, optional: self.optional };
        let entry = said.entry(real, slot, line);
        let entry = if self.bundled { entry.note(BUNDLED) } else { entry };
        if real == name { entry } else { entry.note(format!("used under the name {name}")) }
    }
}

/// Whether version 1 wrote an address where others write a version, as it does for what is not from a registry.
fn is_address(version: &str) -> bool {
    version.contains("://") || ["file:", "github:", "git@"].iter().any(|scheme| version.starts_with(scheme))
}

/// The version in the name of a registry's file: `https://host/@scope/name/-/name-1.0.0.tgz` -> `1.0.0`.
fn filed<'a>(address: &'a str, name: &str) -> &'a str {
    let bare = name.rsplit('/').next().unwrap_or(name);
    let file = address.rsplit_once("/-/").map_or("", |(_, file)| file);
    let version = file.strip_prefix(bare).and_then(|rest| rest.strip_prefix('-'));
    version.and_then(|rest| rest.strip_suffix(".tgz")).unwrap_or("")
}

impl Package {
    /// The folder that a link leads to.
    fn target(&self) -> Option<&str> {
        match &self.resolved {
            Some(Resolved::At(target)) => Some(target),
            _ => None,
        }
    }

    /// Names this package asks for itself.
    fn asked(&self) -> impl Iterator<Item = &str> {
        [&self.dependencies, &self.dev_dependencies, &self.optional_dependencies, &self.peer_dependencies]
            .into_iter()
            .flatten()
            .flat_map(|pairs| pairs.0.iter().map(|(name, _)| name.as_str()))
    }

    /// Names it needs itself when it runs.
    fn needs(&self) -> impl Iterator<Item = &str> {
        let tables = [&self.dependencies, &self.optional_dependencies].into_iter().flatten();
        tables.flat_map(|pairs| pairs.0.iter().map(|(name, _)| name.as_str()))
    }

    fn entry(&self, name: &str, slot: &str, line: u32) -> Entry {
        let (version, sums) = (self.version.as_deref(), self.integrity.as_deref());
        let (dev, optional, scripts) = (self.dev, self.optional, self.has_install_script);
        let entry = Said { version, address: None, resolved: self.resolved.as_ref(), sums, scripts, dev, optional }.entry(name, slot, line);
        let entry = if self.in_bundle { entry.note(BUNDLED) } else { entry };
        match self.needs().find(|need| NATIVE.contains(need)) {
            Some(tool) => entry.note(format!("holds or builds native code ({tool})")),
            None => entry,
        }
    }
}

/// What every version of the format says of a package.
struct Said<'p> {
    version: Option<&'p str>,
    /// Where it is from, said in place of its version.
    address: Option<&'p str>,
    resolved: Option<&'p Resolved>,
    sums: Option<&'p str>,
    scripts: bool,
    dev: bool,
    optional: bool,
}

impl Said<'_> {
    fn entry(&self, name: &str, slot: &str, line: u32) -> Entry {
        let mut entry = Entry::new(Ecosystem::Npm, name, slot);
        let resolved = match self.resolved {
            Some(Resolved::At(address)) => Some(address.as_str()),
            _ => None,
        };
        let version = self.version.unwrap_or("");
        let dependency = &mut entry.dependency;
        version.clone_into(&mut dependency.version);
        dependency.source = source(resolved.or(self.address).unwrap_or(""));
        dependency.hashes = self.sums.unwrap_or("").split_whitespace().map(str::to_owned).collect();
        dependency.hashes.sort_unstable();
        dependency.installs_code = self.scripts;
        dependency.scope = match (self.dev, self.optional) {
            (true, _) => Scope::Dev,
            (_, true) => Scope::Optional,
            _ => Scope::Runtime,
        };
        dependency.line = line;
        entry
    }
}

pub(super) fn source(resolved: &str) -> PackageSource {
    const DEFAULT: [&str; 2] = ["https://registry.npmjs.org/", "https://registry.yarnpkg.com/"];
    if resolved.is_empty() || DEFAULT.iter().any(|registry| resolved.starts_with(registry)) {
        return PackageSource::DefaultRegistry;
    }
    if let Some(git) = ["git+", "git:", "ssh:"].iter().any(|scheme| resolved.starts_with(scheme)).then_some(resolved) {
        let (url, rev) = git.split_once('#').unwrap_or((git, ""));
        return PackageSource::Git { url: url.trim_start_matches("git+").to_owned(), rev: rev.to_owned() };
    }
    if let Some(repository) = resolved.strip_prefix("github:") {
        let (repository, rev) = repository.split_once('#').unwrap_or((repository, ""));
        return PackageSource::Git { url: format!("https://github.com/{repository}"), rev: rev.to_owned() };
    }
    if let Some(path) = resolved.strip_prefix("file:") {
        return PackageSource::Path(path.to_owned());
    }
    match resolved.split_once("/-/") {
        Some((package, _)) => PackageSource::Registry(registry(package).to_owned()),
        None if resolved.contains("://") => PackageSource::Url(resolved.to_owned()),
        None => PackageSource::Path(resolved.to_owned()),
    }
}

/// `http://host/repo/@scope/name` -> `http://host`: one registry is one host here, whatever the path.
fn registry(package: &str) -> &str {
    let start = package.find("://").map_or(0, |at| at + 3);
    let end = package.get(start..).and_then(|rest| rest.find('/')).map_or(package.len(), |at| start + at);
    package.get(..end).unwrap_or(package)
}

/// The pairs of a map in the order of the file, also where a key stands twice.
struct Pairs<T>(Vec<(String, T)>);

impl<T> Default for Pairs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(std::marker::PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for Reader<T> {
            type Value = Pairs<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of packages")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<T>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Reader(std::marker::PhantomData))
    }
}

/// Finds the lines of keys that are asked for in the order of the file, without reading the text twice.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    lost: bool,
}

impl Lines<'_> {
    /// The line of the next key called `key`, from 1; 0 from the first one that is not found as written.
    fn of(&mut self, key: &str) -> u32 {
        let rest = self.text.get(self.at..).unwrap_or("");
        let found = if self.lost { None } else { rest.find(&format!("\"{key}\":")) };
        let Some(found) = found else {
            self.lost = true;
            return 0;
        };
        let passed = rest.as_bytes().iter().take(found).filter(|byte| **byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(passed).unwrap_or(u32::MAX));
        // Behind the quote: where a key stands twice, the second one is the next.
        self.at += found + 1;
        self.line
    }
}
