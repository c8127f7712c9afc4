//! `container-host-access`: a development container that runs on or reaches the machine around it.

use super::lists::{lists, tool};
use super::settings::gained;
use crate::analysis::check::{Check, Draft, Sink};
use crate::analysis::checks::exec::engines::engines;
use crate::analysis::document::node::Node;
use crate::analysis::pattern::Pattern;
use crate::analysis::role::fold;
use crate::analysis::shell::{self, Deed};
use crate::analysis::view::FileView;
use crate::model::rule::{RuleId, Severity};

/// Features come from a registry; these publishers are known by everybody.
static KNOWN_FEATURE: Pattern = Pattern::new(
    r"(?i)^(ghcr\.io/)?(devcontainers(-contrib|-extra)?|microsoft|rocker-org|nix-community|guiyomh|eitsupi|astral-sh)/|^[\w-]+$|^docker-|^\./",
);

/// See `rules/code/container-host-access.toml`.
pub struct ContainerHostAccess;

impl Check for ContainerHostAccess {
    fn rule(&self) -> RuleId {
        RuleId("container-host-access")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        if tool(file).is_none() || !fold(&file.path).contains("devcontainer") {
            return;
        }
        for hit in gained(&lists().container, file) {
            let severity = match shell::worst(&hit.value) {
                Some(Deed::SendsSecret | Deed::RunsDecoded | Deed::RemoteShell) => Severity::High,
                Some(Deed::RunsDownload) if engines().installers.is_match(&hit.value) => Severity::Medium.max(hit.setting.severity()),
                Some(Deed::RunsDownload) => Severity::High,
                _ => hit.setting.severity(),
            };
            sink.report(hit.draft(file).severity(severity));
        }
        features(file, sink);
    }
}

fn features(file: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(side) = file.new_side() else { return };
    let names = |node: &Node| node.get("features").map(|features| features.entries().to_vec()).unwrap_or_default();
    let before = file.old().and_then(|old| old.document().ok()).map(names).unwrap_or_default();
    let bare = |name: &str| name.rsplit_once(':').map_or(name, |(start, _)| start).to_owned();
    for (name, node) in side.document().map(names).unwrap_or_default() {
        let known = KNOWN_FEATURE.is_match(&name) || before.iter().any(|(old, _)| bare(old) == bare(&name));
        if !known {
            let title = format!("Building the container would run the feature `{name}` of a publisher not known here");
            sink.report(Draft::line(file, side, node.line).title(title).severity(Severity::Medium));
        }
    }
}
