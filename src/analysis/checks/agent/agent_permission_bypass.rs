//! `agent-permission-bypass`: settings by which an agent or editor stops asking or guarding.

use super::lists::lists;
use super::settings::gained;
use crate::analysis::check::{Check, Sink};
use crate::analysis::view::FileView;
use crate::model::rule::RuleId;

/// See `rules/code/agent-permission-bypass.toml`.
pub struct AgentPermissionBypass;

impl Check for AgentPermissionBypass {
    fn rule(&self) -> RuleId {
        RuleId("agent-permission-bypass")
    }

    fn file(&self, file: &FileView<'_>, sink: &mut Sink<'_>) {
        for hit in gained(&lists().bypass, file) {
            sink.report(hit.draft(file));
        }
    }
}
