//! What runs when a project is installed, built or its tests are loaded.

pub mod build_executes;
pub mod install_hook;
