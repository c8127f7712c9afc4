//! What git and package tools do by themselves: hooks, filter drivers, links that leave the repository, other build tools.

pub mod build_tool_replaced;
pub mod git_driver_added;
pub mod git_hook_added;
pub mod protected_path_opened;
pub mod repository_link_escapes;
mod review_hidden;
