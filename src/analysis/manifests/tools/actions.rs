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
        let mut entries: Vec<Entry> = root.at(&["runs", "steps"]).into_iter().flat_map(Node::items).filter_map(step).collect();
        entries.extend(root.at(&["runs", "image"]).filter(|node| node.scalar().starts_with("docker://")).and_then(docker::named));
        for (_, job) in root.get("jobs").into_iter().flat_map(Node::entries) {
            entries.extend(step(job));
            entries.extend(job.get("steps").into_iter().flat_map(Node::items).filter_map(step));
            entries.extend(job.get("container").and_then(docker::named));
            entries.extend(job.get("services").into_iter().flat_map(Node::entries).filter_map(|(_, service)| docker::named(service)));
        }
        Ok(Reading { entries: once(entries), ..Reading::default() })
    }
}

/// `uses: owner/repository/path@ref`; what lies in the repository itself is none.
fn step(node: &Node) -> Option<Entry> {
    let uses = node.get("uses")?;
    let text = uses.text()?.trim();
    if text.starts_with("docker://") {
        return docker::named(uses);
    }
    let (name, version) = text.split_once('@').unwrap_or((text, ""));
    let fits = name.contains('/') && !name.starts_with('.') && !name.contains("${");
    fits.then(|| Entry::folded(Ecosystem::GithubActions, name, "uses").version(version).at(uses.line).direct(true))
}
