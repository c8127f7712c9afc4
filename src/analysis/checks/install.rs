//! What runs when a project is installed, built or its tests are loaded.

pub mod build_executes;
mod build_files;
pub mod install_hook;
