//! `agent-endpoint-override`: settings that send an agent's prompts, code or keys to another host.

use super::lists::lists;
use super::settings::gained;
use crate::analysis::check::{Check, Sink};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/agent-endpoint-override.toml`.
pub struct AgentEndpointOverride;

impl Check for AgentEndpointOverride {
    fn rule(&self) -> RuleId {
        RuleId("agent-endpoint-override")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        for hit in gained(&lists().endpoint, file) {
            sink.report(hit.draft(file));
        }
    }
}
