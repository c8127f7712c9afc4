//! Every code rule, by name. A test reads the folders and prints the line that is missing here.

use super::{agent, auth, dependency, instructions, net, text, workflow};
use crate::analysis::check::Check;

/// All checks, sorted by rule name.
pub const CHECKS: &[&dyn Check] = &[
    &agent::agent_config_executes::AgentConfigExecutes,
    &agent::agent_endpoint_override::AgentEndpointOverride,
    &agent::agent_permission_bypass::AgentPermissionBypass,
    &agent::agent_server_added::AgentServerAdded,
    &agent::agent_server_override::AgentServerOverride,
    &workflow::auto_merge_added::AutoMergeAdded,
    &agent::container_host_access::ContainerHostAccess,
    &dependency::dependency_added::DependencyAdded,
    &dependency::dependency_installs_code::DependencyInstallsCode,
    &dependency::dependency_lock_mismatch::DependencyLockMismatch,
    &dependency::dependency_look_alike::DependencyLookAlike,
    &dependency::dependency_new_source::DependencyNewSource,
    &dependency::dependency_odd_version::DependencyOddVersion,
    &dependency::dependency_unpinned::DependencyUnpinned,
    &agent::editor_setting_executes::EditorSettingExecutes,
    &agent::editor_task_on_open::EditorTaskOnOpen,
    &auth::env_gated_auth::EnvGatedAuth,
    &workflow::gate_weakened::GateWeakened,
    &text::hidden_unicode::HiddenUnicode,
    &instructions::instruction_order::InstructionOrder,
    &instructions::instruction_override::InstructionOverride,
    &instructions::instruction_secrecy::InstructionSecrecy,
    &instructions::instructions_replaced::InstructionsReplaced,
    &instructions::markdown_exfiltration::MarkdownExfiltration,
    &net::new_outbound_host::NewOutboundHost,
    &net::sensitive_to_network::SensitiveToNetwork,
    &net::suspicious_host::SuspiciousHost,
    &instructions::trigger_comment::TriggerComment,
    &workflow::workflow_action_repointed::WorkflowActionRepointed,
    &workflow::workflow_expression_injection::WorkflowExpressionInjection,
    &workflow::workflow_permission_widened::WorkflowPermissionWidened,
    &workflow::workflow_remote_script::WorkflowRemoteScript,
    &workflow::workflow_secret_exposed::WorkflowSecretExposed,
    &workflow::workflow_trigger_escalated::WorkflowTriggerEscalated,
    &workflow::workflow_untrusted_checkout::WorkflowUntrustedCheckout,
];
