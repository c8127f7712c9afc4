//! GitHub Actions: what the steps of workflows and composite actions use, reusable workflows, and the containers jobs run in.

use super::{docker, once};
use crate::analysis::document;
use crate::analysis::document::node::Node;
use crate::analysis::language::Language;
use crate::analysis::manifests::format::{Entry, Format, Kind, Reading};
use crate::model::dependency::Ecosystem;

/// A workflow or an action.
pub struct Actions;

impl Format for Actions {
    fn ecosystem(&self) -> Ecosystem {
        Ecosystem::GithubActions
    }

    fn kind(&self) -> Kind {
        Kind::Tools
    }

    fn fits(&self, path: &str, name: &str) -> bool {
        let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
        let folder =
            [".github/workflows/", ".gitea/workflows/", ".forgejo/workflows/", ".github/actions/"].iter().any(|part| path.contains(part));
        yaml && (folder || matches!(name, "action.yml" | "action.yaml"))
    }

    fn read(&self, text: &str) -> Result<Reading, String> {
        let root = document::read(text, Language::Yaml)?;
        let mut reading = Reading::default();
        root.at(&["runs", "steps"]).into_iter().flat_map(Node::items).for_each(|node| step(node, &mut reading));
        if let Some(image) = root.at(&["runs", "image"]).filter(|node| node.scalar().starts_with("docker://")) {
            docker::named(image, &mut reading);
        }
        for (_, job) in root.get("jobs").into_iter().flat_map(Node::entries) {
            step(job, &mut reading);
            job.get("steps").into_iter().flat_map(Node::items).for_each(|node| step(node, &mut reading));
            let services = job.get("services").into_iter().flat_map(Node::entries).map(|(_, service)| service);
            job.get("container").into_iter().chain(services).for_each(|node| docker::named(node, &mut reading));
        }
        reading.entries = once(reading.entries);
        Ok(reading)
    }
}

/// `uses: owner/repository/path@ref`; what lies in the repository itself is none.
fn step(node: &Node, reading: &mut Reading) {
    let Some(uses) = node.get("uses") else { return };
    let Some(text) = uses.text().map(str::trim) else { return reading.not_read(uses.line, &uses.scalar()) };
    if text.starts_with("docker://") {
        return docker::named(uses, reading);
    }
    if text.starts_with('.') {
        return;
    }
    let (name, version) = text.split_once('@').unwrap_or((text, ""));
    let fits = name.contains('/') && name.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c));
    if fits {
        reading.entries.push(Entry::folded(Ecosystem::GithubActions, name, "uses").version(version).at(uses.line).direct(true));
    } else {
        reading.not_read(uses.line, text);
    }
}
