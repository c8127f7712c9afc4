//! What automation, containers, charts and infrastructure newly fetch, and no word names. Never packages of the product: `added` tells them.

use super::mention::Mentioned;
use super::{listed, unsaid};
use crate::analysis::role::Role;
use crate::analysis::story::facts::Facts;
use crate::model::dependency::{Dependency, DependencyChange, DependencyMove, Ecosystem, PackageSource};
use crate::model::rule::Severity;
use crate::model::story::Undisclosed;

/// A world of tools: what one of it is called, what several are, and words that would speak of it.
struct World {
    ecosystem: Ecosystem,
    one: &'static str,
    several: &'static str,
    words: &'static [&'static str],
}

const WORLDS: [World; 5] = [
    World {
        ecosystem: Ecosystem::GithubActions,
        one: "action of a workflow",
        several: "actions of workflows",
        words: &["action", "actions", "workflow", "workflows", "ci", "github", "pipeline"],
    },
    World {
        ecosystem: Ecosystem::Docker,
        one: "container image",
        several: "container images",
        words: &["docker", "dockerfile", "container", "containers", "image", "images", "compose", "podman", "containerfile", "base"],
    },
    World { ecosystem: Ecosystem::Helm, one: "chart", several: "charts", words: &["helm", "chart", "charts", "subchart"] },
    World {
        ecosystem: Ecosystem::Terraform,
        one: "Terraform provider or module",
        several: "Terraform providers or modules",
        words: &["terraform", "tofu", "opentofu", "provider", "providers", "module", "modules", "infra", "infrastructure"],
    },
    World {
        ecosystem: Ecosystem::PreCommit,
        one: "repository of hooks",
        several: "repositories of hooks",
        words: &["pre-commit", "precommit", "hook", "hooks", "linter", "linters", "formatter", "lint"],
    },
];

/// One fact for each world.
pub(super) fn facts(facts: &Facts<'_>, mentioned: &Mentioned) -> Vec<Undisclosed> {
    if mentioned.any(&["dependency", "dependencies", "deps"]) {
        return Vec::new();
    }
    WORLDS.iter().filter(|world| !mentioned.any(world.words)).filter_map(|world| fact(world, facts, mentioned)).collect()
}

fn fact(world: &World, facts: &Facts<'_>, mentioned: &Mentioned) -> Option<Undisclosed> {
    let new: Vec<(&DependencyChange, &Dependency, Severity)> = facts
        .tools()
        .filter(|row| row.change == DependencyMove::Added)
        .filter_map(|row| Some((row, row.after.as_ref()?)))
        .filter(|(_, new)| new.ecosystem == world.ecosystem && !matches!(new.source, PackageSource::Path(_)))
        .filter(|(row, new)| {
            let path = row.manifest.text();
            let live = !matches!(Role::of(&path), Role::Test | Role::Example | Role::Docs | Role::Vendored | Role::Generated);
            live && !mentioned.name(&new.name) && !mentioned.file(&path) && !facts.tool_known(new.ecosystem, &new.name)
        })
        .filter_map(|(row, new)| Some((row, new, weight(new)?)))
        .collect();
    let severity = new.iter().map(|(_, _, weight)| *weight).max()?;
    let names = listed(new.iter().map(|(_, new, _)| new.spelling()));
    let fact = match new.len() {
        1 => format!("a new dependency, {}: {names}", world.one),
        many => format!("{many} new dependencies, {}: {names}", world.several),
    };
    unsaid(fact, severity, new.iter().map(|(row, new, _)| format!("{}:{}", row.manifest.text(), new.line)).collect())
}

/// How much one weighs; `None` for what everybody's workflows use as a matter of course.
fn weight(new: &Dependency) -> Option<Severity> {
    let version = new.version.as_str();
    let fixed = version.contains("sha256:") || version.len() >= 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let released = fixed || version.bytes().any(|byte| byte.is_ascii_digit());
    let own = new.source == PackageSource::DefaultRegistry
        && match new.ecosystem {
            Ecosystem::GithubActions => new.name.starts_with("actions/") || new.name.starts_with("github/"),
            // Images without an owner are curated by the registry itself.
            Ecosystem::Docker => !new.name.contains('/'),
            Ecosystem::Terraform => new.name.starts_with("hashicorp/"),
            _ => false,
        };
    match (new.ecosystem, own) {
        (Ecosystem::GithubActions, true) if released => None,
        (Ecosystem::GithubActions, false) if fixed => Some(Severity::Low),
        (Ecosystem::PreCommit, _) if new.source == PackageSource::DefaultRegistry => Some(Severity::Low),
        (_, true) => Some(Severity::Low),
        (_, false) => Some(Severity::Medium),
    }
}
