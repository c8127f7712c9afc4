//! Deno: the imports of `deno.json` and the packages and modules of `deno.lock`.

use std::collections::HashSet;

use super::name_and_version;
use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::analysis::manifests::{edition, twice};
use crate::model::dependency::{Ecosystem, PackageSource};

/// `deno.json` and `deno.jsonc`.
pub struct DenoJson;

/// `deno.lock`.
pub struct DenoLock;

impl Format for DenoJson {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Jsr
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        matches!(name, "deno.json" | "deno.jsonc" | "jsr.json" | "import_map.json")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Json)?;
        let scopes = root.get("scopes").into_iter().flat_map(Node::entries).map(|(_, scope)| scope);
        let imports = root.get("imports").into_iter().chain(scopes).flat_map(Node::entries);
        let entries = imports.filter_map(|(key, value)| {
            let entry = specifier(value.text()?, &format!("imports.{key}"))?;
            Some(entry.direct(true).at(value.line))
        });
        let mut reading = Reading { entries: entries.collect(), ..Reading::default() };
        twice::tell(&root, &mut reading);
        Ok(reading)
    }
}

/// `jsr:@std/x@^1`, `npm:chalk@5/sub` or an address; `None` for what is the project's own.
fn specifier(text: &str, slot: &str) -> Option<Entry> {
    for (scheme, ecosystem) in [("jsr:", Ecosystem::Jsr), ("npm:", Ecosystem::Npm)] {
        if let Some(rest) = text.strip_prefix(scheme) {
            let (name, version) = name_and_version(rest.trim_start_matches('/'));
            return Some(Entry::new(ecosystem, name, slot).version(version.split('/').next().unwrap_or(version)));
        }
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let (name, rest) = rest.split_once('@').unwrap_or((rest, ""));
    let version = rest.split('/').next().unwrap_or("");
    Some(Entry::new(Ecosystem::Jsr, name.trim_end_matches('/'), slot).version(version).source(PackageSource::Url(text.to_owned())))
}

impl Format for DenoLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Jsr
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "deno.lock"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Json)?;
        // Versions 2 and 3 keep the packages one level deeper.
        let packages = root.get("packages").unwrap_or(&root);
        let mut reading = Reading::default();
        twice::tell(&root, &mut reading);
        edition::tell(&root.get("version").map(Node::scalar).unwrap_or_default(), 5, &mut reading);
        let direct = wished(&root);
        for (table, ecosystem) in [("jsr", Ecosystem::Jsr), ("npm", Ecosystem::Npm)] {
            let node = packages.get(table);
            let node = node.and_then(|node| node.get("packages")).or(node);
            for (key, value) in node.into_iter().flat_map(Node::entries) {
                let (name, version) = identity(key);
                // JSR writes its checksums without naming the algorithm.
                let sum = value.get("integrity").and_then(Node::text).map(|sum| match ecosystem {
                    Ecosystem::Jsr => format!("sha256:{sum}"),
                    _ => sum.to_owned(),
                });
                let needs = value.get("dependencies").map(needs).unwrap_or_default();
                let entry = Entry::new(ecosystem, name, key.as_str()).version(version).hashes(sum).at(value.key);
                reading.entries.push(entry.needs(needs).direct(direct.contains(key.as_str())));
            }
        }
        for (url, sum) in root.get("remote").into_iter().flat_map(Node::entries) {
            let Some(entry) = specifier(url, url) else { continue };
            let name = url.replacen(&format!("@{}", entry.dependency.version), "", 1);
            let version = entry.dependency.version.clone();
            let entry = Entry::new(Ecosystem::Jsr, name, url.as_str()).version(version).source(PackageSource::Url(url.clone()));
            reading.entries.push(entry.hashes(sum.text().map(|sum| format!("sha256:{sum}"))).at(sum.line));
        }
        Ok(reading)
    }
}

/// `name@1.0.0`, behind which npm's packages have their peers: `name@1.0.0_react@18.2.0`.
fn identity(key: &str) -> (&str, &str) {
    let start = usize::from(key.starts_with('@'));
    let Some(at) = key.get(start..).and_then(|rest| rest.find('@')).map(|at| start + at) else { return (key, "") };
    let (name, version) = (key.get(..at).unwrap_or(key), key.get(at + 1..).unwrap_or(""));
    (name, version.split('_').next().unwrap_or(version))
}

/// The keys of the packages that the project and the members of its workspace ask for, each in its table.
fn wished(root: &Node) -> HashSet<String> {
    let Some(workspace) = root.get("workspace") else { return HashSet::new() };
    let members = workspace.get("members").into_iter().flat_map(Node::entries).map(|(_, member)| member);
    let parts = std::iter::once(workspace).chain(members).flat_map(|part| [Some(part), part.get("packageJson")]).flatten();
    let specifiers = parts.filter_map(|part| part.get("dependencies")).flat_map(Node::items).filter_map(Node::text);
    let resolved = |specifier: &str| {
        let version = root.at(&["specifiers", specifier])?.scalar();
        let (_, rest) = specifier.split_once(':')?;
        let (name, _) = name_and_version(rest);
        Some(format!("{name}@{version}"))
    };
    specifiers.filter_map(resolved).collect()
}

/// `npm:name@1`, `name@1.0.0`, `name`: as a list, or as a map of names to them.
fn needs(node: &Node) -> Vec<String> {
    let listed = node.items().iter().map(Node::scalar).chain(node.entries().iter().map(|(_, value)| value.scalar()));
    let bare = listed.map(|text| text.trim_start_matches("npm:").trim_start_matches("jsr:").to_owned());
    bare.map(|text| {
        let (name, version) = name_and_version(&text);
        if version.starts_with(|c: char| c.is_ascii_digit()) { format!("{name} {version}") } else { name.to_owned() }
    })
    .collect()
}
