//! Helm: the charts a chart depends on, in `Chart.yaml`, `requirements.yaml` and their lock files.

use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::manifests::edition;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::model::dependency::{Ecosystem, PackageSource};

/// `Chart.yaml` or the older `requirements.yaml`.
pub struct Chart;

/// `Chart.lock` or the older `requirements.lock` beside a chart.
pub struct ChartLock;

impl Format for Chart {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Helm
    }

    fn kind(&self) -> Kind {
        Kind::Tools
    }

    fn fits(&self, path: &str, name: &str) -> bool {
        name == "chart.yaml" || (name == "requirements.yaml" && path.contains("chart"))
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        Ok(read(&document::read(text, Language::Yaml)?))
    }
}

/// What Helm writes into its lock file.
const PARTS: [&str; 3] = ["dependencies", "digest", "generated"];

impl Format for ChartLock {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::Helm
    }

    fn kind(&self) -> Kind {
        Kind::Lock
    }

    fn fits(&self, path: &str, name: &str) -> bool {
        name == "chart.lock" || (name == "requirements.lock" && path.contains("chart"))
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Yaml)?;
        let mut reading = read(&root);
        edition::parts(&root, &PARTS, &mut reading);
        Ok(reading)
    }
}

fn read(root: &Node) -> Reading {
    let entries = root.get("dependencies").into_iter().flat_map(Node::items).filter_map(|chart| {
        let name = chart.get("name").and_then(Node::text)?;
        let repository = chart.get("repository").map(Node::scalar).unwrap_or_default();
        let source = if let Some(path) = repository.strip_prefix("file://") {
            PackageSource::Path(path.to_owned())
        } else if repository.is_empty() {
            PackageSource::Path(String::new())
        } else {
            PackageSource::Registry(repository)
        };
        let version = chart.get("version");
        let slot = chart.get("alias").map(Node::scalar).unwrap_or_default();
        let entry = Entry::new(Ecosystem::Helm, name, slot).version(version.map(Node::scalar).unwrap_or_default()).source(source);
        Some(entry.at(version.map_or(chart.line, |node| node.line)).direct(true))
    });
    Reading { entries: entries.collect(), ..Reading::default() }
}
