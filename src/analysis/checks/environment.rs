//! What keeps a program apart from its machine, its network and other people's rights, compared before and after.

mod blocks;
pub mod cloud_guard_removed;
mod conditions;
pub mod container_loosened;
mod extension_rights;
pub mod host_setting_loosened;
mod kept_twice;
pub mod network_opened;
mod program_sandboxes;
pub mod rights_widened;
pub mod sandbox_loosened;
pub mod secret_out_of_store;
pub mod secret_unignored;
pub mod secret_written_down;
mod services;
mod setting;
mod trees;
mod vault_policy;
mod ways_in;
