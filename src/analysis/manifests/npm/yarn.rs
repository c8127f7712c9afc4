//! `yarn.lock`, versions 1 and berry: one grammar of keys and indented values, which is yarn's own.

use std::collections::{HashMap, HashSet};

use super::lock::source;
use super::name_and_version;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading, shown};
use crate::analysis::manifests::{edition, twice};
use crate::model::dependency::{Ecosystem, PackageSource};

/// `yarn.lock`.
pub struct YarnLock;

impl Format for YarnLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Npm
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "yarn.lock"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let blocks = blocks(text)?;
        let mut resolved: HashMap<String, String> = HashMap::new();
        for block in &blocks {
            let name = block.name();
            for descriptor in &block.descriptors {
                let found = format!("{name} {}", block.version);
                // Berry writes for whom it resolved a folder; its third version leaves `npm:` out of what is needed.
                let bare = descriptor.split("::locator=").next().unwrap_or(descriptor);
                let (alias, range) = split(bare);
                if let Some(range) = range.strip_prefix("npm:") {
                    resolved.insert(format!("{alias}@{range}"), found.clone());
                }
                resolved.insert(bare.to_owned(), found);
            }
        }
        let own: Vec<&str> =
            blocks.iter().filter(|block| block.is_own()).flat_map(|block| block.needs.iter().map(String::as_str)).collect();
        let direct: HashSet<&String> = own.iter().filter_map(|need| resolved.get(*need)).collect();
        let entries = blocks.iter().filter(|block| !block.is_own() && !block.descriptors.is_empty() && !block.version.is_empty());
        let entries = entries.map(|block| {
            let entry = block.entry().needs(block.needs.iter().filter_map(|need| resolved.get(need.as_str()).cloned()));
            let is_direct = direct.contains(&format!("{} {}", entry.dependency.name, entry.dependency.version));
            entry.direct(is_direct)
        });
        let mut reading = Reading { entries: entries.collect(), ..Reading::default() };
        let bare = blocks.iter().filter(|block| block.version.is_empty() && !block.descriptors.is_empty() && !block.is_own());
        for block in bare {
            reading.missed(block.key, format!("`{}` is locked without a version", shown(&block.descriptors.join(", "))));
        }
        reading.peers.extend(blocks.iter().flat_map(|block| &block.peers).map(|name| (*name).to_owned()));
        let mut seen = HashSet::new();
        for (block, descriptor) in blocks.iter().flat_map(|block| block.descriptors.iter().map(move |descriptor| (block, *descriptor))) {
            if !seen.insert(descriptor) {
                twice::tell_one(block.key, descriptor, &mut reading);
            }
        }
        // The first block of berry's files tells the version of the form.
        let head = blocks.iter().find(|block| block.descriptors.is_empty());
        edition::tell(head.map_or("", |block| block.version), 10, &mut reading);
        Ok(reading)
    }
}

/// What stands under one key.
#[derive(Default)]
struct Block<'t> {
    /// `name@range`, one for each way it is asked for.
    descriptors: Vec<&'t str>,
    /// Where the key stands, and where the version.
    key: usize,
    line: usize,
    version: &'t str,
    resolved: &'t str,
    resolution: &'t str,
    hash: String,
    /// `name@range`, as the keys of others are written.
    needs: Vec<String>,
    /// Names of packages that it expects beside itself.
    peers: Vec<&'t str>,
}

impl Block<'_> {
    fn name(&self) -> &str {
        let descriptor = self.descriptors.first().copied().unwrap_or("");
        let (name, range) = split(descriptor);
        // `alias@npm:name@range` is installed from `name`.
        match range.strip_prefix("npm:").map(name_and_version) {
            Some((real, version)) if !version.is_empty() && !real.is_empty() => real,
            _ => name,
        }
    }

    /// A member of the project itself.
    fn is_own(&self) -> bool {
        self.resolution.contains("@workspace:") || self.descriptors.iter().any(|descriptor| descriptor.contains("@workspace:"))
    }

    fn entry(&self) -> Entry {
        let from = match (self.resolution, self.resolved) {
            ("", "") => self.descriptors.first().map_or(PackageSource::DefaultRegistry, |descriptor| folder(descriptor)),
            ("", resolved) => source(resolved),
            (resolution, _) => of_resolution(resolution),
        };
        let mut entry = Entry::new(Ecosystem::Npm, self.name(), self.descriptors.join(", "));
        if self.resolution.contains("@patch:") {
            entry.notes.push("changed by a patch of the project".to_owned());
        }
        let hash = if self.hash.is_empty() {
            self.resolved.split_once('#').map(|(_, sum)| format!("sha1:{sum}"))
        } else {
            Some(self.hash.clone())
        };
        let hash = hash.filter(|_| !matches!(from, PackageSource::Git { .. }));
        entry.version(self.version).source(from).hashes(hash).at(self.line)
    }
}

/// `@scope/name@range` -> (`@scope/name`, `range`): the first `@` behind the scope ends the name.
fn split(descriptor: &str) -> (&str, &str) {
    let start = usize::from(descriptor.starts_with('@'));
    match descriptor.get(start..).and_then(|rest| rest.find('@')) {
        Some(at) => (descriptor.get(..start + at).unwrap_or(descriptor), descriptor.get(start + at + 1..).unwrap_or("")),
        None => (descriptor, ""),
    }
}

/// `name@file:./folder`, of which the first version says no more than this.
fn folder(descriptor: &str) -> PackageSource {
    let (_, range) = split(descriptor);
    let path = ["file:", "portal:", "link:"].iter().find_map(|scheme| range.strip_prefix(scheme));
    path.map_or(PackageSource::DefaultRegistry, |path| PackageSource::Path(path.to_owned()))
}

/// `name@npm:1.0.0`, `name@https://…#commit=…`, `name@npm:1.0.0::__archiveUrl=…`
fn of_resolution(resolution: &str) -> PackageSource {
    let (_, place) = split(resolution);
    if let Some((_, address)) = place.split_once("__archiveUrl=") {
        return source(&address.replace("%3A", ":").replace("%2F", "/"));
    }
    if let Some((url, commit)) = place.split_once("#commit=") {
        return PackageSource::Git { url: url.trim_start_matches("git+").to_owned(), rev: commit.to_owned() };
    }
    if place.starts_with("npm:") || place.starts_with("patch:") || place.is_empty() {
        return PackageSource::DefaultRegistry;
    }
    match ["file:", "portal:", "link:"].iter().find_map(|scheme| place.strip_prefix(scheme)) {
        Some(path) => PackageSource::Path(path.to_owned()),
        None => source(place),
    }
}

fn blocks(text: &str) -> Result<Vec<Block<'_>>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut table = "";
    for (line, raw) in text.lines().enumerate() {
        let words = raw.trim();
        if words.is_empty() || words.starts_with('#') {
            continue;
        }
        let refused = || format!("line {}: this is not where a yarn.lock has '{}'", line + 1, words.chars().take(40).collect::<String>());
        match raw.len() - raw.trim_start().len() {
            0 => {
                // A very long key stands behind a question mark, its colon on the next line.
                if words == ":" {
                    continue;
                }
                let key = words.strip_prefix("? ").or_else(|| words.strip_suffix(':')).ok_or_else(refused)?;
                let descriptors: Vec<&str> = key.split(',').map(|part| part.trim().trim_matches('"')).collect();
                let descriptors = if key == "__metadata" { Vec::new() } else { descriptors };
                blocks.push(Block { descriptors, key: line, line, ..Block::default() });
                table = "";
            }
            2 => table = field(blocks.last_mut().ok_or_else(refused)?, words, line),
            4 if table == "peerDependencies" => blocks.last_mut().ok_or_else(refused)?.peers.push(pair(words).0),
            4 if matches!(table, "dependencies" | "optionalDependencies") => {
                let (name, range) = pair(words);
                blocks.last_mut().ok_or_else(refused)?.needs.push(format!("{name}@{range}"));
            }
            _ => {}
        }
    }
    Ok(blocks)
}

/// Keeps one field; the name of the table that a line without value opens.
fn field<'t>(block: &mut Block<'t>, words: &'t str, line: usize) -> &'t str {
    if let Some(table) = words.strip_suffix(':') {
        return table;
    }
    let (key, value) = pair(words);
    match key {
        "version" => (block.version, block.line) = (value, line),
        "resolved" => block.resolved = value,
        "resolution" => block.resolution = value,
        // The key in front says how it is packed, on which the sum depends: two sums compare under one key only.
        "checksum" => block.hash = value.split_once('/').map_or_else(|| format!("yarn:{value}"), |(key, sum)| format!("yarn{key}:{sum}")),
        "integrity" => value.clone_into(&mut block.hash),
        _ => {}
    }
    ""
}

/// `key value`, `"key" "value"` or `key: value`.
fn pair(words: &str) -> (&str, &str) {
    let end = match words.strip_prefix('"') {
        Some(rest) => rest.find('"').map_or(words.len(), |at| at + 2),
        None => words.find([' ', ':']).unwrap_or(words.len()),
    };
    let (key, value) = words.split_at_checked(end).unwrap_or((words, ""));
    (key.trim_matches('"'), value.trim_start_matches(':').trim().trim_matches('"'))
}
