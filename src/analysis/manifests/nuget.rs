//! .NET: project files, `packages.config`, central versions and `nuget.config`. The lock file is below.

pub mod lock;

use std::collections::HashMap;

use super::format::{Entry, Format, Kind, Origin, Reading};
use super::xml::{self, Element};
use crate::model::dependency::{Ecosystem, Scope};

/// Project files, `packages.config`, `Directory.*.props` and `nuget.config`: XML with the same few elements.
pub struct NugetXml;

impl Format for NugetXml {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Nuget
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        let project = [".csproj", ".fsproj", ".vbproj"].iter().any(|ending| name.ends_with(ending));
        let shared = name.starts_with("directory.") && (name.ends_with(".props") || name.ends_with(".targets"));
        project || shared || matches!(name, "packages.config" | "nuget.config")
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = xml::read(text)?;
        let elements = root.below();
        let properties: HashMap<&str, &str> = elements
            .iter()
            .filter(|element| element.name == "PropertyGroup")
            .flat_map(|group| group.children.iter().map(|child| (child.name.as_str(), child.text.as_str())))
            .collect();
        let mut reading = Reading::default();
        for element in &elements {
            match element.name.as_str() {
                "PackageReference" | "PackageVersion" | "GlobalPackageReference" | "PackageDownload" => {
                    reading.entries.extend(package(element, &properties));
                }
                "package" if root.name == "packages" => reading.entries.extend(package(element, &properties)),
                "packageSources" => reading.origins.extend(element.all("add").filter_map(origin)),
                "RestoreSources" | "RestoreAdditionalProjectSources" => {
                    let places = element.text.split(';').map(str::trim).filter(|place| place.contains("://"));
                    reading.origins.extend(places.map(|place| Origin::new(element.name.as_str(), place, element.line)));
                }
                _ => {}
            }
        }
        Ok(reading)
    }
}

fn package(element: &Element, properties: &HashMap<&str, &str>) -> Option<Entry> {
    let name =
        ["Include", "Update", "id"].iter().find_map(|key| element.attribute(key)).filter(|name| !name.contains(['$', '@', '*', ';']))?;
    let inner = element.get("Version").or_else(|| element.get("VersionOverride"));
    let written = ["Version", "VersionOverride"].iter().find_map(|key| element.attribute(key)).or(inner.map(|inner| inner.text.as_str()));
    let version = match written.map(str::trim) {
        // Without a version of its own it has the one that stands for all projects.
        None | Some("") => "managed",
        Some(version) => {
            let property = version.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
            property.and_then(|name| properties.get(name).copied()).unwrap_or(version)
        }
    };
    let aside = element.attribute("PrivateAssets").or_else(|| element.get("PrivateAssets").map(|inner| inner.text.as_str()));
    let dev = aside.is_some_and(|assets| assets.eq_ignore_ascii_case("all"))
        || element.attribute("developmentDependency").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let entry = Entry::folded(Ecosystem::Nuget, name.trim(), element.name.as_str()).version(version);
    let line = inner.map_or(element.line, |inner| inner.line);
    Some(entry.scope(if dev { Scope::Dev } else { Scope::Runtime }).at(line).direct(true))
}

fn origin(add: &Element) -> Option<Origin> {
    let url = add
        .attribute("value")
        .filter(|url| url.contains("://") && !url.contains("://api.nuget.org/") && !url.contains("://www.nuget.org/"))?;
    Some(Origin::new("packageSources", url, add.line))
}
