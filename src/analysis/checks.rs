//! The code rules: one folder for each family, one file for each rule, one registry.
//!
//! A rule's words and examples are in `rules/code/<rule>.toml`; here is only what it looks for.

pub mod agent;
pub mod auth;
pub mod binary;
pub mod comment;
pub mod commit;
pub mod dependency;
pub mod environment;
pub mod exec;
pub mod install;
pub mod instructions;
pub mod message;
pub mod ml;
pub mod names;
pub mod net;
pub mod registry;
pub mod repository;
pub mod surface;
pub mod testing;
pub mod text;
pub mod vuln;
pub mod workflow;
