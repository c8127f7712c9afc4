//! Events of a change, as rules of Sigma ask them: one per commit, changed file, run of added lines, dependency, pull, name.
//!
//! Everything in an event is text from outside; nothing of it is ever run.

pub mod commits;
pub mod dependencies;
pub mod event;
pub mod fields;
pub mod files;
pub mod names;
pub mod pulls;
pub mod teller;
