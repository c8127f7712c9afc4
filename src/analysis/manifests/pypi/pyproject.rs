//! `pyproject.toml`: PEP 621, dependency groups, Poetry, uv and PDM tables.

use std::collections::HashMap;

use super::{normalised, remote, requirement};
use crate::analysis::document;
use crate::analysis::document::node::{Node, Value};
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Origin, Reading, number};
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `pyproject.toml`.
pub struct Pyproject;

impl Format for Pyproject {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Pypi
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "pyproject.toml"
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Toml)?;
        let mut reading = Reading::default();
        listed(root.at(&["project", "dependencies"]), "project.dependencies", Scope::Runtime, &mut reading);
        listed(root.at(&["build-system", "requires"]), "build-system.requires", Scope::Build, &mut reading);
        listed(root.at(&["tool", "uv", "dev-dependencies"]), "tool.uv.dev-dependencies", Scope::Dev, &mut reading);
        let groups = [
            (&["project", "optional-dependencies"][..], Scope::Optional),
            (&["dependency-groups"], Scope::Dev),
            (&["tool", "pdm", "dev-dependencies"], Scope::Dev),
        ];
        for (keys, scope) in groups {
            for (group, node) in root.at(keys).into_iter().flat_map(Node::entries) {
                listed(Some(node), &format!("{}.{group}", keys.join(".")), scope, &mut reading);
            }
        }
        if let Some(poetry) = root.at(&["tool", "poetry"]) {
            poetry_tables(poetry, &mut reading);
        }
        sources(&root, &mut reading);
        origins(&root, &mut reading);
        Ok(reading)
    }
}

fn listed(node: Option<&Node>, slot: &str, scope: Scope, reading: &mut Reading) {
    for item in node.into_iter().flat_map(Node::items) {
        let Some(text) = item.text() else {
            // `{ include-group = "test" }` names a group of this file.
            if item.get("include-group").is_none() {
                reading.not_read(item.line, &item.scalar());
            }
            continue;
        };
        match requirement(text, slot) {
            Some(entry) => reading.entries.push(entry.scope(scope).at(item.line)),
            None => reading.not_read(item.line, text),
        }
    }
}

fn poetry_tables(poetry: &Node, reading: &mut Reading) {
    poetry_table(poetry.get("dependencies"), "tool.poetry.dependencies", Scope::Runtime, reading);
    poetry_table(poetry.get("dev-dependencies"), "tool.poetry.dev-dependencies", Scope::Dev, reading);
    for (group, node) in poetry.get("group").into_iter().flat_map(Node::entries) {
        poetry_table(node.get("dependencies"), &format!("tool.poetry.group.{group}"), Scope::Dev, reading);
    }
}

fn poetry_table(node: Option<&Node>, slot: &str, scope: Scope, reading: &mut Reading) {
    let entries = node.into_iter().flat_map(Node::entries).filter(|(name, _)| name != "python");
    for (name, value) in entries {
        let alternatives = if matches!(value.value, Value::List(_)) { value.items() } else { std::slice::from_ref(value) };
        for one in alternatives {
            let mut entry = Entry::new(Ecosystem::Pypi, normalised(name), slot);
            let dependency = &mut entry.dependency;
            let version = one.text().or_else(|| one.get("version").and_then(Node::text));
            version.unwrap_or("").clone_into(&mut dependency.version);
            dependency.source = told(one).unwrap_or(PackageSource::DefaultRegistry);
            dependency.scope =
                if one.get("optional").is_some_and(|node| node.value == Value::Bool(true)) { Scope::Optional } else { scope };
            dependency.direct = true;
            dependency.line = number(one.get("version").map_or(one.line, |node| node.line));
            reading.entries.push(entry);
        }
    }
}

/// The source a table names, in the words of Poetry and uv.
pub(super) fn told(node: &Node) -> Option<PackageSource> {
    let text = |key: &str| node.get(key).and_then(Node::text);
    if let Some(url) = text("git") {
        let rev = ["rev", "tag", "branch"].iter().find_map(|key| text(key)).unwrap_or("");
        return Some(PackageSource::Git { url: url.to_owned(), rev: rev.to_owned() });
    }
    // Pipenv calls an address a file, and knows more kinds of repositories.
    let file = text("file").filter(|file| file.contains("://") && !file.starts_with("file:"));
    if let Some(url) = text("url").or(file).or_else(|| ["hg", "svn", "bzr"].iter().find_map(|key| text(key))) {
        return Some(remote(url));
    }
    if let Some(path) = text("path").or_else(|| text("file")) {
        return Some(PackageSource::Path(path.to_owned()));
    }
    if node.get("workspace").is_some() {
        return Some(PackageSource::Path(String::new()));
    }
    text("source")
        .or_else(|| text("index"))
        .filter(|name| !name.eq_ignore_ascii_case("pypi"))
        .map(|name| PackageSource::Registry(name.to_owned()))
}

/// `[tool.uv.sources]` moves what other tables ask for.
fn sources(root: &Node, reading: &mut Reading) {
    let moved = root.at(&["tool", "uv", "sources"]).map(Node::entries).unwrap_or_default();
    let told = |value: &Node| {
        let one = value.items().first().unwrap_or(value).clone();
        told(&one).map(|source| (source, number(one.line)))
    };
    let moved: HashMap<String, (PackageSource, u32)> =
        moved.iter().filter_map(|(name, value)| Some((normalised(name), told(value)?))).collect();
    for entry in &mut reading.entries {
        if let Some((source, line)) = moved.get(&entry.dependency.name) {
            entry.dependency.source = source.clone();
            entry.dependency.line = *line;
        }
    }
}

fn origins(root: &Node, reading: &mut Reading) {
    let tables: [(&[&str], &str); 4] = [
        (&["tool", "uv", "index"], "tool.uv.index"),
        (&["tool", "poetry", "source"], "tool.poetry.source"),
        (&["tool", "pdm", "source"], "tool.pdm.source"),
        (&["tool", "uv", "pip"], "tool.uv.pip"),
    ];
    for (keys, setting) in tables {
        let Some(node) = root.at(keys) else { continue };
        let places = node.items().iter().chain(std::iter::once(node));
        for url in places.flat_map(|place| [place.get("url"), place.get("index-url"), place.get("extra-index-url")]).flatten() {
            reading.origins.push(Origin { setting: setting.to_owned(), url: url.texts().join(" "), line: number(url.line) });
        }
    }
    for key in ["index-url", "extra-index-url", "find-links"] {
        if let Some(node) = root.at(&["tool", "uv", key]) {
            reading.origins.push(Origin { setting: format!("tool.uv.{key}"), url: node.texts().join(" "), line: number(node.line) });
        }
    }
}
