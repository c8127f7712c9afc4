//! Every code rule, by name. A test reads the folders and prints the line that is missing here.

use super::{agent, auth, text};
use crate::analysis::check::Check;

/// All checks, sorted by rule name.
pub const CHECKS: &[&dyn Check] = &[
    &agent::agent_config_executes::AgentConfigExecutes,
    &agent::agent_endpoint_override::AgentEndpointOverride,
    &agent::agent_permission_bypass::AgentPermissionBypass,
    &agent::agent_server_added::AgentServerAdded,
    &agent::agent_server_override::AgentServerOverride,
    &agent::container_host_access::ContainerHostAccess,
    &agent::editor_setting_executes::EditorSettingExecutes,
    &agent::editor_task_on_open::EditorTaskOnOpen,
    &auth::env_gated_auth::EnvGatedAuth,
    &text::hidden_unicode::HiddenUnicode,
];
