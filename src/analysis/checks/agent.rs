//! Files by which an agent or editor runs something: servers, hooks, tasks, permissions, endpoints, containers.
//!
//! Compared by meaning before and after, so that order, comments and format do not count.

pub mod agent_config_executes;
pub mod agent_endpoint_override;
pub mod agent_launched_unguarded;
pub mod agent_permission_bypass;
pub mod agent_server_added;
pub mod agent_server_override;
pub mod container_host_access;
pub mod editor_setting_executes;
pub mod editor_task_on_open;
mod lists;
mod servers;
mod settings;
