//! Where changes come from: git repositories, patch files, folders, the demo. Each turns its world into `model` nouns.
//!
//! Nothing of a change is ever executed here, and nothing is written to a repository.

pub mod demo;
pub mod github;
pub mod limits;
pub mod local;
pub mod open;
pub mod patch_file;
pub mod registry;
pub mod source;
mod suspect;
pub mod sweep;
pub mod tree;
pub mod unified;
