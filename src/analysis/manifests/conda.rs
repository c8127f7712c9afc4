//! Conda: `environment.yml` with its channels, and the packages pip installs into it.

use super::format::{Entry, Format, Kind, Origin, Reading};
use super::pypi::requirement;
use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::model::dependency::{Ecosystem, PackageSource};

/// `environment.yml`.
pub struct Environment;

/// Channels whose packages Anaconda and the community publish.
const ORDINARY: [&str; 8] = ["defaults", "conda-forge", "bioconda", "nvidia", "pytorch", "anaconda", "main", "nodefaults"];

impl Format for Environment {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Conda
    }

    fn kind(&self) -> Kind {
        Kind::Manifest
    }

    fn fits(&self, _path: &str, name: &str) -> bool {
        let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml"));
        stem.is_some_and(|stem| {
            stem == "environment" || stem.starts_with("environment-") || stem.starts_with("conda-env") || stem.ends_with("_environment")
        })
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Yaml)?;
        let mut reading = Reading::default();
        for channel in root.get("channels").into_iter().flat_map(Node::items) {
            let name = channel.scalar();
            if !ORDINARY.contains(&name.as_str()) && name.contains("://") {
                reading.origins.push(Origin::new("channels", name, channel.line));
            }
        }
        for item in root.get("dependencies").into_iter().flat_map(Node::items) {
            match item.text().map(|text| (text, asked(text))) {
                Some((_, Some(entry))) => reading.entries.push(entry.at(item.line).direct(true)),
                Some((text, None)) => reading.not_read(item.line, text),
                None if item.get("pip").is_none() => reading.not_read(item.line, &item.scalar()),
                None => {}
            }
            for inner in item.get("pip").into_iter().flat_map(Node::items) {
                let text = inner.scalar();
                match text.strip_prefix("-r").or_else(|| text.strip_prefix("--requirement")) {
                    Some(file) => reading.missed(inner.line, format!("pip reads more from {}", file.trim())),
                    None => match requirement(&text, "pip") {
                        Some(entry) => reading.entries.push(entry.at(inner.line)),
                        // Options and addresses of indexes name no package.
                        None if text.starts_with("--") => {}
                        None => reading.not_read(inner.line, &text),
                    },
                }
            }
        }
        Ok(reading)
    }
}

/// `channel::name[build=…] =1.2=build`
fn asked(text: &str) -> Option<Entry> {
    let (channel, rest) = text.split_once("::").map_or((None, text), |(channel, rest)| (Some(channel), rest));
    let end = rest.find(['=', '<', '>', '!', '~', ' ', '[']).unwrap_or(rest.len());
    let (name, version) = rest.split_at_checked(end)?;
    let version = version.trim();
    let version = version.strip_prefix('[').map_or(version, |_| "");
    let own = channel.filter(|name| !ORDINARY.contains(name));
    let source = own.map_or(PackageSource::DefaultRegistry, |name| {
        PackageSource::Registry(if name.contains("://") { name.to_owned() } else { format!("https://conda.anaconda.org/{name}") })
    });
    let name = name.trim().to_lowercase();
    let fits = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    let fits = fits && (version.is_empty() || version.starts_with(|c: char| c.is_ascii_digit() || "=<>!~*".contains(c)));
    fits.then(|| Entry::new(Ecosystem::Conda, name, "dependencies").version(version).source(source))
}
