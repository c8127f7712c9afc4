//! Java and its kin: `pom.xml`. Gradle's forms are below.

pub mod catalog;
pub mod gradle;

use std::collections::HashMap;

use super::format::{Entry, Format, Kind, Origin, Reading};
use super::xml::{self, Element};
use crate::model::dependency::{Ecosystem, PackageSource, Scope};

/// `pom.xml`.
pub struct Pom;

/// Properties may be written with properties, this deep.
const DEEPEST: usize = 4;
/// No version or name is longer.
const LONGEST: usize = 500;

impl Format for Pom {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Maven
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        name == "pom.xml" || name.ends_with(".pom")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = xml::read(text)?;
        let properties = properties(&root);
        let mut reading = Reading::default();
        if let Some(parent) = root.get("parent") {
            reading.entries.extend(package(parent, "parent", &properties).map(|entry| entry.scope(Scope::Build)));
        }
        let profiles = root.get("profiles").into_iter().flat_map(|profiles| profiles.all("profile"));
        for part in std::iter::once(&root).chain(profiles) {
            dependencies(part, "dependencies", &properties, &mut reading);
            if let Some(managed) = part.get("dependencyManagement") {
                dependencies(managed, "dependencyManagement", &properties, &mut reading);
            }
            build(part, &properties, &mut reading);
            origins(part, &properties, &mut reading);
        }
        Ok(reading)
    }
}

fn dependencies(part: &Element, slot: &str, properties: &HashMap<String, String>, reading: &mut Reading) {
    for element in part.get("dependencies").into_iter().flat_map(|list| list.all("dependency")) {
        let scope = match (element.text_of("scope"), element.text_of("optional")) {
            ("test", _) => Scope::Dev,
            ("import", _) => Scope::Build,
            (_, "true") => Scope::Optional,
            _ => Scope::Runtime,
        };
        // Kinds and classifiers of one artifact are pinned apart.
        let kind = format!("{slot}.{}{}", element.text_of("type"), element.text_of("classifier"));
        let Some(mut entry) = package(element, &kind, properties) else { continue };
        // A version that a parent or a list of versions gives is none of this line.
        entry.dependency.version = match entry.dependency.version.as_str() {
            "" => "managed".to_owned(),
            version => version.to_owned(),
        };
        if let Some(path) = element.get("systemPath") {
            entry.dependency.source = PackageSource::Path(path.text.clone());
        }
        reading.entries.push(entry.scope(scope));
    }
}

fn build(part: &Element, properties: &HashMap<String, String>, reading: &mut Reading) {
    let Some(build) = part.get("build") else { return };
    let managed = build.get("pluginManagement").and_then(|managed| managed.get("plugins"));
    let plugins = build.get("plugins").into_iter().chain(managed).flat_map(|list| list.all("plugin"));
    let extensions = build.get("extensions").into_iter().flat_map(|list| list.all("extension"));
    for element in plugins.chain(extensions) {
        // Maven's own plugins need no group.
        let group = if element.get("groupId").is_some() { "" } else { "org.apache.maven.plugins" };
        let Some(mut entry) = named(element, group, "plugin", properties) else { continue };
        if entry.dependency.version.is_empty() {
            "managed".clone_into(&mut entry.dependency.version);
        }
        reading.entries.push(entry.scope(Scope::Build));
        dependencies(element, "plugin.dependencies", properties, reading);
    }
}

fn origins(part: &Element, properties: &HashMap<String, String>, reading: &mut Reading) {
    for (list, one) in [("repositories", "repository"), ("pluginRepositories", "pluginRepository")] {
        for element in part.get(list).into_iter().flat_map(|list| list.all(one)).filter_map(|element| element.get("url")) {
            reading.origins.push(Origin::new(one, resolved(&element.text, properties), element.line));
        }
    }
}

fn package(element: &Element, slot: &str, properties: &HashMap<String, String>) -> Option<Entry> {
    named(element, "", slot, properties)
}

fn named(element: &Element, group: &str, slot: &str, properties: &HashMap<String, String>) -> Option<Entry> {
    let group = if group.is_empty() { resolved(element.text_of("groupId"), properties) } else { group.to_owned() };
    let artifact = resolved(element.text_of("artifactId"), properties);
    let version = element.get("version");
    let entry = Entry::new(Ecosystem::Maven, format!("{group}:{artifact}"), slot);
    let entry = entry.version(version.map(|version| resolved(&version.text, properties)).unwrap_or_default());
    let line = version.or_else(|| element.get("artifactId")).map_or(element.line, |element| element.line);
    (!artifact.is_empty()).then(|| entry.at(line).direct(true))
}

/// What `${…}` stands for in this file.
fn properties(root: &Element) -> HashMap<String, String> {
    let mut out = HashMap::new();
    for element in root.get("properties").into_iter().flat_map(|list| &list.children) {
        out.insert(element.name.clone(), element.text.clone());
    }
    let own = |name: &str| root.get(name).or_else(|| root.get("parent").and_then(|parent| parent.get(name)));
    for name in ["groupId", "version"] {
        for prefix in ["project", "pom"] {
            out.extend(own(name).map(|element| (format!("{prefix}.{name}"), element.text.clone())));
        }
    }
    out.extend(root.get("parent").map(|parent| ("project.parent.version".to_owned(), parent.text_of("version").to_owned())));
    out
}

/// `text` with the properties of the file put in; what is not known here stays as it is written.
fn resolved(text: &str, properties: &HashMap<String, String>) -> String {
    let mut text = text.trim().to_owned();
    for _ in 0..DEEPEST {
        if !text.contains("${") || text.len() > LONGEST {
            break;
        }
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some((before, behind)) = rest.split_once("${") {
            let Some((name, after)) = behind.split_once('}') else { break };
            out.push_str(before);
            match properties.get(name) {
                Some(value) if value.len() <= LONGEST => out.push_str(value),
                _ => out.push_str(&format!("${{{name}}}")),
            }
            rest = after;
        }
        out.push_str(rest);
        text = out;
    }
    text
}
