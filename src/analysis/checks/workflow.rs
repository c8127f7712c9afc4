//! Automation of a forge or build server: triggers, rights, secrets, remote code, gates, merging without people.
//!
//! Workflows and actions of GitHub are read as trees before and after; other systems by their trees where they say enough, else by lines.

mod agents;
pub mod auto_merge_added;
pub mod automation_from_elsewhere;
pub mod automation_unreadable;
mod circle;
mod delivered_freely;
mod expressions;
pub mod gate_weakened;
mod gates;
mod hooks;
mod jenkins;
mod raised_bar;
mod remote;
mod started_less;
mod steps;
mod unheard;
mod updates_stopped;
pub mod workflow_action_repointed;
pub mod workflow_agent_unguarded;
pub mod workflow_artifact_executed;
pub mod workflow_cache_crossing;
pub mod workflow_expression_injection;
mod workflow_gone;
pub mod workflow_permission_widened;
pub mod workflow_remote_script;
pub mod workflow_secret_exposed;
pub mod workflow_trigger_escalated;
pub mod workflow_untrusted_checkout;
